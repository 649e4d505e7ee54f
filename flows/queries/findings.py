"""Findings of a design: from the definition, and from what stands around it in the database. It refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.definition.expressions import is_expression
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import Path, finding_at, with_lines
from flows.definition.validation import validate
from flows.models import Connection, Flow, Trigger
from flows.queries.called_flows import look_for_called_flows
from flows.queries.named_environments import list_named_connections, look_for_environments
from flows.queries.named_forms import look_for_named_forms
from flows.queries.named_tables import look_for_named_tables
from flows.registry import kind_specs, trigger_specs
from integrator.people.models import Team
from integrator.secrets.models import Secret

MAX_NAME = 200
MAX_TYPE = 100
NO_LINES: Mapping[Path, int] = {}


def find_findings(
    definition: FlowDefinition, *, team: Team, flow: Flow | None, lines: Mapping[Path, int] = NO_LINES
) -> list[Finding]:
    """This will give every fault and hint of a design in the order of the file; ``flow`` None: it is not stored yet.

    ``lines`` is the source map of a file, which then puts them in the order of its lines. Seven queries, two
    more where the trigger names an environment, and one for each form that is named by its version.
    """
    found = validate(definition, kind_specs(), trigger_specs())
    return with_lines([*found, *_look_around(definition, team, flow)], lines)


def path_taken(path: str) -> Finding:
    """Two flows cannot listen at one address; whose it is stays untold."""
    return finding_at(
        ("trigger", "path"),
        f"Another flow listens at /hooks/{path} already. Choose another 'path'.",
        code="flow.path_taken",
    )


def _look_around(definition: FlowDefinition, team: Team, flow: Flow | None) -> Iterator[Finding]:
    yield from _look_at_lengths(definition)
    if flow is not None and flow.team_id != team.pk:
        yield finding_at(
            ("flow",),
            f"The key '{definition.key}' is taken by a flow of another team. Choose another key.",
            code="flow.key_taken",
        )
    settings = definition.trigger.settings if definition.trigger else {}
    path = settings.get("path")
    if isinstance(path, str) and Trigger.objects.filter(path=path).exclude(flow=flow).exists():
        yield path_taken(path)
    yield from look_for_called_flows(definition, team, flow, severity="warning")
    yield from look_for_named_tables(definition, team, severity="warning")
    yield from look_for_named_forms(definition, team, severity="warning")
    yield from _look_for_secret("auth", settings, team, then="every call will be refused")
    yield from _look_for_secret("mailbox", settings, team, then="the mailbox cannot be opened")
    yield from _look_for_connections(definition, team)
    yield from look_for_environments(definition, team, severity="warning")


def _look_at_lengths(definition: FlowDefinition) -> Iterator[Finding]:
    """The texts that have a column of their own."""
    texts: list[tuple[Path, Any, int]] = [(("name",), definition.name, MAX_NAME)]
    for step in definition.steps.values():
        texts.append((("steps", step.key, "name"), step.name, MAX_NAME))
        if step.kind == "case.open":
            texts.append((("steps", step.key, "with", "type"), step.settings.get("type"), MAX_TYPE))
        if step.kind == "notify.send":
            texts.append((("steps", step.key, "with", "alert"), step.settings.get("alert"), MAX_TYPE))
    for path, text, most in texts:
        if isinstance(text, str) and len(text) > most and not is_expression(text):
            message = f"'{path[-1]}' has {len(text):,} characters; {most} is the most. Shorten it."
            yield finding_at(path, message, code="flow.too_long")


def _look_for_secret(place: str, settings: Mapping[str, Any], team: Team, *, then: str) -> Iterator[Finding]:
    named = settings.get(place)
    name = named.get("secret") if isinstance(named, dict) else None
    if isinstance(name, str) and not Secret.objects.filter(team=team, name=name).exists():
        yield finding_at(
            ("trigger", place, "secret"),
            f"The team {team} has no secret '{name}' yet, so {then}. Set it first.",
            code="flow.secret_missing",
            severity="warning",
        )


def _look_for_connections(definition: FlowDefinition, team: Team) -> Iterator[Finding]:
    named = list_named_connections(definition)
    known = set(Connection.objects.filter(team=team, key__in=[key for _, key in named]).values_list("key", flat=True))
    for path, key in named:
        what = "the trigger" if path[0] == "trigger" else "this step"
        if key not in known:
            yield finding_at(
                path,
                f"The team {team} has no connection '{key}' yet, so {what} will fail. Add it first.",
                code="flow.connection_missing",
                severity="warning",
            )
