"""The form of a case type: lists a line each, the checklist and the rules as people write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from cases.case_types import COMPARISONS, CaseTypeData
from cases.errors import CaseTypeError
from cases.models import CaseType, Priority
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.people.models import Team

_RULE = re.compile(r"(\S+)\s+(" + "|".join(COMPARISONS) + r")\s+(.+?)\s*(?:→|->|:)\s*(\w+)")
_ASKED = re.compile(r"([a-z0-9][a-z0-9_-]*)\s*:\s*([^#(?]+?)\s*(\(optional\))?\s*(?:#\s*(.*))?")
LINES = {"rows": 4, "class": "data", "spellcheck": "false"}


class LinesField(forms.CharField):
    """Names, one a line."""

    widget = forms.Textarea(attrs=LINES)

    def clean(self, value: Any) -> Any:
        """The lines without empty ones."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class CaseTypeForm(forms.Form):
    """Everything of a case type."""

    name = forms.CharField(max_length=120, label="Name", help_text="Such as Customer dispute.")
    key = forms.SlugField(max_length=100, label="Short name", help_text="Flows name the type by it; it stays.")
    team = forms.ChoiceField(required=False, label="Team", help_text="Its leads may change the type too.")
    is_offered = forms.BooleanField(required=False, label="People may open such cases by hand")
    statuses = LinesField(label="Statuses", help_text="One a line, the first one is that of a new case.")
    final_statuses = LinesField(required=False, label="Final statuses", help_text="Those with which a case is closed.")
    milestones = LinesField(required=False, label="Milestones", help_text="In the order they are reached, one a line.")
    contributions = LinesField(
        required=False,
        label="Contributions",
        help_text="One a line: finance: team:finance # What can be credited? By HTTP: support: http:support. "
        "Not needed to go on: (optional) before the #.",
    )
    number_prefix = forms.CharField(
        required=False, max_length=8, label="Numbers begin with", help_text="INV gives INV-2026-000001; empty is C."
    )
    number_digits = forms.IntegerField(min_value=3, max_value=9, initial=6, label="Digits of the count")
    priority_rules = LinesField(
        required=False,
        label="Priority",
        help_text="One a line, the first that holds counts: amount above 10000 → urgent. "
        "A field is above, below, equals or contains.",
    )
    party_roles = LinesField(required=False, label="Roles of parties", help_text="Such as customer, carrier.")
    fields_schema = forms.CharField(
        required=False,
        label="JSON Schema",
        widget=forms.Textarea(attrs={"rows": 10, "class": "data", "spellcheck": "false"}),
        help_text="The same fields as forms have them. What is changed here counts before the rows.",
    )
    retention_days = forms.IntegerField(
        required=False, min_value=1, max_value=36_500, label="Days kept after closing",
        help_text="Then its personal data are erased, unless the case is held or runs still work on it. Empty: kept.",
    )  # fmt: skip
    regulated = forms.BooleanField(required=False, label="Regulated: an answer cannot be undone")
    confidential_default = forms.BooleanField(required=False, label="New cases are confidential")

    def __init__(self, data: QueryDict | None = None, *, row: CaseType | None = None, teams: Iterable[Team]) -> None:
        super().__init__(data, initial=None if row is None else _tell(row))
        self._row = row
        choices = [("", "No team: only admins change it"), *((team.slug, team.name) for team in teams)]
        if row is not None and row.team is not None and row.team.slug not in dict(choices):
            choices.append((row.team.slug, row.team.name))
        self.fields["team"] = forms.ChoiceField(
            required=False, label="Team", choices=choices, help_text="Its leads may change the type too."
        )
        if row is not None:
            del self.fields["key"]

    def clean_contributions(self) -> list[dict[str, Any]]:
        """The checklist; each wrong line is named."""
        found = []
        for line in self.cleaned_data["contributions"]:
            match = _ASKED.fullmatch(line)
            if match is None:
                raise forms.ValidationError(f"“{line}” is no contribution. Write finance: team:finance # question.")
            key, who, optional, question = match.groups()
            asked = {"key": key, "from": who, "required": optional is None, "question": question or ""}
            found.append({**asked, **self._kept_of(key)})
        return found

    def _kept_of(self, key: str) -> dict[str, Any]:
        """What a line does not say of a contribution that was there before: its title and form."""
        rows = self._row.contributions if self._row is not None else []
        before: Mapping[str, Any] = next((one for one in rows if one["key"] == key), {})
        return {name: before[name] for name in ("title", "form") if before.get(name)}

    def clean_priority_rules(self) -> list[dict[str, Any]]:
        """The rules; each wrong line is named."""
        return [_read_rule(line) for line in self.cleaned_data["priority_rules"]]

    def clean_fields_schema(self) -> Any:
        """The schema as JSON."""
        text = self.cleaned_data["fields_schema"].strip()
        if not text:
            return None
        try:
            return parse(text)
        except StrictJSONError as error:
            raise forms.ValidationError(f"This is no JSON: {error.message}") from error

    @property
    def data_given(self) -> CaseTypeData:
        """What was typed, for the operation; the form is valid."""
        given: dict[str, Any] = dict(self.cleaned_data)
        given.pop("key", None)
        given["fields"], given["team"] = given.pop("fields_schema"), given["team"] or None
        return CaseTypeData(**given)

    def refuse(self, error: CaseTypeError) -> None:
        """Puts what the operation refused beside its field."""
        name = str(error.details.get("field", ""))
        name = "fields_schema" if name == "fields" else name
        self.add_error(name if name in self.fields else None, error.message)


def _read_rule(line: str) -> dict[str, Any]:
    match = _RULE.fullmatch(line)
    if match is None or match[4] not in Priority.values:
        raise forms.ValidationError(f"“{line}” is no rule. Write amount above 10000 → urgent.")
    value: Any = match[3]
    if match[2] in ("above", "below"):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError as error:
            raise forms.ValidationError(f"“{match[3]}” is no number to compare with.") from error
    return {"field": match[1], "is": match[2], "value": value, "priority": match[4]}


def _tell(row: CaseType) -> dict[str, Any]:
    """The row as the form shows it."""
    return {
        "name": row.name,
        "team": row.team.slug if row.team else "",
        "is_offered": row.is_offered,
        "statuses": "\n".join(row.statuses),
        "final_statuses": "\n".join(row.final_statuses),
        "milestones": "\n".join(row.milestones),
        "contributions": "\n".join(_write_asked(one) for one in row.contributions),
        "number_prefix": row.number_prefix,
        "number_digits": row.number_digits,
        "priority_rules": "\n".join(
            f"{rule['field']} {rule['is']} {rule['value']} → {rule['priority']}" for rule in row.priority_rules
        ),
        "party_roles": "\n".join(row.party_roles),
        "fields_schema": json.dumps(row.fields, ensure_ascii=False, indent=2) if row.fields else "",
        "retention_days": row.retention_days,
        "regulated": row.regulated,
        "confidential_default": row.confidential_default,
    }


def _write_asked(one: Mapping[str, Any]) -> str:
    optional = "" if one.get("required", True) else " (optional)"
    question = f" # {one['question']}" if one.get("question") else ""
    return f"{one['key']}: {one['from']}{optional}{question}"
