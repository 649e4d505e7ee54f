"""Policies as those who manage them see them: leads those of their teams and of every team, administrators all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from cases.models import SlaPolicy, SlaRecount
from cases.sla.arithmetic import add_time, read_budget, size_of
from cases.sla.book import policy_of
from cases.sla.words import say_policy
from integrator.lib.clock import ClockError
from integrator.lib.working_time import NoWorkingTime
from integrator.people.calendars import working_calendar_of
from integrator.people.models import Person
from integrator.people.rights import Action, EveryTeam, can, team_ids_where


def list_policies(person: Person) -> QuerySet[SlaPolicy]:
    """The policies the person may see, with how many open clocks go by each."""
    scope = team_ids_where(person, Action.SLA_MANAGE)
    rows = SlaPolicy.objects.select_related("case_type", "team").order_by("subject", "name", "id")
    if not isinstance(scope, EveryTeam):
        rows = rows.filter(Q(team_id__in=scope) | Q(team__isnull=True)) if scope else rows.none()
    return rows.annotate(open_count=Count("clocks", filter=Q(clocks__ended_at__isnull=True)))


def find_policy(person: Person, key: str) -> SlaPolicy | None:
    """The policy of this short name, None for those who may not see it."""
    return list_policies(person).filter(key=key).first()


def may_change(person: Person, row: SlaPolicy) -> bool:
    """Whether the person may change the policy: one for every team needs the right everywhere."""
    return can(person, Action.SLA_MANAGE, row.team)


def describe_policy(row: SlaPolicy) -> dict[str, Any]:
    """The policy as the API gives it."""
    return {
        "key": row.key,
        "name": row.name,
        "subject": row.subject,
        "case_type": row.case_type.key if row.case_type else None,
        "task_kind": row.task_kind or None,
        "priority": row.priority or None,
        "team": row.team.slug if row.team else None,
        "budget": row.budget,
        "is_working_time": row.is_working_time,
        "warn_percent": row.warn_percent,
        "reminders": row.reminders,
        "pause_reasons": row.pause_reasons,
        "ladder": row.ladder,
        "sentence": say_policy(policy_of(row)),
        "changed_at": row.changed_at,
    }


def list_recounts() -> list[SlaRecount]:
    """What is counted anew now, and what was last: at most five, newest first."""
    return list(SlaRecount.objects.order_by("-id")[:5])


def describe_recount(row: SlaRecount) -> dict[str, Any]:
    """How far it is, as the API gives it."""
    return {
        "why": row.why,
        "total": row.total,
        "done": min(row.done, row.total) if row.ended_at is None else row.total,
        "changed": row.changed,
        "asked_at": row.asked_at,
        "ended_at": row.ended_at,
    }


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What would be due when, by a calendar in its own zone. ``due_at`` None: ``fault`` says why not."""

    opened_at: datetime
    due_at: datetime | None
    zone: ZoneInfo
    fault: str = ""


def try_policy(*, budget: str, is_working: bool, team_id: int | None, opened: datetime) -> Trial:
    """This will say when something is due that is opened at ``opened``; a naive time is the calendar's own."""
    calendar = working_calendar_of(team_id)
    opened_at = opened if opened.tzinfo else opened.replace(tzinfo=calendar.zone)
    try:
        size = size_of(read_budget(budget, is_working=is_working), calendar, opened_at)
        due_at = add_time(calendar if is_working else None, opened_at, size)
    except (ClockError, NoWorkingTime) as error:
        return Trial(opened_at=opened_at, due_at=None, zone=calendar.zone, fault=str(error))
    local = (opened_at.astimezone(calendar.zone), due_at.astimezone(calendar.zone))
    return Trial(opened_at=local[0], due_at=local[1], zone=calendar.zone)
