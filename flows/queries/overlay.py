"""How far each step of a run came, for drawings of the flow: states, counts and times, never what went in or out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min
from django.db.models.functions import Length

from flows.models import Effect, Run, StepVisit
from flows.queries.loops import LoopProgress, get_open_loops

READ_BYTES = 64 * 1024
_FIRST = ("incident", "waiting", "retrying", "running")  # what goes on now says more than what is over


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """One step of a run. ``status`` is a word of ``StepVisit.Status``: of what goes on now, else of the last visit.

    ``visits`` counts its executions, ``failed`` those that failed; ``attempts`` is the most tries one of them took.
    ``ended_at`` is None while some visit goes on. ``loop`` is how far a loop has come that goes on or was gone through
    once, None for other steps.
    """

    status: str
    visits: int
    failed: int
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    loop: LoopProgress | None = None


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """The steps a run has come to, by key, and the ways it took: (step, port)."""

    steps: Mapping[str, StepProgress]
    links: tuple[tuple[str, str], ...]


def get_run_progress(run: Run) -> RunProgress:
    """This will give what the run did, step by step. Four queries at most, however many visits there are."""
    grouped = (
        StepVisit.objects.filter(run_id=run.id)
        .order_by()
        .values("key", "kind", "status", "port")
        .annotate(
            visits=Count("id"),
            attempts=Max("attempt"),
            first=Min("started_at"),
            last=Max("ended_at"),
            newest=Max("sequence"),
        )
    )
    by_key: dict[str, list[Mapping[str, Any]]] = {}
    links: dict[tuple[str, str], None] = {}
    for row in grouped:
        by_key.setdefault(row["key"], []).append(row)
        if row["port"]:
            links[row["key"], row["port"]] = None
    tries, retrying = _read_tries(run)
    ended = {key for key, rows in by_key.items() if _is_ended_loop(rows)}
    loops = {**_find_loops(run), **(_find_ended_loops(run, ended) if ended else {})}
    steps = {
        key: _merge(rows, tries.get(key, 0), loops.get(key), is_retrying=key in retrying)
        for key, rows in by_key.items()
    }
    return RunProgress(steps=steps, links=tuple(sorted(links)))


def _merge(rows: list[Mapping[str, Any]], tries: int, loop: LoopProgress | None, *, is_retrying: bool) -> StepProgress:
    words = {row["status"] for row in rows}
    newest = max(rows, key=lambda row: int(row["newest"]))
    status = next((word for word in _FIRST if word in words), str(newest["status"]))
    if status == StepVisit.Status.RUNNING and is_retrying:
        status = StepVisit.Status.RETRYING.value
    ends = [row["last"] for row in rows if row["last"] is not None]
    return StepProgress(
        status=status,
        visits=sum(row["visits"] for row in rows),
        failed=sum(row["visits"] for row in rows if row["status"] == StepVisit.Status.FAILED),
        attempts=max(tries, *(row["attempts"] for row in rows)),
        started_at=min(row["first"] for row in rows),
        ended_at=max(ends) if ends and status not in _FIRST else None,
        loop=loop,
    )


def _read_tries(run: Run) -> tuple[dict[str, int], set[str]]:
    """The most tries of changes outside by step, and the steps whose next try is planned."""
    tries: dict[str, int] = {}
    retrying: set[str] = set()
    rows = Effect.objects.filter(run_id=run.id).order_by().values("step_key", "status").annotate(most=Max("attempt"))
    for row in rows:
        tries[row["step_key"]] = max(tries.get(row["step_key"], 0), row["most"])
        if row["status"] == Effect.Status.PLANNED and row["most"] > 0:
            retrying.add(row["step_key"])
    return tries, retrying


def _is_ended_loop(rows: list[Mapping[str, Any]]) -> bool:
    """Whether it is a loop that was gone through once, to its end."""
    is_once = len(rows) == 1 and rows[0]["visits"] == 1
    return is_once and rows[0]["kind"] == "for_each" and rows[0]["status"] == StepVisit.Status.SUCCEEDED


def _find_ended_loops(run: Run, keys: set[str]) -> dict[str, LoopProgress]:
    """What came of their items, by key; not of a loop whose output is too large to be read each time."""
    rows = StepVisit.objects.filter(run_id=run.id, kind="for_each", key__in=keys).order_by("sequence")
    outputs = rows.annotate(size=Length("output")).filter(size__lte=READ_BYTES).values_list("key", "output")
    found = {key: json.loads(output) for key, output in outputs}
    return {
        key: LoopProgress(
            total=output["total"],
            begun=output["done"] + output["failed"],
            done=output["done"],
            failed=output["failed"],
        )
        for key, output in found.items()
        if isinstance(output, dict) and all(isinstance(output.get(name), int) for name in ("total", "done", "failed"))
    }


def _find_loops(run: Run) -> dict[str, LoopProgress]:
    open_loops = get_open_loops(run)
    if not open_loops:
        return {}
    keys = (
        StepVisit.objects.filter(run_id=run.id, id__in=list(open_loops)).order_by("sequence").values_list("key", "id")
    )
    return {key: open_loops[visit_id] for key, visit_id in keys}
