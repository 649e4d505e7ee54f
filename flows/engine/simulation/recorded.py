"""A real run as it was recorded: what started it, what each of its waits was answered, which way it went. Only reads.

Answers are made of what visits put out, since the kinds put out what they were told. A run that a person mended, that
read files or whose record is not whole cannot be repeated in memory: ``NotComparable`` says why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.definition.flow_file import definition_from_data
from flows.definition.kind import KindSpec
from flows.definition.model import JSON, FlowDefinition
from flows.definition.sensitive import compile_sensitive
from flows.engine.simulation.shapes import Given
from flows.models import Run, RunInput, StepVisit
from flows.registry import kind_specs
from integrator.lib.redaction import MASK

MAX_VISITS = 2_000
_WAITING = frozenset({"task.assign", "task.approve", "wait", "wait_for", "subflow"})


@dataclass(frozen=True, kw_only=True)
class NotComparable:
    """``reason`` is a sentence for people; ``code`` is stable."""

    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordedVisit:
    """One visit as it ended. ``turn`` counts the visits of that step for the same item, 1 at first."""

    step: str
    index: int | None
    turn: int
    sequence: int
    status: str
    port: str
    title: str = ""
    error_code: str = ""
    given: Given | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """``trigger`` is ``{body, headers, query, files}``; ``visits`` in the order they were entered.

    ``steps`` are the keys of all steps of its version, entered or not. ``is_sensitive``: that version declares
    something sensitive, so no sentence that another definition makes of the run's data may be told.
    """

    run_id: str
    version: int
    status: str
    trigger: Mapping[str, Any]
    started_at: datetime
    team_id: int
    output: JSON
    visits: tuple[RecordedVisit, ...]
    steps: frozenset[str] = frozenset()
    is_sensitive: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Keys of the steps in the order they were entered."""
        return tuple(visit.step for visit in self.visits)


def load_recorded_run(run: Run) -> RecordedRun | NotComparable:
    """This will read a run that has ended. Three queries; ``run`` comes with its version, else one more."""
    refused = _judge_run(run)
    if refused is not None:
        return refused
    stored = RunInput.objects.filter(run_id=run.pk).values_list("trigger", flat=True).first()
    rows = list(StepVisit.objects.filter(run_id=run.pk).order_by("sequence")[: MAX_VISITS + 1])
    if stored is None or not rows:
        return NotComparable(code="replay.not_kept", reason="What it was started with is no longer kept.")
    if len(rows) > MAX_VISITS:
        return NotComparable(code="replay.too_long", reason=f"It has more than {MAX_VISITS:,} steps.")
    definition = definition_from_data(run.version.document)
    refused = next((found for row in rows if (found := _judge_visit(row)) is not None), None)
    if refused is not None:
        return refused
    trigger = json.loads(stored)
    if MASK in stored:
        return NotComparable(code="replay.masked", reason="What it was started with is kept masked.")
    return RecordedRun(
        run_id=str(run.pk),
        version=run.version.number,
        status=run.status,
        trigger=trigger,
        started_at=run.started_at,
        team_id=run.team_id,
        output=json.loads(run.output) if run.output else None,
        visits=_read_visits(rows, definition),
        steps=frozenset(definition.steps),
        is_sensitive=bool(compile_sensitive(definition)),
    )


def _judge_run(run: Run) -> NotComparable | None:
    if run.status not in (Run.Status.COMPLETED, Run.Status.FAILED):
        return NotComparable(code="replay.not_ended", reason="It has not come to an end by itself.")
    if run.repeats_id is not None:
        return NotComparable(
            code="replay.repeats", reason="It was run again from a step: its beginning lies elsewhere."
        )
    if run.parent_id is not None:
        return NotComparable(code="replay.child", reason="Another flow started it.")
    return None


def _judge_visit(row: StepVisit) -> NotComparable | None:
    if row.status == StepVisit.Status.SKIPPED or '"step.edited"' in row.error:
        return NotComparable(code="replay.mended", reason=f"A person mended the step “{row.key}” by hand.")
    if row.attempt > 1 and kind_specs()[row.kind].family != "outside":
        return NotComparable(code="replay.tried_again", reason=f"The step “{row.key}” was tried several times.")
    if '"cut"' in row.input[:8] and row.kind == "for_each":
        return NotComparable(code="replay.not_kept", reason="Its lists are too long to be kept.")
    return None


def _read_visits(rows: list[StepVisit], definition: FlowDefinition) -> tuple[RecordedVisit, ...]:
    kinds, turns = kind_specs(), Counter[tuple[str, int | None]]()
    visits = []
    for row in rows:
        turns[(row.key, row.index)] += 1
        error = json.loads(row.error)
        visits.append(
            RecordedVisit(
                step=row.key,
                index=row.index,
                turn=turns[(row.key, row.index)],
                sequence=row.sequence,
                status=row.status,
                port=row.port,
                title=definition.steps[row.key].title if row.key in definition.steps else row.key,
                error_code=str(error.get("code", "")) if isinstance(error, dict) else "",
                given=_read_answer(row, kinds.get(row.kind)),
            )
        )
    return tuple(visits)


def _read_answer(row: StepVisit, spec: KindSpec | None) -> Given | None:
    """What the visit was told, as a book gives it; None for one that waited for nothing, or was cancelled."""
    is_outside = spec is not None and spec.family == "outside"
    if row.ended_at is None or row.status == "cancelled" or not (is_outside or row.kind in _WAITING):
        return None
    output, error = json.loads(row.output), json.loads(row.error)
    if is_outside:
        failed = isinstance(error, dict) and row.status == "failed"
        value: Mapping[str, JSON] = {"error": {**error, "retryable": False}} if failed else {"output": output}
    elif row.kind == "wait_for":
        value = {"timeout": True} if row.port == "timeout" else {"message": output}
    elif row.kind == "subflow":
        value = _read_child(output, error, row.status)
    else:
        value = output if isinstance(output, dict) else {"fired": True}
    return Given(value=value, origin="recorded", at=row.ended_at)


def _read_child(output: JSON, error: JSON, status: str) -> Mapping[str, JSON]:
    if status != "failed" or not isinstance(error, dict):
        return {"status": "completed", "output": output}
    details = error.get("details") or {}
    word = "cancelled" if error.get("code") == "subflow.cancelled" else "failed"
    return {"status": word, "error": details.get("error") or {"message": error.get("message")}}
