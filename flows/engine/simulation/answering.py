"""From an answer that was written down to the news that a run would get. Pure but for the rules of people's answers.

AnswerUnfit              try.answer_invalid      the answer is none for this step; ``message`` says what to change
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cases.answers import check_answer
from cases.approval_levels import Level, Placed, plan_levels
from cases.approval_rules import Entry, parse_rule
from cases.errors import AnswerInvalid
from cases.models import Task
from flows.definition.effect import EffectAnswer
from flows.definition.kind import StepError
from flows.definition.model import JSON
from flows.engine.simulation.shapes import Asked, Given, Question
from integrator.lib.clock import to_rfc3339
from integrator.lib.ids import new_uuid

FIRED: Mapping[str, JSON] = {"fired": True, "reason": "It was due."}


class AnswerUnfit(Exception):
    """The answer cannot be taken; what was asked is asked again."""

    code = "try.answer_invalid"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, JSON] = {}


def make_wait_news(asked: Asked, given: Given, now: datetime) -> Mapping[str, JSON]:
    """The news of a wait: a task, an approval, a message, a timer, another run. Raises AnswerUnfit."""
    value = given.value
    if asked.kind == "task":
        return _answer_task(asked.question or _NOBODY, value)
    if asked.kind == "approval":
        return _answer_approval(asked.question or _NOBODY, value, now)
    if asked.kind == "message":
        return _answer_message(asked, value)
    if asked.kind == "child":
        return _answer_child(asked, value)
    return FIRED


def judge_general(written: Mapping[str, Any]) -> EffectAnswer | None:
    """An answer in the general shape, ``{output}`` or ``{error, unknown?, retry_after_s?}``; None for another one."""
    error = written.get("error")
    if isinstance(error, dict):
        failed = StepError(
            str(error.get("code") or "effect.failed"),
            str(error.get("message") or "The call failed."),
            retryable=error.get("retryable") is True,
            details=error.get("details") or {},
        )
        after = written.get("retry_after_s")
        return EffectAnswer(
            error=failed,
            is_unknown=written.get("unknown") is True,
            retry_after_s=float(after) if isinstance(after, int | float) else None,
        )
    if "output" in written:
        return EffectAnswer(output=written["output"])
    return None


_NOBODY = Question(title="", outcomes=(), people=())


def _answer_task(question: Question, value: Mapping[str, Any]) -> Mapping[str, JSON]:
    outcome = value.get("outcome")
    if outcome is None and len(question.outcomes) == 1:
        outcome = question.outcomes[0]
    task = Task(kind="assign", outcomes=list(question.outcomes), form=question.form)
    try:
        answer = check_answer(task, outcome=outcome, data=value.get("data"), comment=value.get("comment"))
    except AnswerInvalid as error:
        raise AnswerUnfit(_say_faults(error)) from error
    by = value.get("by") or _first_person(question)
    return {"outcome": answer.outcome, "data": answer.data, "comment": answer.comment, "by": by}


def _say_faults(error: AnswerInvalid) -> str:
    """Each fault with the field it is about."""
    rows = error.details.get("errors") or [{"pointer": "", "message": error.message}]
    names = [str(row["pointer"]).removeprefix("/data").strip("/").replace("/", ".") for row in rows]
    told = [row["message"] if row["message"][:1].isupper() else f"{name or 'The answer'} {row['message']}"
            for name, row in zip(names, rows, strict=True)]  # fmt: skip
    return "; ".join(text.removesuffix(".") for text in told) + "."


def _first_person(question: Question) -> str:
    return next((name for name in question.people if not name.startswith("team:")), "somebody")


@dataclass
class _Board:
    """An approval while its answers come in."""

    question: Question
    entries: list[Entry]

    def ask(self) -> str | None:
        """Ask who is to be asked now; the outcome once it is decided."""
        keys = self.question.level_keys or ("",) * len(self.entries)
        placed = [Placed(level=key, entry=entry) for key, entry in zip(keys, self.entries, strict=True)]
        one = Level(key="", rule=parse_rule(self.question.rule), order=self.question.order)
        progress = plan_levels(self.question.levels or (one,), self.question.amount, placed)
        for position in progress.ask:
            self.entries[position] = replace(self.entries[position], asked=True)
        return progress.outcome

    def find_open(self, approver: str) -> int | None:
        """The entry that this answer is for: the one of that name, else the first that is asked and open."""
        waiting = [at for at, entry in enumerate(self.entries) if entry.asked and entry.answer is None]
        named = [at for at in waiting if self.question.people[at] == approver]
        return next(iter(named if approver else waiting), None)


def _answer_approval(question: Question, value: Mapping[str, Any], now: datetime) -> Mapping[str, JSON]:
    """``{decisions: [{outcome, by?, approver?, comment?, data?}]}``, or one answer that all who are asked give."""
    board = _Board(question, [Entry(veto=veto, asked=False) for veto in question.vetoes])
    given = value.get("decisions")
    listed = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else None
    decisions: list[JSON] = []
    outcome = board.ask()
    while outcome is None:
        row = listed[len(decisions)] if listed is not None and len(decisions) < len(listed) else None
        if listed is not None and row is None:
            raise AnswerUnfit("These answers decide nothing yet. Add the answer of the next one who is asked.")
        decisions.append(_decide(board, row if row is not None else _alone(value, decisions), now))
        outcome = board.ask()
    comments = [
        {"by": row["by"], "comment": row["comment"], "at": row["at"]} for row in decisions if row["comment"] is not None
    ]
    return {"outcome": outcome, "comments": comments, "decisions": decisions}


def _alone(value: Mapping[str, Any], before: list[JSON]) -> Mapping[str, Any]:
    """One answer for all: the others say the same, by their own names."""
    return value if not before else {name: value[name] for name in ("outcome", "comment", "data") if name in value}


def _decide(board: _Board, row: Mapping[str, Any], now: datetime) -> dict[str, JSON]:
    task = Task(kind="approve", outcomes=list(board.question.outcomes), form=board.question.form)
    try:
        answer = check_answer(task, outcome=row.get("outcome"), data=row.get("data"), comment=row.get("comment"))
    except AnswerInvalid as error:
        raise AnswerUnfit(_say_faults(error)) from error
    at = board.find_open(str(row.get("approver") or ""))
    if at is None:
        asked = ", ".join(board.question.people)
        raise AnswerUnfit(f"Nobody of that name is asked for an answer now. Asked are: {asked}.")
    outcome: Any = answer.outcome
    board.entries[at] = replace(board.entries[at], answer=outcome)
    ref = board.question.people[at]
    return {
        "approver": ref,
        "by": row.get("by") or (ref if not ref.startswith("team:") else "somebody"),
        "for": None,
        "outcome": answer.outcome,
        "comment": answer.comment,
        "at": to_rfc3339(now),
    }


def _answer_message(asked: Asked, value: Mapping[str, Any]) -> Mapping[str, JSON]:
    if value.get("timeout"):
        if asked.due_at is None:
            raise AnswerUnfit("This step waits for ever: it has no 'timeout'. Send the message instead.")
        return FIRED
    told = value.get("message") if isinstance(value.get("message"), dict) else value
    ref = new_uuid()
    name, _, key = asked.subject.rpartition("” for ")
    message = {
        "ref": str(ref),
        "name": told.get("name") or name.removeprefix("“"),  # type: ignore[union-attr]
        "key": told.get("key") or key,  # type: ignore[union-attr]
        "data": told.get("data"),  # type: ignore[union-attr]
        "id": str(told.get("id") or ref),  # type: ignore[union-attr]
    }
    return {"message": message, "reason": f"The message “{message['name']}” came."}


def _answer_child(asked: Asked, value: Mapping[str, Any]) -> Mapping[str, JSON]:
    error = value.get("error")
    status = value.get("status") or ("failed" if error else "completed")
    if status not in ("completed", "failed", "cancelled"):
        raise AnswerUnfit("The other flow ends as completed, failed or cancelled.")
    return {
        "run": str(value.get("run") or uuid.UUID(int=0)),
        "flow": asked.flow,
        "status": status,
        "output": value.get("output"),
        "error": error,
        "reason": f"The run of {asked.flow} ended.",
    }
