"""What a simulation may look up: connections, flows, tables, people. Two ways: in the tables, or nothing at all.

Neither takes a number nor reads a secret. ``FreeDirectory`` and ``make_free_doors`` ask no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from cases.people_refs import ApprovalEntry, Candidate
from flows.connectors.directory import StoredDirectory
from flows.definition.decision_tables.compiling import CompiledTable
from flows.definition.decision_tables.deciding import LiveTable
from flows.definition.effect import LIVE, TEST, ConnectionFacts
from flows.definition.expressions import is_expression
from flows.definition.kind import FlowFacts, StepError
from flows.definition.model import FlowDefinition
from flows.definition.sensitive import NOTHING_SENSITIVE, SensitivePaths
from flows.engine.connections import get_connection_facts
from flows.engine.live_tables import find_table
from flows.engine.stored import find_flow
from flows.veils import get_sensitive_paths
from integrator.lib.working_time import WorkingCalendar, make_office_hours
from integrator.people.calendars import working_calendar_of

if TYPE_CHECKING:
    from flows.definition.directory import Directory
    from flows.definition.model import JSON

MAX_PEOPLE = 100


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The lookups. ``team_id`` is 0 where there is no database; ``environment`` is that of connections."""

    team_id: int
    find_connection: Callable[[str], ConnectionFacts | None]
    find_flow: Callable[[str, int | None], FlowFacts]
    find_table: Callable[[str], LiveTable]
    directory: Directory
    find_calendar: Callable[[], WorkingCalendar] = field(default=make_office_hours)
    read_sensitive: Callable[[int], SensitivePaths] = field(default=lambda version_id: NOTHING_SENSITIVE)


class _SampleNumbers:
    """Numbers that no case has."""

    def __init__(self) -> None:
        self._count = count(1)

    def take(self, now: datetime) -> str:
        return f"C-{now:%Y}-SAMPLE-{next(self._count)}"


class TrialDirectory(StoredDirectory):
    """The tables, but no number is taken, and the types that the flow names are there: publishing makes them."""

    def __init__(self, definition: FlowDefinition) -> None:
        self._numbers = _SampleNumbers()
        self._case_types = _named(definition, "case.open", "type")
        self._alert_types = _named(definition, "notify.send", "alert") | {"general"}

    def has_case_type(self, key: str) -> bool:
        """Those of the flow count as made."""
        return key in self._case_types or super().has_case_type(key)

    def has_alert_type(self, key: str) -> bool:
        """Those of the flow count as made."""
        return key in self._alert_types or super().has_alert_type(key)

    def take_case_number(self, now: datetime, type_key: str) -> str:
        """A sample number."""
        return self._numbers.take(now)


class FreeDirectory:
    """Everybody and everything that is named exists. See ``flows.definition.directory``."""

    def __init__(self) -> None:
        self._numbers = _SampleNumbers()

    def has_case_type(self, key: str) -> bool:
        """Yes."""
        return True

    def choose_case_priority(self, key: str, data: JSON) -> str:
        """No rule is known."""
        return "normal"

    def has_alert_type(self, key: str) -> bool:
        """Yes."""
        return True

    def find_team(self, slug: str) -> tuple[int, str] | None:
        """It exists."""
        return 0, slug

    def find_form(self, key: str, version: int | None, *, team_id: int) -> Any:
        """It exists; what it asks for is not known."""
        return {"type": "object", "properties": {}}

    def find_person(self, name: str) -> Any:
        """Nobody that anything more is known of."""
        return None

    def find_workers(self, refs: JSON) -> tuple[Candidate, ...]:
        """As written."""
        return tuple(Candidate(ref=name) for name in _names(refs))

    def find_approvers(self, refs: JSON, *, team_id: int, requested_by: Any) -> tuple[ApprovalEntry, ...]:
        """An entry for each line; everybody of a team (``each:``) counts as one."""
        listed = refs if isinstance(refs, list) else [refs]
        vetoes = [isinstance(row, dict) and row.get("veto") is True for row in listed]
        pairs = zip(_names(refs), vetoes, strict=True)
        return tuple(ApprovalEntry(ref=name, label=name, veto=veto) for name, veto in pairs)

    def find_audience(self, refs: JSON) -> tuple[int, ...]:
        """One for each line."""
        return tuple(range(len(_names(refs))))

    def take_case_number(self, now: datetime, type_key: str) -> str:
        """A sample number."""
        return self._numbers.take(now)


def make_stored_doors(definition: FlowDefinition, *, team_id: int) -> Doors:
    """The lookups of a team: what it has now, connections with their test addresses where they have one."""
    return Doors(
        team_id=team_id,
        find_connection=partial(_find_facts, team_id),
        find_flow=partial(find_flow, team_id),
        find_table=partial(find_table, team_id),
        directory=TrialDirectory(definition),
        find_calendar=partial(working_calendar_of, team_id),
        read_sensitive=get_sensitive_paths,
    )


def make_free_doors(definition: FlowDefinition, *, tables: Mapping[str, CompiledTable] | None = None) -> Doors:
    """No database: connections, flows and people that are named exist; of decision tables those that are given."""

    def find_given_table(key: str) -> LiveTable:
        found = (tables or {}).get(key)
        if found is None:
            raise StepError(
                "decision.unknown_table", f"The decision table '{key}' was not given. Hand over its file as well."
            )
        return LiveTable(key=key, version=0, compiled=found)

    def find_named_flow(key: str, version: int | None) -> FlowFacts:
        return FlowFacts(flow_id=0, version_id=0, team_id=0, key=key, name=key, number=version or 0)

    return Doors(
        team_id=0,
        find_connection=_name_connection,
        find_flow=find_named_flow,
        find_table=find_given_table,
        directory=FreeDirectory(),
    )


def _find_facts(team_id: int, key: str) -> ConnectionFacts | None:
    """Of one without a test address the live one: nothing is sent, and a try needs no second address."""
    try:
        return get_connection_facts(team_id, key, TEST)
    except StepError:
        return get_connection_facts(team_id, key, LIVE)


def _name_connection(key: str) -> ConnectionFacts:
    host = "".join(sign if sign.isalnum() else "-" for sign in key.lower()).strip("-") or "connection"
    return ConnectionFacts(
        key=key,
        name=key,
        kind="none",
        base_url=f"https://{host}.invalid",  # RFC 2606, section 2: no such host
        settings={},
        repeat_safe=False,
        allow=(),
        environment=TEST,
    )


def _named(definition: FlowDefinition, kind: str, setting: str) -> frozenset[str]:
    named = (step.settings.get(setting) for step in definition.steps.values() if step.kind == kind)
    return frozenset(key for key in named if isinstance(key, str) and key and not is_expression(key))


def _names(refs: JSON) -> list[str]:
    listed = refs if isinstance(refs, list) else [refs]
    return [str(row.get("who") if isinstance(row, dict) else row) for row in listed[:MAX_PEOPLE] if row]
