"""A call that must not be repeated unasked, cut off by kill -9: one call, an incident, and a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.kill.conftest import CALL_LEASE_S, GRACE_S, LEASE_S
from tests.kill.test_fault_points import wait_for_death
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

FLOW = """\
format: 1
flow: once
name: Only once
team: operations
trigger:
  kind: webhook
  path: once
  auth: {kind: none}
steps:
  call:
    kind: http.request
    with: {method: POST, url: "= trigger.body.url", repeat: ask, timeout_s: 1, json: {pay: 1}}
    next: done
  done:
    kind: stop
    with: {output: "= steps.call.status"}
"""


@pytest.mark.embedded
class TestCallCutOff:
    @pytest.fixture
    def installation(self, tmp_path: Path) -> Iterator[Installation]:
        with installations.embedded(tmp_path, flows=[FLOW], INTEGRATOR_LEASE_S=str(LEASE_S)) as made:
            yield made

    @pytest.mark.slow
    @pytest.mark.parametrize(("point", "calls"), [("sending", 0), ("called", 1)])
    def test_is_never_repeated_unasked(
        self, point: str, calls: int, installation: Installation, target: CountingTarget, marker: Path
    ) -> None:
        marker.touch()
        up = installation.start_up(INTEGRATOR_FAULT_POINT=point, INTEGRATOR_FAULT_ONCE=str(marker))
        answer = requests.post(f"{installation.url}/hooks/once", json={"url": f"{target.url}/pay"}, timeout=10)
        assert answer.status_code == 202, answer.text
        wait_for_death([up])
        installation.start_up()
        address = f"/api/v1/runs/{answer.json()['run']}"
        wait_for(
            lambda: installation.get("ops", address)["incidents"],
            within_s=CALL_LEASE_S + GRACE_S,
            what="the incident",
        )
        run = installation.get("ops", address)
        assert run["status"] == "waiting"
        assert run["steps"][-1]["error"]["code"] == "effect.unknown"
        keys = target.keys_by_path.get("/pay", [])
        assert len(keys) == calls

        path = f"/api/v1/incidents/{run['incidents'][0]}/retry"
        assert installation.call("ops", "POST", path, json={}).status_code == 200
        wait_for(lambda: installation.get("ops", address)["status"] == "completed", within_s=60, what="its end")
        keys = target.keys_by_path["/pay"]
        assert (len(keys), len(set(keys))) == (calls + 1, 1)
