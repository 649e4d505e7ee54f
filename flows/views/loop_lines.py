"""Loops of a run in words: how many items are done, failed and to come, for its page. Asks nothing but visits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.words import count_of
from flows.models import Run
from flows.queries import LoopProgress, VisitView, get_open_loops, list_loop_visits

LOOPS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LoopLine:
    """One loop: its name, the place ``behind`` which its visit stands, how far it came, whether items failed."""

    visit_id: uuid.UUID
    behind: int
    name: str
    said: str
    has_failed: bool


def tell_loops(run: Run, names: Mapping[str, str]) -> list[LoopLine]:
    """This will tell the newest loops of the run, newest first; ``names`` are the steps' by key. One query at most."""
    visits = list_loop_visits(run, limit=LOOPS_SHOWN)
    open_loops = get_open_loops(run) if visits else {}
    return [_tell(visit, names, open_loops.get(visit.id)) for visit in visits]


def say_progress(progress: LoopProgress | None, output: Any) -> str:
    """``412 of 1,000 items done, 3 failed, 585 to come``; empty when nothing is known of it."""
    if progress is not None:
        failed, left = progress.failed, progress.left
        under_way = progress.begun - progress.done - failed
        parts = [f"{progress.done:,} of {_items(progress.total)} done"]
        parts += [f"{failed:,} failed"] if failed else []
        parts += [f"{under_way:,} under way"] if under_way > 0 else []
        parts += [f"{left:,} to come"] if left else []
        return ", ".join(parts)
    if isinstance(output, dict) and isinstance(output.get("total"), int) and isinstance(output.get("done"), int):
        if not output["total"]:
            return "There were no items"
        more = f", {output['failed']:,} failed" if output.get("failed") else ""
        return f"{output['done']:,} of {_items(output['total'])} done{more}"
    return ""


def _items(number: int) -> str:
    return count_of(number, "item") if number < 1_000 else f"{number:,} items"


def _tell(visit: VisitView, names: Mapping[str, str], progress: LoopProgress | None) -> LoopLine:
    is_error = visit.status == "failed" and isinstance(visit.error, dict)
    failed = progress.failed if progress else _count_failed(visit.output)
    return LoopLine(
        visit_id=visit.id,
        behind=visit.sequence - 1,
        name=names.get(visit.key, visit.key),
        said=str(visit.error.get("message", "")) if is_error else say_progress(progress, visit.output),
        has_failed=bool(failed) or is_error,
    )


def _count_failed(output: Any) -> int:
    return int(output.get("failed") or 0) if isinstance(output, dict) else 0
