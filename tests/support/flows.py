"""Flows for tests: a published version from a flow file, and running its runs to rest without a worker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from cases.operations import ensure_case_types_in
from flows.definition.flow_file import definition_to_data, parse_flow_file
from flows.definition.validation import validate
from flows.engine import effects, runner
from flows.models import Flow, FlowVersion, Run
from flows.operations.publishing.versions import list_alert_types
from flows.operations.runs import NewRun, start_run
from flows.registry import kind_specs, trigger_specs
from integrator.events.actors import SYSTEM
from integrator.people.models import Team
from integrator.timers.firing import fire_due_timers
from notifications.operations import ensure_alert_types_in


def make_team(slug: str = "marketing") -> Team:
    """The team of that slug."""
    return Team.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})[0]


def make_version(text: str) -> FlowVersion:
    """Publish a flow file straight into the tables; faults of the file fail the test."""
    definition = parse_flow_file(text)
    faults = [finding for finding in validate(definition, kind_specs(), trigger_specs()) if finding.severity == "error"]
    assert not faults, faults
    flow, _ = Flow.objects.get_or_create(
        key=definition.key, defaults={"name": definition.name, "team": make_team(definition.team)}
    )
    version = FlowVersion.objects.create(
        flow=flow,
        number=flow.versions.count() + 1,
        document=definition_to_data(definition),
        digest="test",
        published_at=datetime.now(UTC),
    )
    flow.live_version = version
    flow.save()
    types = {step.settings.get("type") for step in definition.steps.values() if step.kind == "case.open"}
    with transaction.atomic():
        ensure_case_types_in([key for key in types if key], actor=SYSTEM, now=datetime.now(UTC))
        ensure_alert_types_in(list_alert_types(definition), actor=SYSTEM, now=datetime.now(UTC))
    return version


def make_run(version: FlowVersion, body: Any = None, **more: Any) -> Run:
    """Start a run with this trigger body."""
    trigger = {"body": body, "headers": {}, "query": {}, "files": []}
    return start_run(NewRun(version=version, trigger=trigger, **more), actor=SYSTEM, now=datetime.now(UTC))


def settle() -> None:
    """Do what workers would until nothing is due: fire timers, advance runs, send effects."""
    while fire_due_timers() + runner.advance_runs() + effects.send_effects():
        pass


def run_to_rest(version: FlowVersion, body: Any = None, **more: Any) -> Run:
    """Start a run and settle; returns it as stored."""
    run = make_run(version, body, **more)
    settle()
    run.refresh_from_db()
    return run


def visits(run: Run) -> list[tuple[str, str]]:
    """(step, status) of each visit in order."""
    return list(run.visits.order_by("sequence").values_list("key", "status"))
