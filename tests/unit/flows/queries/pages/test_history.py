"""Events as a history for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.queries.pages.history import DECISIONS, TECHNICAL, HistoryEntry, tell_history
from integrator.events.queries import TimelineRow


def row(number: int, name: str, summary: str, **more: Any) -> TimelineRow:
    values: dict[str, Any] = {"label": name, "actor": "Lee", "data": {}, "changes": {}, **more}
    return TimelineRow(id=number, at=datetime(2026, 11, 19, tzinfo=UTC), name=name, summary=summary, **values)


def tell(name: str, summary: str = "", **more: Any) -> HistoryEntry:
    (entry,) = tell_history([row(1, name, summary, **more)])
    return entry


class TestTellHistory:
    def test_puts_the_newest_first(self) -> None:
        entries = tell_history([row(1, "run.started", "first"), row(2, "run.completed", "second")])
        assert [entry.text for entry in entries] == ["second", "first"]

    def test_tells_a_decision_with_their_own_words(self) -> None:
        data = {"kind": "approve", "outcome": "rejected", "for": "Legal", "comment": "Say how."}
        entry = tell("task.decided", "Lee rejected for Legal: “Say how.”", data=data)
        assert (entry.who, entry.text, entry.quote) == ("Lee", "rejected for Legal", "Say how.")
        assert (entry.tone, entry.topic) == ("rejected", DECISIONS)

    def test_tells_work_by_its_answer(self) -> None:
        entry = tell("task.decided", data={"kind": "assign", "outcome": "give_up"})
        assert (entry.text, entry.tone) == ("answered “give up”", "approved")

    def test_says_of_an_answer_that_it_can_be_undone(self) -> None:
        entry = tell("task.answered", data={"kind": "assign", "outcome": "not_liable"})
        assert (entry.who, entry.text) == ("Lee", "answered “not liable”, which can be undone for some seconds")

    def test_names_a_guest_by_the_address(self) -> None:
        data = {"kind": "assign", "outcome": "done", "by": "guest:kim@example.com"}
        assert tell("task.decided", actor="A guest", data=data).who == "Guest kim@example.com"

    def test_names_the_task_unless_the_page_is_about_it(self) -> None:
        asked = row(1, "task.created", "A task was created", data={"title": "Count them", "to": ["team:legal", "bo"]})
        (entry,), (same,) = tell_history([asked]), tell_history([asked], about="Count them")
        assert (entry.who, entry.text, entry.fine) == ("Legal or bo", "was asked", "“Count them”")
        assert (same.text, same.fine) == ("was asked", "")

    def test_tells_a_day_to_look_again(self) -> None:
        entry = tell("task.changed", "Lee changed the follow-up of the task", changes={"follow_up_at": (None, "1")})
        assert (entry.who, entry.text) == ("Lee", "noted when to look at a task again")

    def test_puts_who_did_it_in_front(self) -> None:
        entry = tell("task.claimed", "Lee claimed “Banner”")
        assert (entry.who, entry.text) == ("Lee", "claimed “Banner”")

    def test_says_what_changed_from_what_to_what(self) -> None:
        changes = {"priority": ("normal", "high"), "data.amount": (None, 5)}
        entry = tell("case.changed", "Lee changed priority of the case", changes=changes)
        assert entry.fine == "priority: normal → high · amount: none → 5"

    def test_names_people_and_teams_and_writes_numbers_as_the_page_does(self) -> None:
        changes = {"owner": (None, "ops"), "team": ("hr", "operations"), "data.amount": (2026, 12400.5)}
        entry = tell("case.changed", "Lee changed the case", changes=changes, names={"ops": "Ola Oper"})
        assert entry.fine == "owner: none → Ola Oper · team: HR → Operations · amount: 2026 → 12,400.5"
        asked = tell("task.created", "", data={"to": ["team:legal", "ops", "kim"]}, names={"ops": "Ola Oper"})
        assert (asked.who, asked.text) == ("Legal, Ola Oper or kim", "was asked")

    def test_shows_an_event_of_another_release_as_it_is(self) -> None:
        entry = tell("moon.landed", "moon.landed")
        assert (entry.text, entry.topic) == ("moon.landed", TECHNICAL)

    def test_survives_erased_contents(self) -> None:
        for name in ("task.decided", "task.created", "task.withdrawn", "approval.decided", "case.changed"):
            assert tell(name, "something happened").text is not None
