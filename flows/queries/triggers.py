"""What starts a flow and how that goes: sentence, next times, last failure. The caller has checked who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from flows.models import Connection, Flow, Trigger, TriggerState
from flows.registry import TRIGGERS, get_trigger
from integrator.pages.words import say_exactly
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

TIMES_SHOWN = 10
LATE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class NextTime:
    """An instant at which it is due; ``there`` is the same in the schedule's zone, in words."""

    at: datetime
    there: str


@dataclass(frozen=True, kw_only=True)
class TriggerFacts:
    """What starts a flow. ``zone`` is the schedule's, "" for one that has none.

    ``asks``: it looks into another system at its times; ``connection`` is the name of the one it calls by.
    ``state`` is None before the first publish. ``is_late``: it should have been looked at by now.
    """

    kind: str
    label: str
    icon: str
    sentence: str
    by_hand: bool
    is_timed: bool
    asks: bool
    connection: str
    zone: str
    times: tuple[NextTime, ...]
    state: TriggerState | None
    is_late: bool

    @property
    def error(self) -> str:
        """Why it failed the last time, "" when it did not."""
        found = self.state.error if self.state is not None else None
        return str(found.get("message", "")) if isinstance(found, dict) else ""


def describe_trigger(flow: Flow, *, now: datetime) -> TriggerFacts | None:
    """This will tell how the live or reserved trigger of the flow goes; None for a flow without one. Two queries."""
    trigger = Trigger.objects.filter(flow=flow).first()
    if trigger is None or trigger.kind not in TRIGGERS or (flow.live_version_id and not trigger.is_live):
        return None
    spec = get_trigger(trigger.kind).spec
    state = TriggerState.objects.filter(pk=trigger.pk).first()
    zone = str(trigger.settings.get("zone") or settings.SCHEDULE_ZONE) if "zone" in spec.timing else ""
    if trigger.settings.get("cron") is None:
        zone = ""
    due_at = state.next_at if state is not None else None
    return TriggerFacts(
        kind=trigger.kind,
        label=spec.label,
        icon=spec.icon,
        sentence=spec.describe(trigger.settings),
        by_hand=spec.by_hand,
        is_timed=bool(spec.timing) and not trigger.path,
        asks=spec.one_at_a_time,
        connection=_find_connection(flow, trigger),
        zone=zone,
        times=tuple(_list_times(trigger, due_at, zone)) if due_at is not None else (),
        state=state,
        is_late=due_at is not None and now - due_at > LATE,
    )


def _find_connection(flow: Flow, trigger: Trigger) -> str:
    """The connection's key, "" for none that is there."""
    key = str(trigger.settings.get("connection") or "")
    return key if key and Connection.objects.filter(team_id=flow.team_id, key=key).exists() else ""


def list_failing(person: Person) -> QuerySet[TriggerState]:
    """This will give the triggers that failed the last time, of flows that the person may draft, oldest first."""
    rows = TriggerState.objects.filter(error__isnull=False, live_since__isnull=False, failed_since__isnull=False)
    scope = team_ids_where(person, Action.FLOW_DRAFT)
    own = limit_to_teams(Flow.objects.all(), scope)
    found = rows.filter(trigger__flow__in=own).select_related("trigger__flow")
    return found.order_by("failed_since", "trigger_id")


def _list_times(trigger: Trigger, due_at: datetime, zone: str) -> list[NextTime]:
    kind = get_trigger(trigger.kind)
    found: list[NextTime] = []
    following: datetime | None = due_at
    while following is not None and len(found) < TIMES_SHOWN:
        there = say_exactly(following, ZoneInfo(zone)) if zone else ""
        found.append(NextTime(at=following, there=there))
        plan = kind.plan(trigger.settings, planned_at=following, now=following, zone=settings.SCHEDULE_ZONE)
        following = plan.next_at
    return found
