"""Steps that write our own rows: SQLite's one writer gives others their turn in loops; one order of locking cases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from flows.connectors.cases import case_steps
from flows.engine import runner
from flows.engine.journal.portable import PortableJournal
from flows.engine.rows import Landing
from flows.engine.state import MAX_STATE_BYTES
from integrator.database.clock import is_postgresql
from integrator.timers.models import Timer
from tests.support.flows import make_version, run_to_rest, settle, visits
from tests.support.messages import send

pytestmark = pytest.mark.django_db(transaction=True)

NOTING = """
format: 1
flow: noting
name: Notes each item in the case
team: marketing
steps:
  open: {kind: case.open, with: {type: batch, title: Batch}, next: all}
  all: {kind: for_each, with: {items: "= [1..70]", parallel: 10}, on: {each: note, next: done}}
  note: {kind: case.update, with: {data: {last: "= item"}}}
  done: {kind: stop}
"""


class TestLoopOfLocalWrites:
    @pytest.mark.skipif(is_postgresql(), reason="PostgreSQL's writers do not wait for each other")
    def test_lands_in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        land, written = PortableJournal.land, []

        def count(self: PortableJournal, landings: Sequence[Landing]) -> object:
            written.append(sum(len(landing.writes) for landing in landings))
            return land(self, landings)

        monkeypatch.setattr(PortableJournal, "land", count)
        run = run_to_rest(make_version(NOTING))
        assert run.status == "completed"
        assert visits(run).count(("note", "succeeded")) == 70
        assert sum(written) >= 71
        assert max(written) <= runner.SQLITE_BURST_WRITES


UPDATING = """
format: 1
flow: updating
name: Updates its case
team: marketing
steps:
  open: {kind: case.open, with: {type: batch, title: Batch}, next: told}
  told: {kind: wait_for, with: {message: go, key: all}, next: note}
  note: {kind: case.update, with: {data: {told: true}}}
"""


class TestCasesOfOneLanding:
    def test_are_locked_in_the_order_of_their_numbers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        version = make_version(UPDATING)
        for number in ("C-2026-000903", "C-2026-000901", "C-2026-000902"):
            run_to_rest(version, reserved_case_number=number)
        update, locked = case_steps.update_case_in, []

        def note(**given: Any) -> object:
            locked.append(given["number"])
            return update(**given)

        monkeypatch.setattr(case_steps, "update_case_in", note)
        assert send("all", name="go").delivered == 3
        settle()
        assert locked == ["C-2026-000901", "C-2026-000902", "C-2026-000903"]


def make_talkative(steps: int) -> str:
    """A loop with 50 bodies at once, each of so many steps that each say nearly 1 KiB, which then wait."""
    lines = [
        f'  say{number}: {{kind: set, with: {{number: "= item", text: "{"x" * 900}"}}, next: say{number + 1}}}'
        for number in range(steps)
    ]
    return "\n".join(
        [
            "format: 1",
            "flow: talkative",
            "name: Says much",
            "team: marketing",
            "steps:",
            '  all: {kind: for_each, with: {items: "= [1..50]", parallel: 50}, on: {each: say0, next: done}}',
            *lines,
            f"  say{steps}: {{kind: wait, with: {{for: PT1H}}, next: end}}",
            '  end: {kind: set, with: {same: "= steps.say0.number = item and steps.say5.text = steps.say0.text"}}',
            '  done: {kind: stop, with: {output: "= steps.all.results"}}',
        ]
    )


class TestManyBodiesAtOnce:
    def test_keep_what_they_said_outside_the_state(self) -> None:
        run = run_to_rest(make_version(make_talkative(8)))
        assert (run.status, run.error) == ("waiting", None)
        assert len(run.state.encode()) < MAX_STATE_BYTES / 2
        Timer.objects.update(due_at=run.started_at)
        settle()
        run.refresh_from_db()
        assert run.status == "completed"
        assert json.loads(run.output) == [{"same": True}] * 50
