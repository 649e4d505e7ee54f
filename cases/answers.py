"""Checks the answer to a task. Pure: no database, no people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.errors import AnswerInvalid
from cases.forms import check_answer as check_form_answer
from cases.forms import read_form
from cases.models import Task
from integrator.lib.strict_json import StrictJSONError, check, dumps_canonical

MAX_COMMENT = 10_000
MAX_DATA_BYTES = 262_144
MAX_KEY = 255


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A checked answer. ``comment`` None: none was given; ``data`` None: none was given."""

    outcome: str
    data: dict[str, Any] | None
    comment: str | None


def check_answer(task: Task, *, outcome: Any, data: Any, comment: Any) -> Answer:
    """This will give the answer as it is kept, or raise AnswerInvalid with every fault by pointer.

    The outcome is one of the task's; a rejection needs a comment that is more than white space; the data fit the form.
    A rejection may leave the form empty. Without a form any JSON object may come as data.
    """
    if not isinstance(outcome, str) or outcome not in task.outcomes:
        message = f"The outcome must be one of these: {', '.join(task.outcomes)}."
        raise AnswerInvalid("task.unknown_outcome", [{"pointer": "/outcome", "message": message}])
    words, faults = _check_comment(comment)
    kept, more = _check_data(task, outcome, data)
    faults += more
    if faults:
        raise AnswerInvalid("task.answer_invalid", faults)
    if words is None:
        _refuse_silence(task, outcome)
    return Answer(outcome=outcome, data=kept, comment=words)


def _refuse_silence(task: Task, outcome: str) -> None:
    """Raises AnswerInvalid where the outcome needs a comment."""
    look = task.outcome_looks.get(outcome) or {}
    if outcome == "rejected" and task.kind == "approve":
        message = "A rejection needs a comment: say why, so that they know what to change."
    elif task.kind == "information" and look.get("needs_comment"):
        message = "Write your answer before you send it."
    elif look.get("needs_comment"):
        label = look.get("label") or outcome.replace("_", " ")
        message = f"“{label}” needs a comment: write what the others should know."
    else:
        return
    raise AnswerInvalid("task.comment_missing", [{"pointer": "/comment", "message": message}])


def _check_comment(comment: Any) -> tuple[str | None, list[dict[str, str]]]:
    if comment is None:
        return None, []
    if not isinstance(comment, str):
        return None, [{"pointer": "/comment", "message": "The comment must be a text."}]
    if len(comment) > MAX_COMMENT:
        return None, [{"pointer": "/comment", "message": f"The comment may have {MAX_COMMENT:,} characters at most."}]
    try:
        check(comment)
    except StrictJSONError as error:
        return None, [{"pointer": "/comment", "message": error.message}]
    return (comment if comment.strip() else None), []


def _check_data(task: Task, outcome: str, data: Any) -> tuple[Any, list[dict[str, str]]]:
    """The data as they are kept, and their faults."""
    if data is None and (task.form is None or (task.kind == "approve" and outcome == "rejected")):
        return None, []
    return check_form_data(task.form, data)


def check_form_data(form: Any, data: Any) -> tuple[Any, list[dict[str, str]]]:
    """An object as the data of a form, as they are kept, and its faults ``[{pointer, message}]`` with ``/data`` first.

    Without a form any small object fits. None counts as an empty object where there is one.
    """
    given = {} if data is None else data
    try:
        check(given)
    except StrictJSONError as error:
        return None, [{"pointer": f"/data{error.pointer}", "message": error.message}]
    if not isinstance(given, dict):
        return None, [{"pointer": "/data", "message": "The data must be an object with named fields."}]
    if len(dumps_canonical(given).encode()) > MAX_DATA_BYTES:
        return None, [{"pointer": "/data", "message": "The data may have 256 KiB at most."}]
    if form is None:
        return data, []
    checked = check_form_answer(read_form(form), given)
    kept = None if data is None and not checked.data else checked.data
    return kept, [{"pointer": f"/data{fault.pointer}", "message": fault.message} for fault in checked.faults]
