"""Runs a draft for real: a test run of the draft as it is, with the connections' test addresses and real people.

Its definition is kept as a version without a number that is never live; ``forget_tries`` drops those that no run has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cases.operations import ensure_case_types_in
from flows.connectors.http.addresses import find_host, join_address
from flows.definition.effect import LIVE, TEST
from flows.definition.expressions import is_expression
from flows.definition.flow_file import definition_from_data, definition_to_data, semantic_digest
from flows.definition.kind import StepError
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.phrases import audience_words, list_approvers, people_words
from flows.definition.words import join_words
from flows.engine.connections import get_connection_facts
from flows.engine.simulation.starting import StartRefused, read_start
from flows.errors import TryRefused
from flows.models import DraftTry, Flow, FlowVersion, Run
from flows.operations.publishing.findings import refuse
from flows.operations.publishing.rights import get_flow_to
from flows.operations.publishing.versions import list_alert_types, list_case_types
from flows.operations.runs.starting import NewRun, create_run_in
from flows.operations.trying.memory import make_trigger
from flows.queries.drafts import DesignerDraft, get_designer_draft
from flows.queries.named_environments import find_lacking
from flows.queries.named_people import with_people_named
from flows.queries.runs import runs_visible_to
from flows.queries.samples import get_samples
from integrator.events.actors import Actor
from integrator.people.models import Person
from integrator.people.rights import Action
from notifications.operations import ensure_alert_types_in

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Something real that a run may touch: ``sort`` is system, person or flow; ``words`` say what would happen."""

    sort: str
    step: str
    title: str
    words: str


def list_reached(found: DesignerDraft, environment: str = TEST) -> list[Reached]:
    """Every system that may be called and everybody who may be asked, step by step, also by the flows that it starts.

    ``environment`` is that of the connections. Two queries a connection, two for each flow that is started, one for
    people.
    """
    reaching = Reaching(team_id=found.flow.team_id, environment=environment)
    return list(_reach_all(with_people_named(found.definition), reaching, frozenset({found.flow.key})))


def start_try(*, key: str, person: Person, now: datetime, environment: str = TEST) -> Run:
    """This will start a test run of the person's draft with its sample data, by the connections' addresses in this
    environment.

    Raises NotFound, Forbidden, FlowRefused ``flow.invalid`` for a draft with errors, TryRefused ``try.not_started``
    where the sample would start no run, ``try.environment`` for the live one and one that a connection lacks.
    """
    found = get_designer_draft(person, key)
    errors = [finding for finding in found.findings if finding.severity == "error"]
    if errors:
        raise refuse(list(found.findings))
    _check_environment(found, environment)
    trigger = make_trigger(get_samples(found.flow, person, found.definition), found.definition) or {}
    try:
        facts = read_start(found.definition, trigger, now)
    except StartRefused as error:
        raise TryRefused(error.code, error.message, error.details) from error
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_TRY, lock=True)
        version = _keep_version(flow, found.definition, person, now=now)
        actor = Actor.person(person)
        ensure_case_types_in(list_case_types(found.definition), actor=actor, now=now)
        ensure_alert_types_in(list_alert_types(found.definition), actor=actor, now=now)
        new = NewRun(
            version=version,
            trigger=trigger,
            business_key=facts.business_key,
            requested_by=facts.requested_by,
            started_by=person,
            is_test=True,
            environment="" if environment == TEST else environment,
        )
        run = create_run_in(new, actor=actor, now=now)
        _point_at(flow, person, run, trigger, now=now)
    return run


def find_begun(*, key: str, person: Person) -> DraftTry | None:
    """This will give what the person has begun to try of a flow; None without. One query; the caller checks rights."""
    return DraftTry.objects.filter(flow__key=key, author=person).first()


def get_tried_run(begun: DraftTry, person: Person) -> Run | None:
    """This will give the run that a try became, as long as the person may see it; None without one."""
    if begun.run_id is None:
        return None
    return runs_visible_to(person).select_related("flow", "version", "team").filter(id=begun.run_id).first()


def forget_tries(now: datetime) -> int:
    """This will delete the versions of tries that no run is left of, an hour after they began; returns how many."""
    runs = Run.objects.filter(version_id=OuterRef("pk"))
    old = FlowVersion.with_tries.filter(~Exists(runs), is_try=True, published_at__lt=now - KEPT_FOR)
    with transaction.atomic():
        return old.delete()[0]


