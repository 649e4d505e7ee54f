"""One page of a case's history, newest first, by the id of the event before. Reads no more than it shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from cases.models import Case
from cases.queries import list_case_events
from flows.queries.pages.history import (
    CASE,
    DECISIONS,
    TECHNICAL,
    WORK,
    HistoryEntry,
    list_settled,
    tell_history,
    topic_of,
)
from integrator.events.models import Event
from integrator.events.queries import PAGE_ROWS, TIMELINE_ROWS_MAX, describe_events

TOPICS = ((DECISIONS, "Decisions"), (WORK, "Work"), (CASE, "Case"), (TECHNICAL, "Technical"))
_ANSWERS = ("task.answered", "task.decided")


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """What the history shows now. ``topics`` are (key, label, count) of its filter; ``older`` is what the next page
    goes ``before``, None on the last one; ``is_first`` where nothing newer is left out; ``last`` is the newest of all.
    """

    entries: tuple[HistoryEntry, ...]
    topics: tuple[tuple[str, str, int], ...]
    older: int | None
    is_first: bool
    last: int


def build_history(case: Case, *, topic: str = "", before: int = 0, limit: int = PAGE_ROWS) -> HistoryPage:
    """This will read ``limit`` events of one topic ("" for all) older than ``before`` (0: from the newest on).

    Three queries, five where answers could be undone.
    """
    events = list_case_events(case)
    named = list(events.order_by().values("name").annotate(rows=Count("id"), last=Max("id")))
    counts = {str(row["name"]): int(row["rows"]) for row in named}
    settled = _find_settled(events) if counts.get("task.answered") else []
    if settled:
        events, counts["task.answered"] = events.exclude(id__in=settled), counts["task.answered"] - len(settled)
    if topic:
        events = events.filter(name__in=[name for name in counts if topic_of(name) == topic])
    if before:
        events = events.filter(id__lt=before)
    rows = describe_events(events.order_by("-id")[: limit + 1])
    return HistoryPage(
        entries=tuple(tell_history(rows[:limit], about=case.title)),
        topics=tuple((key, label, _count(counts, key)) for key, label in TOPICS),
        older=rows[limit - 1].id if len(rows) > limit else None,
        is_first=not before,
        last=max((int(row["last"]) for row in named), default=0),
    )


def _find_settled(events: QuerySet[Event]) -> list[int]:
    return list_settled(describe_events(events.filter(name__in=_ANSWERS).order_by("-id")[:TIMELINE_ROWS_MAX]))


def _count(counts: dict[str, int], topic: str) -> int:
    return sum(count for name, count in counts.items() if topic_of(name) == topic)
