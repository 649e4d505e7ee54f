"""Whether the flows that a design starts as subflows are there: published, of the same team, in the version named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition, Step
from flows.definition.places import finding_at
from flows.definition.sensitive import compile_sensitive
from flows.definition.words import did_you_mean
from flows.models import Flow, FlowVersion
from flows.veils import get_sensitive_paths
from integrator.people.models import Team


def look_for_called_flows(
    definition: FlowDefinition, team: Team, flow: Flow | None, *, severity: Literal["error", "warning"]
) -> Iterator[Finding]:
    """Findings about ``subflow`` steps: warnings for a draft, errors for what is about to go live.

    A flow may start itself: publishing makes it live. One of another team is as unknown as one that is not there.
    Two queries, none without such steps, and one the first time for each version that is started.
    """
    calls = [step for step in definition.steps.values() if step.kind == "subflow"]
    if not calls:
        return
    rows = list(Flow.objects.filter(team=team).values_list("key", "live_version_id", "paused_at"))
    known = {key: version_id for key, version_id, _ in rows}
    paused = {key for key, version_id, paused_at in rows if version_id is not None and paused_at is not None}
    versions = set(FlowVersion.objects.filter(flow__team=team, flow__key__in=known).values_list("flow__key", "number"))
    for step in calls:
        live = known.get(str(step.settings.get("flow")))
        if severity == "warning" and live is not None and _gives_sensitive_data(live, step, definition):
            yield _give_hint(step)
        fault = _find_fault(step, definition, known, versions)
        if not fault and severity == "warning" and step.settings.get("flow") in paused:
            yield _give_pause(step)
        if fault:
            field, message = fault
            yield finding_at(("steps", step.key, "with", field), message, code="flow.subflow", severity=severity)


def _gives_sensitive_data(version_id: int, step: Step, definition: FlowDefinition) -> bool:
    """Whether the other flow hides something, and this one nothing of what it gives back."""
    return bool(get_sensitive_paths(version_id)) and not compile_sensitive(definition).of_step(step.key)


def _give_hint(step: Step) -> Finding:
    return finding_at(
        ("steps", step.key, "with", "flow"),
        f"The flow '{step.settings['flow']}' works with sensitive data. If its output holds any, name it under "
        f"'sensitive:', such as 'steps.{step.key}'; else it is shown here.",
        code="flow.subflow_sensitive",
        severity="warning",
    )


def _give_pause(step: Step) -> Finding:
    return finding_at(
        ("steps", step.key, "with", "flow"),
        f"The flow '{step.settings['flow']}' is paused, so this step fails until somebody resumes it.",
        code="flow.subflow_paused",
        severity="warning",
    )


def _find_fault(
    step: Step, definition: FlowDefinition, known: Mapping[str, int | None], versions: set[tuple[str, int]]
) -> tuple[str, str] | None:
    key, version = step.settings.get("flow"), step.settings.get("version")
    if not isinstance(key, str):
        return None  # its type has a finding already
    if isinstance(version, int) and (key in known or key == definition.key):
        if (key, version) in versions:
            return None
        return "version", f"The flow '{key}' has no version {version}. Name one that is there, or 'latest'."
    if key == definition.key:
        return None
    if key not in known:
        hint = did_you_mean(key, list(known), what="Flows") or " Publish it first."
        return "flow", f"The team {definition.team} has no flow '{key}'.{hint}"
    if known[key] is None:
        return "flow", f"The flow '{key}' is not published yet, so it cannot be started. Publish it first."
    return None
