"""The filters of the audit trail's admin page. None of them reads the log to list choices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from integrator.events.catalogue import list_event_types
from integrator.events.models import Event
from integrator.people.models import Person


class NameFilter(admin.SimpleListFilter):
    """By sort of event, from the catalogue."""

    title = "event"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(event_type.name, event_type.label) for event_type in list_event_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(name=self.value()) if self.value() else queryset


class InputFilter(ABC, admin.SimpleListFilter):
    """One input with a button. The other filters travel along as hidden fields."""

    template = "admin/events/input_filter.html"
    input_type = "text"
    hint = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("", "")]  # a filter without lookups would not be shown

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        kept = [
            (name, value)
            for name, values in changelist.get_filters_params().items()
            for value in (values if isinstance(values, list) else [values])
            if name != self.parameter_name
        ]
        yield {
            "name": self.parameter_name,
            "value": self.value() or "",
            "type": self.input_type,
            "hint": self.hint,
            "kept": kept,
            "query_string": changelist.get_query_string(remove=[str(self.parameter_name)]),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        return queryset.filter(self.condition(value)) if value else queryset

    @abstractmethod
    def condition(self, value: str) -> Q:
        """What a row must meet. Raises IncorrectLookupParameters for a value that says nothing."""


class ActorFilter(InputFilter):
    """By user name, or as the log writes actors: ``person:12``, ``system:integrator``, ``caller:orders``."""

    title = "actor"
    parameter_name = "actor"
    hint = "user name or person:12"

    def condition(self, value: str) -> Q:
        if ":" in value:
            return Q(actor=value)
        person_id = Person.objects.filter(username=value).values_list("pk", flat=True).first()
        return Q(actor=f"person:{person_id}") if person_id else Q(pk__in=[])


class SubjectFilter(InputFilter):
    """``case``, or ``case:12``."""

    title = "subject"
    parameter_name = "subject"
    hint = "case or case:12"

    def condition(self, value: str) -> Q:
        subject_type, _, subject_id = value.partition(":")
        return Q(subject_type=subject_type, subject_id=subject_id) if subject_id else Q(subject_type=subject_type)


class SinceFilter(InputFilter):
    """From the beginning of a day in UTC."""

    title = "from"
    parameter_name = "since"
    input_type = "date"

    def condition(self, value: str) -> Q:
        return Q(at__gte=_begin_of(value))


class UntilFilter(InputFilter):
    """To the end of a day in UTC."""

    title = "to"
    parameter_name = "until"
    input_type = "date"

    def condition(self, value: str) -> Q:
        return Q(at__lt=_begin_of(value) + timedelta(days=1))


def _begin_of(value: str) -> datetime:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise IncorrectLookupParameters from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
