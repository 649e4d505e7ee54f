"""From the events of tasks to when each was under way: one pass over the log's rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

BEGINS, ANSWERED, WITHDRAWN = "task.created", "task.decided", "task.withdrawn"
AGAIN = frozenset({"task.reopened", "task.undone"})
NAMES = (BEGINS, ANSWERED, WITHDRAWN, *sorted(AGAIN))


@dataclass(frozen=True, kw_only=True)
class Move:
    """An event of a task: what happened to it and when."""

    task: str
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Course:
    """From when a task waited for an answer and until when; ``ended_at`` None: it still did."""

    begun_at: datetime
    ended_at: datetime | None = None
    is_answered: bool = False


def fold(moves: Iterable[Move]) -> dict[str, Course]:
    """The course of each task, of its events in the order of the log.

    One that was opened again goes on as if it had not been answered. Those whose beginning is not among the events
    (it was purged from the log) are left out.
    """
    courses: dict[str, Course] = {}
    for move in moves:
        course = courses.get(move.task)
        if move.name == BEGINS:
            courses[move.task] = Course(begun_at=move.at)
        elif course is None:
            continue
        elif move.name in AGAIN:
            courses[move.task] = Course(begun_at=course.begun_at)
        elif course.ended_at is None:
            courses[move.task] = Course(begun_at=course.begun_at, ended_at=move.at, is_answered=move.name == ANSWERED)
    return courses
