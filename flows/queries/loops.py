"""Loops of a run: how far they have come, and what their items gave. For readers who may see the run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from flows.errors import NotFound
from flows.models import LoopResult, Run, StepVisit
from flows.veils import get_run_veil

_ARRIVED, _LOOP = 3, 6  # members of a scope as the run's state has it; see ``flows.engine.state.Scope``


@dataclass(frozen=True, kw_only=True)
class LoopProgress:
    """How many items a loop has. ``begun`` counts those that ended too; ``done`` and ``failed`` are some of these."""

    total: int
    begun: int
    done: int
    failed: int

    @property
    def left(self) -> int:
        """Items whose body has not begun."""
        return self.total - self.begun


def get_open_loops(run: Run) -> Mapping[uuid.UUID, LoopProgress]:
    """This will give the loops that go on, by the visit of their step. No query; ``state`` must have been read."""
    if run.status in Run.FINAL or not run.state:
        return {}
    scopes = [row for row in json.loads(run.state)["c"] if len(row) > _LOOP and row[_LOOP]]
    return {
        uuid.UUID(row[_LOOP][0]): LoopProgress(
            total=row[_LOOP][2], begun=row[_LOOP][6], done=row[_ARRIVED], failed=row[_LOOP][7]
        )
        for row in scopes
    }


def list_loop_results(run: Run, visit_id: uuid.UUID) -> QuerySet[LoopResult]:
    """This will give the kept results of one loop of the run. Raises NotFound where the run has no such visit."""
    if not StepVisit.objects.filter(run_id=run.id, id=visit_id).exists():
        raise NotFound("visit")
    return LoopResult.objects.filter(loop_id=visit_id).order_by("index")


def describe_results(run: Run, rows: Iterable[LoopResult]) -> list[dict[str, Any]]:
    """Results as plain JSON: ``{index, value, error}``, masked. One query when some are held by their visits."""
    rows, veil = list(rows), get_run_veil(run)
    held = [row.visit_id for row in rows if row.visit_id is not None]
    outputs = dict(StepVisit.objects.filter(id__in=held).values_list("id", "output")) if held else {}
    return [
        {
            "index": row.index,
            "value": veil.mask(json.loads(outputs[row.visit_id] if row.visit_id else row.value or "null")),
            "error": veil.mask(json.loads(row.error)) if row.error else None,
        }
        for row in rows
    ]
