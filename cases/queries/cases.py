"""Cases as one person may see them, and their timelines."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from cases.errors import CaseNotFound
from cases.models import Case, Task
from cases.querysets import CaseQuerySet, TaskQuerySet
from integrator.events.models import Event
from integrator.events.queries import TimelineRow, timeline
from integrator.people.models import Person


def get_case_for(person: Person, number: str) -> Case:
    """This will give the case with its type, team and owner: one query. Raises CaseNotFound."""
    case = _with_parts(Case.objects.visible_to(person)).filter(number=number).first()
    if case is None:
        raise CaseNotFound
    return case


def list_cases(
    person: Person,
    *,
    unclosed: bool | None = None,
    team: str | None = None,
    type_key: str = "",
    status: str = "",
    business_key: str = "",
) -> CaseQuerySet:
    """This will give the person's cases, newest first. ``unclosed`` True: only open ones, False: only closed."""
    cases = Case.objects.visible_to(person)
    if unclosed is not None:
        cases = cases.filter(closed_at__isnull=unclosed)
    wanted = {"team__slug": team, "type__key": type_key, "status": status, "business_key": business_key}
    cases = cases.filter(**{name: value for name, value in wanted.items() if value})
    return _with_parts(cases).order_by("-opened_at", "-id")


def find_same_cases(person: Person, *, type_key: str, business_key: str) -> list[Case]:
    """The open cases of a type with the partner's own id, as far as the person sees them, five at most."""
    if not business_key:
        return []
    cases = Case.objects.visible_to(person).unclosed().filter(type__key=type_key, business_key=business_key)
    return list(cases.order_by("-opened_at", "-id")[:5])


def list_case_tasks(case: Case) -> TaskQuerySet:
    """This will give all tasks of a case, oldest first, for somebody who may see the case."""
    tasks = Task.objects.filter(case=case).select_related("assignee", "decided_by", "covered", "approval")
    return tasks.prefetch_related("candidates__person", "candidates__team").order_by("created_at", "position", "id")


def case_timeline(case: Case) -> Sequence[TimelineRow]:
    """This will give every event of the case and of what was linked to it, as the event log tells it."""
    linked = case.correlations.values_list("correlation", flat=True)
    return timeline([case.number, *linked])


def list_case_events(case: Case) -> QuerySet[Event]:
    """This will give the same events as rows, oldest first, for a list by pages. ``describe_events`` tells them."""
    linked = case.correlations.values_list("correlation", flat=True)
    return Event.objects.filter(correlation__in=[case.number, *linked]).select_related("payload").order_by("id")


def _with_parts(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.select_related("type", "team", "owner")
