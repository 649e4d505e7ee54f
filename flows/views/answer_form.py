"""What somebody types to answer a task, kept whatever becomes of it: fields, comment, faults beside them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import QueryDict

from cases.errors import AnswerInvalid, TaskError, TaskRefused, TaskTaken
from cases.form_choices import list_choices
from cases.forms import draw_form, list_faults, plan_form, read_answers, sort_faults
from cases.forms.drawing import DrawnSection, FieldFault
from cases.forms.typed import row_numbers
from cases.models import Task, TaskDraft
from cases.operations.deciding import refuse_taken, refuse_those_who_may_not
from cases.views.form_filling import with_files
from integrator.files.members import list_file_places
from integrator.people.models import Person

MAX_KEY = 100


class AnswerForm:
    """The form of one view of the page. Its hidden key makes a second press of the same button harmless.

    ``brought`` are ids of files that came with this answer, by field; those of an earlier try come back in hidden
    fields. ``bar`` says why the person cannot answer (None: they can); ``comment_error`` and ``errors`` are what is
    wrong.
    """

    def __init__(
        self, task: Task, posted: QueryDict | None = None, *, brought: Mapping[str, str] | None = None
    ) -> None:
        self._task = task
        self._posted: dict[str, str] | None = posted.dict() if posted is not None else None  # type: ignore[assignment]
        if self._posted is not None:
            self._posted = with_files(self._posted, brought or {})
        self._faults: dict[str, str] = {}
        self._restored_comment = ""
        self.errors: list[str] = []
        self.comment_error = ""
        self.bar: TaskError | None = None

    def restore(self, draft: TaskDraft | None, proposal: Mapping[str, Any] | None) -> None:
        """Begin with what the person has typed before, or else with the words that a delegate proposes."""
        if self._posted is not None:
            return
        if draft is not None:
            self._posted = dict(draft.typed)
        elif proposal is not None and proposal.get("comment"):
            self._restored_comment = str(proposal["comment"])

    @property
    def outcome(self) -> str:
        """The value of the pressed button; "" when none was."""
        return self._get("outcome")

    @property
    def idempotency_key(self) -> str:
        """The key of this view of the page."""
        return self._get("key")[:MAX_KEY] or str(uuid.uuid4())

    @property
    def data(self) -> dict[str, Any] | None:
        """The fields as data. A rejection that leaves every field empty has none."""
        data = read_answers(self._task.form, self._posted or {})
        is_empty = data is not None and not any(value is not False for value in data.values())
        return None if is_empty and self._is_rejection else data

    @property
    def comment(self) -> str | None:
        """The comment; a rejection may have it in its own field, which opens under the button on a phone."""
        own = self._get("comment_rejected") if self._is_rejection else ""
        return (own if own.strip() else self._get("comment")).replace("\r\n", "\n") or None

    @property
    def typed_comment(self) -> str:
        """What stands in the comment's field."""
        return self.comment or self._restored_comment

    @cached_property
    def sections(self) -> list[DrawnSection]:
        """The fields by sections, with what was typed and what is wrong with it."""
        choices = list_choices(self._task) if self._task.form else None
        return draw_form(self._task.form, typed=self._posted, faults=self._faults, choices=choices)

    @property
    def plan(self) -> dict[str, Any]:
        """What the browser needs to follow the form's conditions."""
        return plan_form(self._task.form)

    @property
    def field_faults(self) -> list[FieldFault]:
        """What is wrong with fields, for the summary at the top."""
        return list_faults(self.sections)

    @property
    def has_files(self) -> bool:
        """Whether it asks for files."""
        return bool(list_file_places(self._task.form))

    def add_row(self) -> bool:
        """Make room for one more row, where the button for it was pressed without scripts: whether it was."""
        name = self._get("add-row")
        if not name or self._posted is None:
            return False
        self._posted[f"{name}-{max(row_numbers(name, self._posted), default=-1) + 1}-row"] = "1"
        return True

    @property
    def is_taken(self) -> bool:
        """Whether somebody or something was first."""
        return isinstance(self.bar, TaskTaken)

    def take_error(self, error: TaskError) -> None:
        """Sort what was refused to where it belongs on the page."""
        if isinstance(error, AnswerInvalid):
            self._faults, self.errors = sort_faults(error.details["errors"], self._task.form)
            self.comment_error = self._faults.get("", "")
        else:
            self.bar = error

    def look_for_bar(self, person: Person) -> None:
        """Find out whether the person may answer now: two queries at most."""
        if self.bar is not None:
            return
        try:
            refuse_taken(self._task, person)
            refuse_those_who_may_not(self._task, person)
        except (TaskRefused, TaskTaken) as error:
            self.bar = error

    @property
    def _is_rejection(self) -> bool:
        return self._task.kind == "approve" and self.outcome == "rejected"

    def _get(self, name: str) -> str:
        return (self._posted or {}).get(name, "")
