"""The form in which a case is edited: its fields as they are, what was seen at first, and both sides of a conflict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from cases.errors import CaseError, EditConflict
from cases.models import Case, Priority
from cases.operations.changing import Edit
from cases.veils import mask_case_data
from cases.views.form_filling import FilledForm
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.people.models import Person, Team

PLAIN = ("title", "status", "priority", "owner", "team")
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that two people changed."""

    label: str
    seen: Any
    now: Any
    yours: Any


class EditForm:
    """What ``cases/edit.html`` shows. ``posted`` None: the case as it is."""

    def __init__(self, case: Case, posted: QueryDict | None) -> None:
        self.case = case
        self._posted = posted
        self._shown = _list_editable(case)
        self.seen: Mapping[str, Any] = _read_object(posted.get("seen", "")) if posted is not None else self._as_is()
        self.filled = FilledForm(_schema_of(case, self._shown), posted)
        self.differences: list[Difference] = []

    @property
    def values(self) -> dict[str, str]:
        """The plain fields as they are typed, or as they are."""
        if self._posted is not None:
            return {name: self._posted.get(name, "") for name in PLAIN}
        return {name: str(self._as_is()[name]) for name in PLAIN}

    @property
    def seen_text(self) -> str:
        """What was seen, for the hidden control."""
        return json.dumps(self.seen, ensure_ascii=False)

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """The type's statuses that do not close a case, and the present one even if the type has it no more."""
        offered = [name for name in self.case.type.statuses if name not in self.case.type.final_statuses]
        return [(name, name.replace("_", " ")) for name in dict.fromkeys([self.case.status, *offered])]

    @property
    def priorities(self) -> list[tuple[str, str]]:
        """Every priority."""
        return [(str(value), str(label)) for value, label in Priority.choices]

    @property
    def teams(self) -> list[tuple[str, str]]:
        """Every team."""
        return list(Team.objects.order_by("name", "id").values_list("slug", "name"))

    @property
    def people(self) -> list[tuple[str, str]]:
        """Who may own the case: those who are in its team."""
        rows = Person.objects.filter(is_active=True, memberships__team_id=self.case.team_id).distinct()
        found = {person.username: str(person) for person in rows.order_by("username")}
        if self.case.owner is not None:
            found.setdefault(self.case.owner.username, str(self.case.owner))
        return list(found.items())

    @property
    def edit(self) -> Edit:
        """What was sent, for the operation: only what differs from what was seen."""
        given: dict[str, Any] = {name: value for name, value in self.values.items() if value != self.seen.get(name)}
        seen_data = self.seen.get("data") or {}
        typed = self.filled.data or {}
        data = {key: typed.get(key) for key in self._shown if typed.get(key) != seen_data.get(key)}
        return Edit(changes={**given, **({"data": data} if data else {})}, seen=self.seen)

    def take_conflict(self, error: EditConflict) -> None:
        """Show both sides; sent again, mine counts over what is there now."""
        fields: Mapping[str, Mapping[str, Any]] = error.details["fields"]
        self.filled.errors = [error.message]
        self.differences = [
            Difference(label=name.removeprefix("data.").replace("_", " ").capitalize(), **both)
            for name, both in fields.items()
        ]
        self.seen = self._as_is()

    def take_error(self, error: CaseError) -> None:
        """Show what was refused beside its field."""
        self.filled.take_error(error)

    def _as_is(self) -> dict[str, Any]:
        case = self.case
        data = mask_case_data(case)
        return {
            "title": case.title,
            "status": case.status,
            "priority": case.priority,
            "owner": case.owner.username if case.owner else "",
            "team": case.team.slug,
            "data": {key: data.get(key) for key in self._shown},
        }


def _list_editable(case: Case) -> list[str]:
    """The fields of the data that can be edited: those of the type, or those of one value; none that is masked."""
    masked = mask_case_data(case)
    properties = (case.type.fields or {}).get("properties")
    if isinstance(properties, Mapping):
        keys = [str(key) for key in properties]
    else:
        keys = [key for key, value in case.data.items() if type(value) in _TYPES]
    return [key for key in keys if case.data.get(key) == masked.get(key)]


def _schema_of(case: Case, keys: list[str]) -> dict[str, Any] | None:
    """The type's fields with the case's values as what they begin with."""
    if not keys:
        return None
    declared: Mapping[str, Any] = (case.type.fields or {}).get("properties") or {
        key: {"type": _TYPES[type(case.data[key])]} for key in keys
    }
    properties = {
        key: {**declared[key], **({"default": case.data[key]} if case.data.get(key) is not None else {})}
        for key in keys
    }
    return {**{name: part for name, part in (case.type.fields or {}).items() if name != "required"},
            "type": "object", "properties": properties}  # fmt: skip


def _read_object(text: str) -> Mapping[str, Any]:
    """An object of a hidden control; what is none counts as empty."""
    try:
        found = parse(text)
    except StrictJSONError:
        return {}
    return found if isinstance(found, dict) else {}
