"""Whether the forms of the library that a design names are there: published, of the same team, hiding what it hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from cases.models import Form
from flows.definition.filling import list_unknown, tell_unknown
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.own_forms import find_own_form, list_named
from flows.definition.places import finding_at
from flows.definition.sensitive import compile_sensitive
from flows.definition.start_forms import PUBLIC, list_unfit_fields
from flows.definition.words import did_you_mean
from integrator.lib.sensitive import find_declared
from integrator.people.models import Team

Severity = Literal["error", "warning"]


def look_for_named_forms(definition: FlowDefinition, team: Team, *, severity: Severity) -> Iterator[Finding]:
    """Findings about steps with ``form: {use: key}``: warnings for a draft, errors for what is about to go live.

    One query, none without such steps, and one more for each that names a version.
    """
    named = [(path, use) for path, use in list_named(definition) if find_own_form(definition.forms, use) is None]
    if not named:
        return
    known = {row.key: row for row in Form.objects.filter(team=team).select_related("live_version")}
    for path, use in named:
        text = (
            _look_at(known, use, team)
            or _look_inside(known[use["use"]], path, use, definition)
            or _look_for_fill(known[use["use"]], path, use, definition)
        )
        if text:
            yield finding_at(path, text, code="flow.form", severity=severity)


def _look_inside(row: Form, path: tuple[str, ...], use: Mapping[str, Any], definition: FlowDefinition) -> str:
    if path[0] == "trigger":
        return _look_at_start(row, definition.trigger.settings if definition.trigger else {}, definition)
    return _look_for_hidden(definition, path[1], row, use)


def _look_for_fill(row: Form, path: tuple[str, ...], use: Mapping[str, Any], definition: FlowDefinition) -> str:
    """What a step fills in must be there; a later version that lacks it is asked without."""
    fill = definition.steps[path[1]].settings.get("fill") if path[0] == "steps" else None
    if fill is None:
        return ""
    version = row.live_version if use.get("version") is None else row.versions.get(number=use["version"])
    form = version.schema if version is not None else None
    return next((tell_unknown(name, form) for name in list_unknown(fill, form)), "")


def _look_at(known: Mapping[str, Form], use: Mapping[str, Any], team: Team) -> str:
    key, version = use["use"], use.get("version")
    row = known.get(key)
    if row is None:
        hint = did_you_mean(key, list(known), what="Forms") or " Add it under Forms first."
        return f"The team {team} has no form '{key}'.{hint}"
    if row.live_version is None:
        return f"The form '{key}' is not published yet, so nobody can be asked to fill it in. Publish it first."
    if version is not None and not row.versions.filter(number=version).exists():
        newest = row.live_version.number
        return f"The form '{key}' has no version {version}. The newest is {newest}; leave 'version' out to use it."
    return ""


def _look_at_start(row: Form, settings: Mapping[str, Any], definition: FlowDefinition) -> str:
    """A form that starts a flow holds no field that needs a task, and hides what the run hides."""
    number = settings["form"].get("version")
    version = row.live_version if number is None else row.versions.get(number=number)
    if version is None:
        return ""
    unfit = next(list_unfit_fields(version.schema, is_public=settings.get("access") == PUBLIC), "")
    hidden = [".".join(("body", *map(str, path))) for path in find_declared(version.schema)]
    if unfit or not hidden:
        return unfit
    if number is None:
        return f"The form '{row.key}' hides fields, so name its version here: version: {version.number}."
    declared = {".".join(map(str, path)) for path in compile_sensitive(definition).trigger}
    missing = [path for path in hidden if path not in declared]
    return (
        f"The form '{row.key}' hides '{missing[0]}'. Add 'trigger.{missing[0]}' under 'sensitive'." if missing else ""
    )


def _look_for_hidden(definition: FlowDefinition, step: str, row: Form, use: Mapping[str, Any]) -> str:
    """A field that the form hides must be hidden in the run too, and no later version may hide others."""
    version = row.live_version if use.get("version") is None else row.versions.get(number=use["version"])
    if version is None:
        return ""
    hidden = [".".join(("data", *map(str, path))) for path in find_declared(version.schema)]
    if not hidden:
        return ""
    if use.get("version") is None:
        return f"The form '{row.key}' hides fields, so name its version here: version: {version.number}."
    declared = {".".join(map(str, path)) for path in compile_sensitive(definition).of_step(step)}
    missing = [path for path in hidden if path not in declared]
    if not missing:
        return ""
    return f"The form '{row.key}' hides '{missing[0]}'. Add 'steps.{step}.{missing[0]}' under 'sensitive'."
