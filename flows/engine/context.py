"""What expressions of a step may read: the roots, built only as far as the step refers to them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flows.definition.decision_tables.deciding import LiveTable
from flows.definition.directory import Directory
from flows.definition.effect import ConnectionFacts, choose_environment
from flows.definition.kind import FlowFacts, RunFacts
from flows.definition.model import JSON
from flows.definition.sensitive import SensitivePaths
from flows.engine.compiled import CompiledFlow
from flows.engine.loop_data import ItemsReader, LoopData, ResultsReader
from flows.engine.rows import ClaimedRun
from flows.engine.state import LoopState, RunState, Token
from integrator.lib.clock import to_rfc3339
from integrator.lib.working_time import WorkingCalendar

OutputReader = Callable[[uuid.UUID], JSON]
ConnectionReader = Callable[[int, str, str], ConnectionFacts | None]
FilePartReader = Callable[[uuid.UUID, Mapping[str, JSON], int], tuple[bytes, bool]]
FlowFinder = Callable[[int, str, int | None], FlowFacts]
TableFinder = Callable[[int, str], LiveTable]
SensitiveReader = Callable[[int], SensitivePaths]
CalendarFinder = Callable[[int], WorkingCalendar]
CaseReader = Callable[[str, uuid.UUID, SensitivePaths], Mapping[str, JSON] | None]


@dataclass(frozen=True, kw_only=True)
class Readers:
    """How a burst reads what is stored. ``directory`` None: that of the installation."""

    read_output: OutputReader
    read_case: CaseReader
    read_connection: ConnectionReader
    find_flow: FlowFinder
    find_table: TableFinder
    find_calendar: CalendarFinder
    read_items: ItemsReader
    read_results: ResultsReader
    read_file_part: FilePartReader
    read_sensitive: SensitiveReader
    directory: Directory | None = None


class RunContext:
    """Reads for one run during one burst. Outputs too large for the state are fetched once and kept."""

    def __init__(
        self,
        run: ClaimedRun,
        flow: CompiledFlow,
        readers: Readers,
    ) -> None:
        self.run, self.flow = run, flow
        self.case_number = run.case_number
        self._readers = readers
        self._outputs: dict[str, JSON] = {}
        self.loops = LoopData(read_items=readers.read_items, read_results=readers.read_results)
        self._case: Mapping[str, JSON] | None = None

    @cached_property
    def trigger(self) -> JSON:
        """The trigger's data, parsed when first read."""
        return json.loads(self.run.trigger) if self.run.trigger else {}

    @property
    def case(self) -> Mapping[str, JSON] | None:
        """The run's case: as this burst left it, else as stored now; None before one was opened."""
        if self._case is None and self.case_number:
            self._case = self._readers.read_case(self.case_number, self.run.id, self.flow.sensitive)
        return self._case

    def remember_case(self, snapshot: Mapping[str, JSON]) -> None:
        """Keep what a step of this burst made of the case; it is not stored yet."""
        self._case = dict(snapshot)
        self.case_number = str(snapshot["number"])

    def forget_case(self) -> None:
        """Read the case anew at the next use: people may have changed it since."""
        self._case = None

    def facts(self, *, with_case: bool, joins_case: bool = False) -> RunFacts:
        """What a kind may know of the run."""
        run = self.run
        return RunFacts(
            run_id=run.id,
            flow_key=run.flow_key,
            flow_name=run.flow_name,
            version=self.flow.number,
            team_id=run.team_id,
            team=run.team,
            case=self.case if with_case else None,
            reserved_case_number=run.reserved_case_number if not self.case_number else None,
            business_key=run.business_key,
            requested_by=run.requested_by,
            depth=run.depth,
            joins_case=joins_case,
            test=run.is_test,
        )

    def roots(self, state: RunState, token: Token, references: frozenset[tuple[str, ...]]) -> dict[str, JSON]:
        """The roots that these references need."""
        needed = {path[0] for path in references if path}
        roots: dict[str, JSON] = {}
        if "trigger" in needed:
            roots["trigger"] = self.trigger
        if "vars" in needed:
            roots["vars"] = self.flow.definition.vars
        if "steps" in needed:
            roots["steps"] = self._steps(state, token, references)
        if "case" in needed and self.case is not None:
            roots["case"] = self.case
        if "run" in needed:
            roots["run"] = self._run(state)
        for body in state.list_bodies(token.scope):
            self._add_item(roots, state.get_loop(body), body.index or 0, needed)
        return roots

    def read_connection(self, key: str) -> ConnectionFacts | None:
        """The team's connection of this key without its secret, with its address in the run's environment."""
        return self._readers.read_connection(self.run.team_id, key, self.environment)

    @property
    def environment(self) -> str:
        """Whose addresses of connections the run's calls go to."""
        trigger = self.flow.definition.trigger
        return choose_environment(self.run.environment, trigger.settings if trigger else {}, is_test=self.run.is_test)

    def find_flow(self, key: str, version: int | None) -> FlowFacts:
        """A flow of the run's team that a step may start. Raises StepError."""
        return self._readers.find_flow(self.run.team_id, key, version)

    def find_table(self, key: str) -> LiveTable:
        """The live decision table of the run's team. Raises StepError."""
        return self._readers.find_table(self.run.team_id, key)

    @property
    def directory(self) -> Directory | None:
        """Where local kinds look things up; None: in the tables."""
        return self._readers.directory

    def read_sensitive(self, version_id: int) -> SensitivePaths:
        """What another published version declares sensitive."""
        return self._readers.read_sensitive(version_id)

    def find_calendar(self) -> WorkingCalendar:
        """The calendar of the run's team."""
        return self._readers.find_calendar(self.run.team_id)

    def read_file_part(self, facts: Mapping[str, JSON], begin: int) -> tuple[bytes, bool]:
        """Some bytes of a file of this run from ``begin`` on, and whether they are its last. Raises StepError."""
        return self._readers.read_file_part(self.run.id, facts, begin)

    def resolve(self, reference: Mapping[str, Any]) -> JSON:
        """The value behind an output reference of the state."""
        if "v" in reference:
            return reference["v"]
        key = reference["r"]
        if key not in self._outputs:
            self._outputs[key] = self._readers.read_output(uuid.UUID(key))
        return self._outputs[key]

    def keep_output(self, visit_id: uuid.UUID, value: JSON) -> None:
        """Remember a large output of this burst; its row is not stored yet."""
        self._outputs[visit_id.hex] = value

    def _steps(self, state: RunState, token: Token, references: frozenset[tuple[str, ...]]) -> dict[str, JSON]:
        keys: set[str] = set()
        for path in references:
            if path and path[0] == "steps":
                keys.update([path[1]] if len(path) > 1 else state.list_seen_steps(token.scope))
        found = ((key, state.get_output(key, token.scope)) for key in keys)
        return {key: self.resolve(reference) for key, reference in found if reference is not None}

    def _add_item(self, roots: dict[str, JSON], loop: LoopState, index: int, needed: set[str]) -> None:
        """``item`` is that of the innermost loop; one with a name of its own is seen by it from further in as well."""
        for name in ("item", loop.name):
            if name in needed and name not in roots:
                roots[name] = self.loops.get_item(loop, index)

    def _run(self, state: RunState) -> dict[str, JSON]:
        run = self.run
        facts: dict[str, JSON] = {
            "id": str(run.id),
            "flow": run.flow_key,
            "version": self.flow.number,
            "started_at": to_rfc3339(run.started_at),
            "business_key": run.business_key,
            "requested_by": run.requested_by,
        }
        if state.error is not None:
            facts["error"] = {"step": state.error["step"], **self.resolve(state.error["output"])["error"]}
        return facts
