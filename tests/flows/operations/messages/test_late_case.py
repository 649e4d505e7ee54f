"""A branch waits for a message before another one opens the run's case: then it hears messages to that case too."""

from __future__ import annotations

import pytest

from flows.models import Message, MessageWait
from tests.support.flows import make_version, run_to_rest, settle
from tests.support.messages import outcome_of, send

pytestmark = pytest.mark.django_db(transaction=True)

LATE_CASE = """
format: 1
flow: late-case
name: Opens its case late
team: marketing
steps:
  both: {kind: parallel, on: {a: hear, b: pause}}
  hear: {kind: wait_for, with: {message: paid, key: A-1}, next: meet}
  pause: {kind: wait_for, with: {message: go, key: A-1}, next: open}
  open: {kind: case.open, with: {type: order, title: Order}, next: meet}
  meet: {kind: join, next: done}
  done: {kind: stop}
"""


class TestCaseThatIsOpenedLate:
    def test_messages_to_it_reach_what_waited_before(self) -> None:
        run = run_to_rest(make_version(LATE_CASE))
        send(name="go")
        settle()
        run.refresh_from_db()
        assert run.case_number
        assert dict(MessageWait.objects.values_list("name", "case_number")) == {"paid": run.case_number, "go": ""}
        assert outcome_of(send(case_number=run.case_number)) == (1, False, False)
        settle()
        run.refresh_from_db()
        assert run.status == "completed"

    def test_one_that_came_before_it_is_handed_out(self) -> None:
        run = run_to_rest(make_version(LATE_CASE), reserved_case_number="C-2026-000077")
        assert outcome_of(send(case_number="C-2026-000077")) == (0, True, False)
        send(name="go")
        settle()
        run.refresh_from_db()
        assert (run.status, run.case_number) == ("completed", "C-2026-000077")
        assert set(Message.objects.values_list("status", flat=True)) == {"delivered"}
