"""When tasks were under way, of their events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.reports.folding import Course, Move, fold

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def at(hour: int) -> datetime:
    return BEGIN + timedelta(hours=hour)


class TestFold:
    @pytest.mark.parametrize(
        ("names", "course"),
        [
            (["created"], Course(begun_at=at(0))),
            (["created", "decided"], Course(begun_at=at(0), ended_at=at(1), is_answered=True)),
            (["created", "withdrawn"], Course(begun_at=at(0), ended_at=at(1))),
            (["created", "undone"], Course(begun_at=at(0))),
            (["created", "decided", "reopened"], Course(begun_at=at(0))),
            (["created", "decided", "reopened", "decided"], Course(begun_at=at(0), ended_at=at(3), is_answered=True)),
            (["created", "decided", "withdrawn"], Course(begun_at=at(0), ended_at=at(1), is_answered=True)),
        ],
    )
    def test_follows_a_task(self, names: list[str], course: Course) -> None:
        moves = [Move(task="t", name=f"task.{name}", at=at(hour)) for hour, name in enumerate(names)]
        assert fold(moves) == {"t": course}

    def test_leaves_out_what_began_before_the_log(self) -> None:
        assert fold([Move(task="t", name="task.decided", at=at(1))]) == {}

    def test_keeps_tasks_apart(self) -> None:
        moves = [Move(task="a", name="task.created", at=at(0)), Move(task="b", name="task.created", at=at(1))]
        moves.append(Move(task="a", name="task.decided", at=at(2)))
        courses = fold(moves)
        assert (courses["a"].ended_at, courses["b"].ended_at) == (at(2), None)
