"""What wants a person on the start page: incidents by cause, what is late, refused requests. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.definition.model import key_words
from flows.definition.words import count_of
from flows.models import Step, StoredRequest
from flows.queries import Cause, group_open_incidents, list_late, list_requests
from flows.queries.triggers import list_failing
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere, limit_to_teams, team_ids_where

CAUSES_SHOWN = 5
REFUSED_READ = 200
REFUSALS_SHOWN = 3
TRIGGERS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that wants a person. ``tone`` is a state word; ``href`` with ``action`` leads to where it is done."""

    tone: str
    icon: str
    title: str
    text: str
    at: datetime
    href: str
    action: str


def list_needs(person: Person, *, now: datetime) -> list[Need]:
    """This will give what wants this person, by what they may do about it. Eleven queries at most."""
    needs: list[Need] = []
    if can_anywhere(person, Action.INCIDENT_ANSWER):
        needs += _needs_of_causes(group_open_incidents(person).causes[:CAUSES_SHOWN])
    if can_anywhere(person, Action.RUN_OPERATE):
        needs += _needs_of_late(person, now=now)
    if can_anywhere(person, Action.FLOW_DRAFT):
        needs += _needs_of_triggers(person)
        needs += _needs_of_refusals(person, now=now)
    return needs


def _needs_of_causes(causes: Sequence[Cause]) -> list[Need]:
    places = [(cause.newest.run.version_id, cause.newest.step_key) for cause in causes]
    named = Step.objects.filter(version__in={version for version, _ in places}, key__in={key for _, key in places})
    names = {(version, key): name for version, key, name in named.values_list("version_id", "key", "name")}
    return [_need_of_cause(cause, names.get(place, "")) for cause, place in zip(causes, places, strict=True)]


def _need_of_cause(cause: Cause, step_name: str) -> Need:
    incident, count = cause.newest, len(cause.incidents)
    runs = f"{count} runs of {incident.run.flow}" if count > 1 else f"A run of {incident.run.flow}"
    step_name = step_name or key_words(incident.step_key)
    step = f" at “{step_name}”" if step_name else ""
    return Need(
        tone="incident",
        icon="alert-triangle",
        title=f"{runs} need{'' if count > 1 else 's'} you{step}",
        text=incident.message,
        at=cause.since_at,
        href=f"/runs/{incident.run_id}/" if count == 1 else "/incidents/",
        action="Open the run" if count == 1 else "See them",
    )


def _needs_of_late(person: Person, *, now: datetime) -> list[Need]:
    late = list_late(person, now=now)
    if not late:
        return []
    return [
        Need(
            tone="failed",
            icon="alarm",
            title=f"{count_of(len(late), 'thing')} should have happened by now",
            text="Timers or calls are due that no worker took. Look whether workers and beat are running.",
            at=late[0].due_at,
            href="/incidents/",
            action="See them",
        )
    ]


def _needs_of_triggers(person: Person) -> list[Need]:
    """Flows of mine that are not started because their schedule, poll or filter fails."""
    return [
        Need(
            tone="failed",
            icon="plug-x",
            title=f"What starts {state.trigger.flow} fails",
            text=str(state.error["message"]),
            at=state.failed_since,
            href=f"/flows/{state.trigger.flow.key}/",
            action="See the flow",
        )
        for state in list_failing(person)[:TRIGGERS_SHOWN]
        if state.error is not None and state.failed_since is not None
    ]


def _needs_of_refusals(person: Person, *, now: datetime) -> list[Need]:
    """The refused requests of the last day to flows of mine, by address and reason."""
    since = now - timedelta(days=1)
    refused = list_requests(person, outcome=StoredRequest.Outcome.REFUSED)
    rows = limit_to_teams(refused.filter(received_at__gte=since), team_ids_where(person, Action.FLOW_DRAFT))
    groups: dict[tuple[str, str], list[StoredRequest]] = {}
    for request in rows[:REFUSED_READ]:
        groups.setdefault((request.path, request.reason), []).append(request)
    return [_need_of_refusals(each) for each in list(groups.values())[:REFUSALS_SHOWN]]


def _need_of_refusals(requests: Sequence[StoredRequest]) -> Need:
    newest, count = requests[0], len(requests)
    were = "requests were" if count > 1 else "request was"
    return Need(
        tone="failed",
        icon="arrow-bar-to-down",
        title=f"{count} {were} refused at {newest.path}",
        text=f"{_end_sentence(newest.reason)} Refused requests are kept for a week, so that you can look.".strip(),
        at=newest.received_at,
        href=f"/requests/{newest.id}/" if count == 1 else "/requests/?outcome=refused",
        action="See why" if count == 1 else "See the requests",
    )


def _end_sentence(text: str) -> str:
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