def _check_environment(found: DesignerDraft, environment: str) -> None:
    if environment == LIVE:
        raise TryRefused("try.environment", "A try never calls live addresses. Choose another environment.")
    if environment == TEST:
        return  # a step without a test address says so itself, when it is its turn
    lacking = find_lacking(found.definition, found.flow.team, environment)
    if lacking:
        what = f"The {'connections' if len(lacking) > 1 else 'connection'} {join_words(lacking)}"
        raise TryRefused(
            "try.environment",
            f"{what} {'have' if len(lacking) > 1 else 'has'} no environment '{environment}'. Add it under Connections, "
            "or choose another.",
            {"environment": environment, "connections": lacking},
        )


def _keep_version(flow: Flow, definition: FlowDefinition, person: Person, *, now: datetime) -> FlowVersion:
    """One for each content: trying again the same draft keeps no second."""
    digest = semantic_digest(definition)
    known = FlowVersion.with_tries.filter(flow=flow, is_try=True, digest=digest, published_by=person).first()
    version = known or FlowVersion.with_tries.create(
        flow=flow,
        number=0,
        is_try=True,
        document=definition_to_data(definition),
        digest=digest,
        published_at=now,
        published_by=person,
    )
    version.flow = flow
    return version


def _point_at(flow: Flow, person: Person, run: Run, trigger: JSON, *, now: datetime) -> None:
    """The person's try becomes this run; what was answered in memory is there to go back to."""
    given = {"reach": "all", "step": "", "trigger": trigger, "answers": {}, "at": now.isoformat()}
    values = {"run_id": run.id, "changed_at": now}
    fresh = {**values, "given": json.dumps(given, ensure_ascii=False)}
    DraftTry.objects.update_or_create(flow=flow, author=person, defaults=values, create_defaults=fresh)


@dataclass(frozen=True, kw_only=True)
class Reaching:
    """Whose connections are called, and at which of their addresses."""

    team_id: int
    environment: str


def _reach_all(definition: FlowDefinition, reaching: Reaching, above: frozenset[str]) -> Iterator[Reached]:
    """What these steps reach; what a flow reaches that one of them starts stands behind it, under that step's key."""
    for step in definition.steps.values():
        yield from _reach(step, reaching)
        child = _find_child(step, reaching.team_id) if step.kind == "subflow" else None
        if child is None or child.key in above:
            continue
        for inner in _reach_all(child, reaching, above | {child.key}):
            yield replace(inner, step=step.key, title=step.title, words=f"by its step “{inner.title}” {inner.words}")


def _find_child(step: Step, team_id: int) -> FlowDefinition | None:
    """The flow that the step starts, in the version it names; None where there is none."""
    key, number = step.settings.get("flow"), step.settings.get("version")
    versions = FlowVersion.objects.filter(flow__team_id=team_id, flow__key=str(key))
    if isinstance(number, int) and not isinstance(number, bool):
        rows = versions.filter(number=number)
    else:
        rows = versions.filter(flow__live_version_id=F("pk"))
    document = rows.values_list("document", flat=True).first()
    return with_people_named(definition_from_data(document)) if document is not None else None


def _reach(step: Step, reaching: Reaching) -> Iterator[Reached]:
    settings = step.settings
    if step.kind == "http.request":
        yield Reached(sort="system", step=step.key, title=step.title, words=_say_call(step, reaching))
    elif step.kind in ("task.assign", "task.approve"):
        who = settings.get("to") if step.kind == "task.assign" else list_approvers(settings)
        yield Reached(sort="person", step=step.key, title=step.title, words=f"asks {people_words(who)}")
    elif step.kind == "notify.send":
        told = audience_words(settings.get("to"))
        yield Reached(sort="person", step=step.key, title=step.title, words=f"tells {told}")
    elif step.kind == "subflow":
        words = f"starts a test run of {settings.get('flow')}"
        yield Reached(sort="flow", step=step.key, title=step.title, words=words)


def _say_call(step: Step, reaching: Reaching) -> str:
    """``POST to erp.test by ERP``; the host of an expression shows in the run."""
    settings = step.settings
    method = str(settings.get("method") or "GET")
    url, key = str(settings.get("url") or ""), settings.get("connection")
    try:
        facts = get_connection_facts(reaching.team_id, str(key), reaching.environment) if key else None
    except StepError as error:
        return f"{method}: {error.message}"
    by = f" by {facts.name}, at its {reaching.environment} address" if facts is not None else ""
    if is_expression(url):
        host = find_host(facts.base_url) if facts is not None else ""
        return f"{method} to {host or 'an address that the data names'}{by}"
    try:
        return f"{method} to {find_host(join_address(url, facts))}{by}"
    except StepError as error:
        return f"{method}: {error.message}"
