"""Decision tables for tests that have a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.models import DecisionTable
from flows.operations.decision_tables import import_table
from tests.support.flows import make_team

TRIAGE = """\
format: 1
table: triage
name: Triage
team: marketing
inputs:
  - {name: amount, label: Amount, type: number}
  - {name: region, label: Region, type: text}
outputs:
  - {name: team, label: Team, type: text}
  - {name: days, label: Days, type: number}
rows:
  - {when: {amount: "> 1000", region: EU}, then: {team: legal, days: 2}}
  - {when: {amount: "> 100"}, then: {team: finance, days: 5}}
  - {when: {amount: "<= 100", region: "EU, US"}, then: {team: support, days: 10.0}}
tests:
  - {name: large in the EU, given: {amount: 2000, region: EU}, expect: {team: legal, days: 2}}
"""


def make_live_table(text: str = TRIAGE, *changes: tuple[str, str], publish: bool = True) -> DecisionTable:
    """Import the table with these replacements, and publish it."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    make_team()
    return import_table(text=text, person=None, publish=publish, now=datetime.now(UTC)).table


def read_document(table: DecisionTable) -> dict[str, Any]:
    """A copy of the draft as stored now."""
    table.refresh_from_db()
    document: dict[str, Any] = table.document
    return document
