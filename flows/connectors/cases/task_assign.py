"""The kind ``task.assign``: people do a piece of work; the run waits and leaves by the outcome they choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cases.errors import AskInvalid
from cases.operations import TaskRequest, ask_task_in
from flows.connectors.cases.asking import read_question, step_errors
from flows.connectors.cases.specs import DEFAULT_OUTCOMES, TASK_ASSIGN_SPEC
from flows.connectors.directory import directory_of
from flows.definition.kind import Advance, KindSpec, Outcome, Park, StepCall, WaitSpec, WriteContext
from flows.definition.model import JSON, Step
from integrator.events.actors import SYSTEM

MAX_OUTCOMES = 20


@dataclass(frozen=True, kw_only=True)
class TaskAssign:
    """Asks, parks, and takes the answer. The id of the task is the id of the wait."""

    spec: KindSpec

    def execute(self, call: StepCall) -> Outcome:
        """Find the people and check the settings now; the task is made when the run lands. Raises StepError."""
        question = read_question(call)
        with step_errors():
            request = TaskRequest(
                task_id=question.wait_id,
                to=directory_of(call).find_workers(call.settings.get("to")),
                outcomes=_read_outcomes(call.settings.get("outcomes")),
                outcome_looks=_read_looks(call.settings.get("outcomes")),
                **question.as_request(call),
            )
        wait = WaitSpec(kind="task", wait_id=question.wait_id, subject=question.title)
        return Park(wait=wait, writes=(partial(_write, request),))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Leave by the outcome; the output is what the answer said."""
        output = {name: news.get(name) for name in ("outcome", "data", "comment", "by")}
        return Advance(port=str(news["outcome"]), output=output)


def _write(request: TaskRequest, context: WriteContext) -> None:
    ask_task_in(request, actor=SYSTEM, now=context.now)


def _read_outcomes(value: JSON) -> tuple[str, ...]:
    rows = DEFAULT_OUTCOMES if value is None or value == [] else value
    is_list = isinstance(rows, list | tuple)
    names = [row.get("name") if isinstance(row, dict) else row for row in rows] if is_list else None
    if not isinstance(names, list) or len(names) > MAX_OUTCOMES:
        raise AskInvalid("task.outcomes_invalid", f"The outcomes are a list of at most {MAX_OUTCOMES} names.")
    if any(not isinstance(name, str) or not 1 <= len(name) <= 100 for name in names):
        raise AskInvalid("task.outcomes_invalid", "Each outcome is a name of 1 to 100 characters.")
    return tuple(dict.fromkeys(names))


def _read_looks(value: JSON) -> dict[str, Any]:
    """How the outcomes look that say so; what is wrong there was refused when the flow was published."""
    rows = value if isinstance(value, list) else []
    return {
        str(row["name"]): {name: row[name] for name in ("label", "needs_comment", "style") if name in row}
        for row in rows
        if isinstance(row, dict) and "name" in row
    }


TASK_ASSIGN = TaskAssign(spec=TASK_ASSIGN_SPEC)
