"""What publishing a design would mean: faults, changes, running runs, what starts it, addresses. Changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from flows.definition.diff import FlowDiff
from flows.definition.effect import LIVE
from flows.definition.expressions import is_expression
from flows.definition.flow_file import definition_from_data, semantic_digest
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition, TriggerDefinition
from flows.definition.start_forms import find_address
from flows.errors import NotFound
from flows.models import Connection, Flow, FlowVersion, PublishRequest, Run
from flows.queries.called_flows import look_for_called_flows
from flows.queries.findings import find_findings
from flows.queries.history import diff_definitions
from flows.queries.named_environments import look_for_environments
from flows.queries.named_forms import look_for_named_forms
from flows.queries.named_tables import look_for_named_tables
from flows.registry import TRIGGERS, get_trigger
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

TIMES_SHOWN = 5
_ACTIVE = (Run.Status.RUNNING, Run.Status.WAITING)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What may go live: a definition of a flow and the version it began from (None: none was published)."""

    flow: Flow
    definition: FlowDefinition
    base_version_id: int | None


@dataclass(frozen=True, kw_only=True)
class StartFacts:
    """What starts it from then on. ``address`` is where calls go or its form stands ("" without), ``old_address`` the
    one that ends. ``is_form`` says which of the two.

    ``times`` are the next due times; ``was`` says what starts it now where that is something else.
    """

    sentence: str = ""
    address: str = ""
    is_form: bool = False
    old_address: str = ""
    times: tuple[datetime, ...] = ()
    was: str = ""


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """Everything the page says before one publishes. ``diff`` is None for the first version.

    It is held ``against`` what is live, or where that is newer, against the version that the draft began from.
    ``running`` are (version, runs) that go on as they began; ``addresses`` are sentences about connections.
    ``newer`` is the live version when it was published after the draft began. ``is_same``: nothing would change.
    """

    findings: tuple[Finding, ...]
    diff: FlowDiff | None
    running: tuple[tuple[int, int], ...]
    start: StartFacts
    addresses: tuple[str, ...]
    newer: FlowVersion | None
    against: FlowVersion | None
    is_same: bool
    digest: str

    @property
    def faults(self) -> list[Finding]:
        """What bars it."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def hints(self) -> list[Finding]:
        """What does not bar it."""
        return [finding for finding in self.findings if finding.severity != "error"]

    @property
    def running_count(self) -> int:
        """How many runs go on."""
        return sum(count for _, count in self.running)


def get_consequences(candidate: Candidate, *, now: datetime) -> Consequences:
    """This will tell what publishing would do. Some ten queries, whatever the size of the flow."""
    flow, definition = candidate.flow, candidate.definition
    live = FlowVersion.objects.filter(pk=flow.live_version_id).first() if flow.live_version_id else None
    live_definition = definition_from_data(live.document) if live else None
    digest = semantic_digest(definition)
    is_same = live is not None and live.digest == digest
    newer = live if live and live.pk != candidate.base_version_id and not is_same else None
    against = FlowVersion.objects.filter(pk=candidate.base_version_id or 0).first() if newer else live
    before = live_definition if against is live else definition_from_data(against.document) if against else None
    return Consequences(
        findings=tuple(_find_all(candidate)),
        diff=diff_definitions(before, definition) if before else None,
        running=tuple(count_active_runs(flow)),
        start=_tell_start(definition.trigger, live_definition.trigger if live_definition else None, now),
        addresses=tuple(_tell_addresses(definition, flow)),
        newer=newer,
        against=against,
        is_same=is_same,
        digest=digest,
    )


def count_active_runs(flow: Flow) -> Iterator[tuple[int, int]]:
    """(version, how many runs of it have begun and not ended), newest version first; no tries of drafts. One query."""
    runs = Run.objects.filter(flow=flow, version__is_try=False, status__in=_ACTIVE).order_by()
    rows = runs.values_list("version__number").annotate(total=Count("id"))
    yield from sorted(rows, reverse=True)


def list_open_requests(person: Person, flow: Flow) -> QuerySet[PublishRequest]:
    """This will give the open questions to publish, newest first, for those who may draft or publish."""
    rows = PublishRequest.objects.filter(flow=flow, state=PublishRequest.State.OPEN).select_related("asked_by")
    return limit_to_teams(rows, team_ids_where(person, Action.FLOW_DRAFT), field="flow__team_id").defer("document")


def get_publish_request(person: Person, flow: Flow, request_id: uuid.UUID) -> PublishRequest:
    """This will give one question to publish. Raises NotFound, for those who may not draft there too."""
    rows = limit_to_teams(
        PublishRequest.objects.filter(flow=flow), team_ids_where(person, Action.FLOW_DRAFT), field="flow__team_id"
    )
    found = rows.select_related("asked_by", "decided_by", "base_version", "version").filter(id=request_id).first()
    if found is None:
        raise NotFound("request")
    return found


def _find_all(candidate: Candidate) -> list[Finding]:
    """As publishing judges: what a draft is only warned of bars it here, each thing told once."""
    flow, definition = candidate.flow, candidate.definition
    barring = list(look_for_called_flows(definition, flow.team, flow, severity="error"))
    barring += look_for_named_tables(definition, flow.team, severity="error")
    barring += look_for_named_forms(definition, flow.team, severity="error")
    barring += look_for_environments(definition, flow.team, severity="error")
    told = {finding.message for finding in barring}
    return barring + [
        finding for finding in find_findings(definition, team=flow.team, flow=flow) if finding.message not in told
    ]


def _tell_start(new: TriggerDefinition | None, old: TriggerDefinition | None, now: datetime) -> StartFacts:
    sentence, was = _say_trigger(new), _say_trigger(old)
    address, old_address = _address_of(new), _address_of(old)
    return StartFacts(
        sentence=sentence,
        address=address,
        is_form=new is not None and new.kind == "form",
        old_address=old_address if old_address != address else "",
        times=tuple(_list_times(new, now)) if new else (),
        was=was if was != sentence else "",
    )


def _say_trigger(trigger: TriggerDefinition | None) -> str:
    if trigger is None or trigger.kind not in TRIGGERS:
        return ""
    return get_trigger(trigger.kind).spec.describe(trigger.settings)


def _address_of(trigger: TriggerDefinition | None) -> str:
    path = trigger.settings.get("path") if trigger else None
    return find_address(trigger.kind, path) if trigger is not None and isinstance(path, str) else ""


def _list_times(trigger: TriggerDefinition, now: datetime) -> Iterator[datetime]:
    """The next due times of a schedule; none while its settings have faults, which are told as such."""
    if trigger.kind not in TRIGGERS:
        return
    kind = get_trigger(trigger.kind)
    spec = kind.spec
    if not spec.timing or (
        spec.check is not None and any(one.severity == "error" for one in spec.check(trigger.settings))
    ):
        return
    at = kind.first_due(trigger.settings, after=now, zone=settings.SCHEDULE_ZONE)
    for _ in range(TIMES_SHOWN):
        if at is None:
            return
        yield at
        at = kind.plan(trigger.settings, planned_at=at, now=at, zone=settings.SCHEDULE_ZONE).next_at


def _tell_addresses(definition: FlowDefinition, flow: Flow) -> Iterator[str]:
    """Connections that are there but have no live address; missing ones are findings."""
    keys = {key for step in definition.steps.values() for key in _named(step.settings)}
    keys |= set(_named(definition.trigger.settings)) if definition.trigger else set()
    if not keys:
        return
    rows = Connection.objects.filter(team_id=flow.team_id, key__in=keys).prefetch_related("environments")
    for row in rows.order_by("name", "id"):
        place = next((one for one in row.environments.all() if one.name == LIVE), None)
        if place is None:
            yield f"The connection “{row.name}” has no live address, so every step that uses it will fail."


def _named(settings_: Any) -> list[str]:
    key = settings_.get("connection")
    return [key] if isinstance(key, str) and not is_expression(key) else []
