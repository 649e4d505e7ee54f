"""The filter of the audit trail as its page shows it: a form, and a chip for each thing that may be looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.formats import date_format

from flows.queries.audit import AuditFilter
from flows.queries.audit_search import make_filter
from integrator.events.catalogue import EVENT_TYPES

PLACE = ("before", "event")  # of the address: another filter begins at the newest event, with none open
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Period": ("since", "until"),
    "What": ("name",),
    "Who": ("actor",),
    "Flow": ("flow",),
    "Subject": ("subject",),
    "Outcome": ("outcome",),
    "Amount": ("amount_from", "amount_to"),
    "Run or case": ("correlation",),
}


class FilterForm(forms.Form):
    """What to look for. Every field may stay empty."""

    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.ChoiceField(required=False, label="What")
    actor = forms.CharField(
        required=False, max_length=200, label="Who", widget=forms.TextInput(attrs={"placeholder": "user name"})
    )
    flow = forms.CharField(
        required=False, max_length=100, label="Flow", widget=forms.TextInput(attrs={"placeholder": "content-approval"})
    )
    outcome = forms.CharField(
        required=False, max_length=100, label="Outcome", widget=forms.TextInput(attrs={"placeholder": "approved"})
    )
    amount_from = forms.DecimalField(required=False, max_digits=24, decimal_places=6, label="Amount from")
    amount_to = forms.DecimalField(required=False, max_digits=24, decimal_places=6, label="Amount to")
    subject = forms.CharField(
        required=False,
        max_length=260,
        label="Subject",
        widget=forms.TextInput(attrs={"placeholder": "case C-2026-000123"}),
    )
    correlation = forms.CharField(
        required=False,
        max_length=200,
        label="Run or case",
        widget=forms.TextInput(attrs={"placeholder": "run id or case number"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted((event.label, name) for name, event in EVENT_TYPES.items())
        cast("forms.ChoiceField", self.fields["name"]).choices = [("", "Anything"), *((n, label) for label, n in names)]


def say_search(search: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was looked for, as ``AuditFilter.describe`` gives it, in the words of the form."""
    labels = {name: str(field.label) for name, field in FilterForm.base_fields.items()}
    told = {**search, "name": EVENT_TYPES[search["name"]].label} if search.get("name") in EVENT_TYPES else search
    return [(labels.get(name, name), value) for name, value in told.items()]


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One thing to look for. ``value`` says what is in force, empty where nothing is; ``kept`` are the other fields.

    ``without`` is the address's query with the chip off.
    """

    label: str
    value: str
    fields: tuple[BoundField, ...]
    kept: tuple[tuple[str, str], ...]
    without: str

    @property
    def has_faults(self) -> bool:
        """Whether something typed here cannot be read."""
        return any(field.errors for field in self.fields)


def make_chips(form: FilterForm, query: QueryDict) -> list[Chip]:
    """The chips of a form that was read: those in force and those with faults first, then the order of ``GROUPS``."""
    chips = [_make_chip(form, query, label, names) for label, names in GROUPS.items()]
    return sorted(chips, key=lambda chip: not (chip.value or chip.has_faults))


def read_filter(form: FilterForm) -> AuditFilter:
    """The filter that a form means; a field that cannot be read counts as empty and says why beside itself."""
    form.is_valid()
    return make_filter(form.cleaned_data)


def _make_chip(form: FilterForm, query: QueryDict, label: str, names: tuple[str, ...]) -> Chip:
    rest = query.copy()
    for name in (*PLACE, *names):
        rest.pop(name, None)
    return Chip(
        label=label,
        value=_say(names, form.cleaned_data),
        fields=tuple(form[name] for name in names),
        kept=tuple((name, str(value)) for name, value in rest.items() if name in form.fields and value),
        without=f"?{rest.urlencode()}",
    )


def _say(names: tuple[str, ...], typed: Mapping[str, Any]) -> str:
    """What is in force, in words: ``5 Nov 2026``, ``from 10``, ``10 to 20``, ``approved``."""
    values = [_say_value(name, typed.get(name)) for name in names]
    if len(values) == 1:
        return values[0]
    first, last = values
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"up to {last}" if last else ""


def _say_value(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name in ("since", "until"):
        return date_format(value, "j M Y")
    if name == "name":
        return EVENT_TYPES[value].label
    return f"{value:f}" if name.startswith("amount") else str(value)
