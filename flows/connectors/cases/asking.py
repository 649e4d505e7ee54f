"""What both task kinds share: reading the settings of a question to people. Errors are ``StepError``."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.approval_rules import RuleError
from cases.errors import AskInvalid, CaseError
from cases.forms import expand_form
from cases.forms.errors import FormError
from cases.shapes import check_plain, check_title
from flows.connectors.directory import directory_of
from flows.definition.due import due_after
from flows.definition.filling import fill_form
from flows.definition.kind import StepCall, StepError
from flows.definition.model import JSON
from integrator.lib.clock import ClockError
from integrator.lib.ids import new_uuid
from integrator.lib.schema import SchemaError, compile_schema
from integrator.lib.sensitive import find_declared
from integrator.people.models import Person

SHOW_AS = ("text", "money", "date", "link", "image", "pdf", "table")
MAX_SHOW = 100


@dataclass(frozen=True, kw_only=True)
class Question:
    """The checked settings that ``task.assign`` and ``task.approve`` have in common, ready to ask."""

    wait_id: uuid.UUID
    title: str
    show: tuple[Mapping[str, JSON], ...]
    form: JSON
    due_at: datetime | None
    requested_by: Person | None
    case_number: str | None
    priority: str
    undo_s: int | None

    def as_request(self, call: StepCall) -> dict[str, Any]:
        """The fields that a ``TaskRequest`` and an ``ApprovalRequest`` share."""
        return {
            "origin": str(self.wait_id),
            "title": self.title,
            "show": self.show,
            "form": self.form,
            "due_at": self.due_at,
            "case_number": self.case_number,
            "team_id": call.run.team_id,
            "correlation": str(call.run.run_id),
            "requested_by_id": self.requested_by.pk if self.requested_by else None,
            "priority": self.priority,
            "undo_s": self.undo_s,
        }


@contextmanager
def step_errors() -> Iterator[None]:
    """Turn the errors of ``cases`` into errors of the step: they are data there."""
    try:
        yield
    except (CaseError, FormError, RuleError) as error:
        raise StepError(error.code, error.message, details=error.details) from error


def read_question(call: StepCall) -> Question:
    """This will check title, show, form and due date. The wait's id is made here, before anything is written.

    Raises StepError: ``task.title_missing task.title_long task.title_invalid task.show_invalid task.form_invalid
    task.form_hides task.fill_invalid form.not_found form.not_published
    task.due_invalid``. Reads the person in whose name it is asked; somebody unknown here is nobody.
    """
    case = call.run.case
    with step_errors():
        return Question(
            wait_id=new_uuid(),
            title=check_title(call.settings.get("title"), "task"),
            show=_read_show(call.settings.get("show")),
            form=_read_form(call),
            due_at=_read_due(call),
            requested_by=directory_of(call).find_person(call.run.requested_by) if call.run.requested_by else None,
            case_number=str(case["number"]) if case is not None else None,
            priority=str(case["priority"]) if case is not None else "normal",
            undo_s=_read_undo(call.settings.get("undo_s")),
        )


def _read_show(value: JSON) -> tuple[Mapping[str, JSON], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_SHOW:
        raise AskInvalid("task.show_invalid", f"“show” is a list of at most {MAX_SHOW} rows with label, value and as.")
    return tuple(_read_row(row, number) for number, row in enumerate(value, start=1))


def _read_row(row: JSON, number: int) -> Mapping[str, JSON]:
    if not isinstance(row, dict) or not isinstance(row.get("label"), str) or set(row) - {"label", "value", "as"}:
        message = f"Row {number} of “show” needs a label (text) and a value, and may say as what to show it."
        raise AskInvalid("task.show_invalid", message)
    shown_as = row.get("as", "text")
    if shown_as not in SHOW_AS:
        message = f"Row {number} of “show” cannot be shown as {shown_as!r:.60}. Choose one of {', '.join(SHOW_AS)}."
        raise AskInvalid("task.show_invalid", message)
    check_plain(row, "task.show_invalid", f"Row {number} of “show”")
    return {"label": row["label"], "value": row.get("value"), "as": shown_as}


def _read_form(call: StepCall) -> JSON:
    value = call.settings.get("form")
    if value is None:
        return None
    form = _find_form(call, value) if isinstance(value, dict) and "use" in value else value
    if not isinstance(form, dict) or form.get("type") != "object":
        raise AskInvalid("task.form_invalid", "A form is a JSON Schema of type object with its fields as properties.")
    full: dict[str, JSON] = expand_form(_fill_in(call, form))
    try:
        compile_schema(full)
    except SchemaError as error:
        raise AskInvalid("task.form_invalid", f"The form is not usable: {error.message}") from error
    return full


def _fill_in(call: StepCall, form: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The form with what the step fills it in with."""
    fill = call.settings.get("fill")
    if fill is None or not isinstance(form.get("properties"), Mapping):
        return form
    if not isinstance(fill, Mapping):
        raise AskInvalid("task.fill_invalid", "“fill” is an object with a value for each field that is filled in.")
    check_plain(fill, "task.fill_invalid", "“fill”")
    return fill_form(form, fill)


def _find_form(call: StepCall, named: Mapping[str, JSON]) -> JSON:
    """The form of the library. One that hides fields must be named by its version: only that was looked at."""
    key, version = str(named["use"]), named.get("version")
    number = version if isinstance(version, int) else None
    form: JSON = directory_of(call).find_form(key, number, team_id=call.run.team_id)
    if number is None and any(find_declared(form)):
        message = f"The form “{key}” hides fields, so the step has to say which version it uses: version: 1."
        raise AskInvalid("task.form_hides", message)
    return form


def _read_undo(value: JSON) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not 0 <= value <= 3600:
        raise AskInvalid("task.undo_invalid", "The time to undo is a whole number of seconds from 0 to 3600.")
    return int(value)


def _read_due(call: StepCall) -> datetime | None:
    value = call.settings.get("due_in")
    if value is None:
        return None
    try:
        return due_after(value, call.now, call.calendar_of)
    except ClockError as error:
        raise AskInvalid("task.due_invalid", f"The due time is not usable. {error.message}") from error
