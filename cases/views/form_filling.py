"""A JSON Schema as part of a page's form: what was typed, drawn again with its faults. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import QueryDict

from cases.errors import CaseError
from cases.form_choices import Choices
from cases.forms import draw_form, list_faults, plan_form, read_answers, sort_faults
from cases.forms.drawing import DrawnSection, FieldFault
from cases.forms.typed import row_numbers

KEPT = "-kept"  # hidden fields with the ids of files that came with an earlier try


def with_files(posted: Mapping[str, str], brought: Mapping[str, str]) -> dict[str, str]:
    """What was typed with the ids of files by field: those kept from an earlier try, and those brought now."""
    kept = {name.removesuffix(KEPT): text for name, text in posted.items() if name.endswith(KEPT)}
    return {**posted, **kept, **brought}


class FilledForm:
    """The fields of ``schema`` (None: none), with what was sent (None: nothing yet).

    ``brought`` are ids of files that came with it, by field; ``choices`` are those that were looked up, by key.
    """

    def __init__(
        self,
        schema: Any,
        posted: QueryDict | None,
        *,
        brought: Mapping[str, str] | None = None,
        choices: Mapping[str, Choices] | None = None,
    ) -> None:
        self.schema = schema
        self._choices = choices
        self._posted: dict[str, str] | None = (
            None if posted is None else {name: str(value) for name, value in posted.items()}
        )
        if self._posted is not None and brought is not None:
            self._posted = with_files(self._posted, brought)
        self._faults: Mapping[str, str] = {}
        self.errors: list[str] = []

    @property
    def data(self) -> dict[str, Any] | None:
        """What was typed as data; None without a form."""
        return read_answers(self.schema, self._posted or {})

    @property
    def sections(self) -> list[DrawnSection]:
        """The fields by sections, for ``components/form_sheet.html``."""
        return draw_form(self.schema, typed=self._posted, faults=self._faults, choices=self._choices)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """What the browser needs to follow conditions."""
        return plan_form(self.schema)

    @property
    def field_faults(self) -> list[FieldFault]:
        """What is wrong with fields, for the summary at the top."""
        return list_faults(self.sections)

    @property
    def comment_error(self) -> str:
        """What is wrong with the comment beside the fields; "" for nothing."""
        return self._faults.get("", "")

    @property
    def is_faulty(self) -> bool:
        """Whether something was refused."""
        return bool(self.errors or self._faults)

    def add_row(self) -> bool:
        """Make room for one more row, where the button for it was pressed without scripts: whether it was."""
        name = (self._posted or {}).get("add-row", "")
        if not name or self._posted is None:
            return False
        self._posted[f"{name}-{max(row_numbers(name, self._posted), default=-1) + 1}-row"] = "1"
        return True

    def take_faults(self, errors: Sequence[Mapping[str, str]]) -> None:
        """Sort faults by pointer (``/data/…``) to where they belong."""
        if errors:
            self._faults, self.errors = sort_faults(errors, self.schema)

    def take_error(self, error: CaseError) -> None:
        """Sort what was refused to where it belongs."""
        self.take_faults(error.details.get("errors") or [])
        if not self.is_faulty:
            self.errors = [error.message]
