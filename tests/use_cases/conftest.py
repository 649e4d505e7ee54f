"""The whole product as real processes in both modes, with the content approval published and a partner beside it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import ROOT, wait_for
from tools.demo.books import SentRequest
from tools.demo.partner import Partner

GALLERY = ROOT / "flows" / "gallery"
WITHIN_S = 60
MODES = {"embedded": installations.embedded, "scaled_out": installations.scaled_out}


@dataclass
class World:
    """The product and its partner, and what people do in them."""

    product: Installation
    partner: Partner
    published: set[str] = field(default_factory=set)

    def publish_once(self, text: str) -> None:
        """Publish a flow file that several tests share."""
        if text not in self.published:
            self.product.publish(text)
            self.published.add(text)

    def ask(self, **more: Any) -> SentRequest:
        """The partner asks for an approval and is told a case number."""
        request = self.partner.send_request(**more)
        assert request.answer == 202, request.refusal
        assert request.case
        return request

    def find_task(self, person: str, request: SentRequest) -> dict[str, Any] | None:
        """The person's open task of this request, None if they have none."""
        tasks = self.product.get(person, "/api/v1/tasks?status=open&limit=200")["results"]
        return next((task for task in tasks if task["run"] == request.run), None)

    def wait_for_task(self, person: str, request: SentRequest) -> dict[str, Any]:
        """The person's open task of this request, once it is there."""
        wait_for(lambda: self.find_task(person, request), within_s=WITHIN_S, what=f"a task for {person}")
        task = self.find_task(person, request)
        assert task is not None
        return task

    def decide(self, person: str, request: SentRequest, outcome: str, comment: str = "") -> None:
        """The person answers their task of this request."""
        task = self.wait_for_task(person, request)
        body = {"outcome": outcome, "comment": comment or f"{person} says {outcome}"}
        answer = self.product.call(person, "POST", f"/api/v1/tasks/{task['id']}/complete", json=body)
        assert answer.status_code == 200, answer.text

    def wait_for_decision(self, request: SentRequest) -> None:
        """Wait until the partner took the call-back of this request."""
        told = self.partner.books.wait_until(lambda: bool(request.decision), within_s=WITHIN_S)
        assert told, f"no call-back came; run: {self.get_run(request)}"

    def wait_for_end(self, request: SentRequest) -> dict[str, Any]:
        """The request's run, once it is final."""
        final = {"completed", "failed", "cancelled"}
        wait_for(lambda: self.get_run(request)["status"] in final, within_s=WITHIN_S, what="the run to end")
        return self.get_run(request)

    def get_run(self, request: SentRequest) -> dict[str, Any]:
        """The request's run, as the auditor sees it."""
        return dict(self.product.get("aud", f"/api/v1/runs/{request.run}"))

    def get_case(self, request: SentRequest) -> dict[str, Any]:
        """The request's case, as the auditor sees it."""
        return dict(self.product.get("aud", f"/api/v1/cases/{request.case}"))

    def get_timeline(self, request: SentRequest) -> list[dict[str, Any]]:
        """Every line of the case's timeline, oldest first."""
        return list(self.product.get("aud", f"/api/v1/cases/{request.case}/timeline?limit=200")["results"])


@pytest.fixture(
    scope="session", params=["embedded", pytest.param("scaled_out", marks=pytest.mark.services)], ids=["up", "services"]
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all use cases of a mode: they keep to their own requests."""
    folder: Path = tmp_path_factory.mktemp("use-cases")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    flow = (GALLERY / "content-approval.yaml").read_text(encoding="utf-8")
    with MODES[request.param](folder, flows=[flow]) as product:
        product.set_secret("demo-content", team="marketing", value=secret)
        product.start_all()
        with Partner(port=0, product_url=product.url, secret=secret) as partner:
            yield World(product=product, partner=partner)


@pytest.fixture(autouse=True)
def _mend_the_call_back(world: World) -> Iterator[None]:
    """No test leaves the partner failing for the next one."""
    yield
    world.partner.books.set_failing(False)
