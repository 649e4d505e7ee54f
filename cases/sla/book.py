"""What clocks are counted by, read from the database once for all clocks of a piece of work. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cases.models import SlaClock, SlaPolicy, SlaSubject
from cases.sla.arithmetic import Dial
from cases.sla.marks import NO_POLICY, Rung, Terms
from cases.sla.policies import Choice, Facts, Policy, choose_policy
from integrator.lib.working_time import WorkingCalendar
from integrator.people.calendars import working_calendar_of, working_calendar_of_team
from integrator.people.models import Team


class Book:
    """Calendars by team, and every policy; each is read when it is first asked for."""

    def __init__(self) -> None:
        self._calendars: dict[int, WorkingCalendar] = {}
        self._policies: dict[int, Policy] | None = None

    def calendar_of(self, team_id: int) -> WorkingCalendar:
        """The calendar that the team works by."""
        found = self._calendars.get(team_id)
        if found is None:
            found = self._calendars[team_id] = working_calendar_of(team_id)
        return found

    def learn(self, team: Team) -> None:
        """This will take the calendar of a team that was read with it."""
        if team.pk not in self._calendars:
            self._calendars[team.pk] = working_calendar_of_team(team)

    def policies(self) -> Mapping[int, Policy]:
        """Every policy by the id of its row. One query."""
        if self._policies is None:
            rows = SlaPolicy.objects.select_related("case_type", "team").order_by("id")
            self._policies = {row.pk: policy_of(row) for row in rows}
        return self._policies

    def choose(self, facts: Facts) -> Choice:
        """The policy that counts, and why."""
        return choose_policy(self.policies().values(), facts)

    def policy_of(self, clock: SlaClock) -> Policy | None:
        """The policy that the clock goes by."""
        return None if clock.policy_id is None else self.policies().get(clock.policy_id)

    def terms_of(self, clock: SlaClock) -> Terms:
        """What happens when; without a policy there are only reminders and the end."""
        policy = self.policy_of(clock)
        return NO_POLICY if policy is None else policy.terms

    def dial_of(self, clock: SlaClock) -> Dial:
        """The clock as its arithmetic takes it."""
        return Dial(
            calendar=self.calendar_of(clock.team_id) if clock.is_working_time else None,
            budget=timedelta(seconds=clock.budget_s),
            spans=tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in clock.spans),
            running_since=clock.running_since,
            promised_at=clock.promised_at,
        )


def policy_of(row: SlaPolicy) -> Policy:
    """The row as a value."""
    return Policy(
        id=row.pk,
        key=row.key,
        name=row.name,
        subject=row.subject,
        budget=row.budget,
        is_working_time=row.is_working_time,
        terms=Terms(
            warn_percent=row.warn_percent,
            reminders=tuple(row.reminders),
            ladder=tuple(_read_rung(rung) for rung in row.ladder),
            pause_reasons=tuple(row.pause_reasons),
        ),
        case_type=row.case_type.key if row.case_type else "",
        task_kind=row.task_kind,
        priority=row.priority,
        team=row.team.slug if row.team else "",
    )


def subject_of(clock: SlaClock) -> str:
    """``task`` or ``case``."""
    return str(SlaSubject.TASK if clock.task_id else SlaSubject.CASE)


def _read_rung(kept: Mapping[str, Any]) -> Rung:
    return Rung(percent=kept["percent"], do=kept["do"], to=kept.get("to", ""))
