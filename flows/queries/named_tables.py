"""Whether the decision tables that a design names are there: published, of the same team, given what they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flows.definition.decision_tables.table import Table, table_from_data
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition, Step
from flows.definition.places import finding_at
from flows.definition.words import did_you_mean, join_words
from flows.models import DecisionTable
from integrator.people.models import Team


def look_for_named_tables(
    definition: FlowDefinition, team: Team, *, severity: Literal["error", "warning"]
) -> Iterator[Finding]:
    """Findings about ``decision_table`` steps: warnings for a draft, errors for what is about to go live.

    One query, none without such steps. A name that the table does not know is a warning always: it does no harm.
    """
    steps = [step for step in definition.steps.values() if step.kind == "decision_table"]
    if not steps:
        return
    known = {row.key: row for row in DecisionTable.objects.filter(team=team).select_related("live_version")}
    for step in steps:
        key = step.settings.get("table")
        if not isinstance(key, str):
            continue  # its type has a finding already
        row = known.get(key)
        if row is None:
            hint = did_you_mean(key, list(known), what="Decision tables") or " Add it under Decision tables first."
            text = f"The team {team} has no decision table '{key}'.{hint}"
        elif row.live_version is None:
            text = f"The decision table '{key}' is not published yet, so no run can use it. Publish it first."
        else:
            yield from _look_at_input(step, table_from_data(row.live_version.document), severity)
            continue
        yield finding_at(("steps", step.key, "with", "table"), text, code="flow.table", severity=severity)


def _look_at_input(step: Step, table: Table, severity: Literal["error", "warning"]) -> Iterator[Finding]:
    given = step.settings.get("input")
    if not isinstance(given, dict):
        return
    names = [column.name for column in table.inputs]
    path = ("steps", step.key, "with", "input")
    missing = [name for name in names if name not in given]
    if missing:
        words = join_words([f"'{name}'" for name in missing])
        text = f"The decision table '{table.key}' needs {words} under 'input'."
        yield finding_at(path, f"{text} Add it, if need be as null.", code="flow.table_input", severity=severity)
    if severity == "error":
        return  # told when the design was judged
    for name in given:
        if name not in names:
            hint = did_you_mean(str(name), names, what="Inputs")
            text = f"The decision table '{table.key}' has no input '{name}', so it is not used.{hint}"
            yield finding_at((*path, name), text, code="flow.table_input", severity="warning")
