"""Whether every connection that a design names has the environment that its trigger names. Judges nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flows.definition.effect import LIVE, TEST
from flows.definition.expressions import is_expression
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import Path, finding_at
from flows.definition.words import join_words
from flows.models import Connection
from integrator.people.models import Team


def look_for_environments(
    definition: FlowDefinition, team: Team, *, severity: Literal["error", "warning"]
) -> Iterator[Finding]:
    """Findings about connections without the environment of the trigger: warnings for a draft, errors for what is
    about to go live.

    Two queries, none where the trigger names no environment or ``live``. A connection that is not there at all has a
    finding of its own.
    """
    trigger = definition.trigger
    name = trigger.settings.get("environment") if trigger is not None else None
    if not isinstance(name, str) or is_expression(name) or name == LIVE:
        return
    places = list_named_connections(definition)
    known = _read_environments(team, {key for _, key in places})
    for path, key in places:
        label, has = known.get(key, ("", [name]))
        if name not in has:
            yield finding_at(
                path,
                f"The connection '{label}' has no environment '{name}', which the trigger names; it has "
                f"{join_words(has)}. Add it under Connections, or name another.",
                code="flow.environment_missing",
                severity=severity,
            )


def find_lacking(definition: FlowDefinition, team: Team, name: str) -> list[str]:
    """This will give the names of the connections that the design names and that lack this environment. Two queries."""
    known = _read_environments(team, {key for _, key in list_named_connections(definition)})
    return sorted(label for label, has in known.values() if name not in has)


def list_environments_to_try(definition: FlowDefinition, team: Team) -> list[str]:
    """This will give ``test``, then the own names of environments that each connection has which the design names.

    Two queries.
    """
    known = _read_environments(team, {key for _, key in list_named_connections(definition)})
    shared = set.intersection(*(set(has) for _, has in known.values())) if known else set()
    return [TEST, *sorted(shared - {LIVE, TEST})]


def list_named_connections(definition: FlowDefinition) -> list[tuple[Path, str]]:
    """Each connection that steps and the trigger name, with where; not those that only a run works out."""
    places: list[tuple[Path, object]] = [
        (("steps", step.key, "with", "connection"), step.settings.get("connection"))
        for step in definition.steps.values()
    ]
    if definition.trigger is not None:
        places.append((("trigger", "connection"), definition.trigger.settings.get("connection")))
        mailbox = definition.trigger.settings.get("mailbox")
        if isinstance(mailbox, dict):
            places.append((("trigger", "mailbox", "connection"), mailbox.get("connection")))
    return [(path, key) for path, key in places if isinstance(key, str) and not is_expression(key)]


def _read_environments(team: Team, keys: set[str]) -> dict[str, tuple[str, list[str]]]:
    """(name, its environments by name) of each of these connections that is there, by key."""
    if not keys:
        return {}
    rows = Connection.objects.filter(team=team, key__in=keys).prefetch_related("environments").order_by("id")
    return {row.key: (row.name, sorted(place.name for place in row.environments.all())) for row in rows}
