"""What pages and API show of a task beside itself, fetched with it. Narrows nothing."""

from __future__ import annotations

from cases.querysets import TaskQuerySet


def with_parts(tasks: TaskQuerySet) -> TaskQuerySet:
    """The tasks with everything that pages and API show of them: two queries more for the candidates."""
    related = tasks.select_related(
        "case", "team", "assignee", "decided_by", "covered", "requested_by", "approval", "delegated_by"
    )
    return related.prefetch_related("candidates__person", "candidates__team")


def with_row_parts(tasks: TaskQuerySet) -> TaskQuerySet:
    """Unanswered tasks with what a row of a list shows of them: two queries more for the candidates.

    Nobody has answered them, so that side is left out: on PostgreSQL planning eight joins takes longer than the page.
    """
    return tasks.select_related("case", "team", "assignee").prefetch_related("candidates__person", "candidates__team")
