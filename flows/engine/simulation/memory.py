"""The tables of a simulation: what landings leave, kept in memory and read by the next burst. Nothing is stored."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from cases.chains import read_level
from cases.operations import ApprovalRequest, TaskRequest
from flows.definition.effect import ConnectionFacts
from flows.definition.kind import FlowFacts, LocalWrite
from flows.definition.model import JSON, FlowDefinition
from flows.definition.sensitive import SensitivePaths
from flows.engine.context import FilePartReader, Readers
from flows.engine.rows import EffectRow, ItemsRow, Landing, ResultRow, VisitRow
from flows.engine.simulation.doors import Doors
from flows.engine.simulation.shapes import Asked, AskedKind, Question

_KINDS: dict[str, AskedKind] = {"task": "task", "timer": "timer", "message": "message", "child": "child"}
APPROVAL_OUTCOMES = ("approved", "rejected")


class Memory:
    """Visits, loops, the case and what is waited for. ``take`` is the landing."""

    def __init__(
        self, definition: FlowDefinition, doors: Doors, case: Mapping[str, JSON] | None, *, read_file: FilePartReader
    ) -> None:
        self.definition, self.doors, self.case, self._read_file = definition, doors, case, read_file
        self.visits: dict[uuid.UUID, VisitRow] = {}
        self.waiting: dict[uuid.UUID, Asked] = {}
        self.effects: dict[uuid.UUID, EffectRow] = {}
        self.incidents: dict[uuid.UUID, tuple[str, str, str]] = {}  # step, code, message
        self.response: dict[str, JSON] | None = None
        self._items: dict[uuid.UUID, list[ItemsRow]] = {}
        self._results: dict[uuid.UUID, list[ResultRow]] = {}

    def make_readers(self) -> Readers:
        """How bursts read it."""
        return Readers(
            read_output=lambda visit_id: json.loads(self.visits[visit_id].output),
            read_case=lambda number, run_id, paths: self.case,
            read_connection=self._read_connection,
            find_flow=self._find_flow,
            find_table=lambda team_id, key: self.doors.find_table(key),
            find_calendar=lambda team_id: self.doors.find_calendar(),
            read_items=self._read_items,
            read_results=lambda visit_id: sorted(self._results.get(visit_id, []), key=lambda row: row.index),
            read_file_part=self._read_file,
            read_sensitive=self._read_sensitive,
            directory=self.doors.directory,
        )

    def take(self, landing: Landing) -> None:
        """Keep what a burst left. Its writes and events are let go."""
        self._take_visits(landing)
        for visit_id, items in landing.loop_items.items():
            self._items.setdefault(visit_id, []).extend(items)
        for visit_id, results in landing.loop_results.items():
            self._results.setdefault(visit_id, []).extend(results)
        for incident_id, row in landing.incidents.items():
            self.incidents[incident_id] = (row.step_key, row.code, row.message)
        for incident_id in landing.closed_incidents:
            self.incidents.pop(incident_id, None)
        if landing.answer is not None and self.response is None:
            self.response = {"status": landing.answer.status, "body": json.loads(landing.answer.body)}
        self._take_waits(landing)

    def _take_visits(self, landing: Landing) -> None:
        self.visits.update(landing.visits)
        for change in landing.changes.values():
            row = self.visits.get(change.id)
            if row is None:
                continue
            row.status, row.attempt = change.status, row.attempt + change.more_attempts
            for name in ("ended_at", "output", "error", "port"):
                value = getattr(change, name)
                if value is not None:
                    setattr(row, name, value)

    def _take_waits(self, landing: Landing) -> None:
        questions = dict(_list_questions(landing.writes))
        for wait in landing.waits.values():
            question = questions.get(wait.id)
            is_approval = question is not None and question.rule is not None
            self.waiting[wait.id] = Asked(
                id=wait.id,
                kind="approval" if is_approval else _KINDS[wait.kind],
                step=wait.step_key,
                visit=self.visits[wait.visit_id].visit,
                index=self.visits[wait.visit_id].index,
                subject=wait.subject,
                due_at=wait.due_at,
                question=question,
                flow=self._name_flow(wait.step_key) if wait.kind == "child" else "",
                is_retry=self.visits[wait.visit_id].status == "retrying",
            )
        for effect in landing.effects.values():
            visit = self.visits[effect.visit_id]
            self.effects[effect.id] = effect
            self.waiting[effect.id] = Asked(
                id=effect.id, kind="effect", step=effect.step_key, visit=visit.visit, index=visit.index,
                subject=effect.host,
            )  # fmt: skip
        for subject in (*landing.closed_waits, *landing.dropped_effects):
            self.waiting.pop(subject, None)

    def _name_flow(self, step: str) -> str:
        return str(self.definition.steps[step].settings.get("flow") or "")

    def _read_connection(self, team_id: int, key: str, environment: str) -> ConnectionFacts | None:
        return self.doors.find_connection(key)

    def _find_flow(self, team_id: int, key: str, version: int | None) -> FlowFacts:
        return self.doors.find_flow(key, version)

    def _read_sensitive(self, version_id: int) -> SensitivePaths:
        return self.doors.read_sensitive(version_id)

    def _read_items(self, visit_id: uuid.UUID, index: int) -> tuple[int, list[JSON]]:
        row = max((row for row in self._items[visit_id] if row.first <= index), key=lambda row: row.first)
        return row.first, json.loads(row.items)


def _list_questions(writes: list[LocalWrite]) -> list[tuple[uuid.UUID, Question]]:
    """What the writes of this landing would ask people, by the wait that they answer."""
    found: list[tuple[uuid.UUID, Question]] = []
    for write in writes:
        request = write.args[0] if isinstance(write, partial) and write.args else None
        if isinstance(request, TaskRequest):
            found.append((request.task_id, _as_question(request)))
        elif isinstance(request, ApprovalRequest):
            found.append((request.approval_id, _as_approval(request)))
    return found


def _as_question(request: TaskRequest) -> Question:
    return Question(
        title=request.title,
        outcomes=tuple(request.outcomes),
        people=tuple(candidate.ref for candidate in request.to),
        **_shared(request),
    )


def _as_approval(request: ApprovalRequest) -> Question:
    return Question(
        title=request.title,
        outcomes=APPROVAL_OUTCOMES,
        people=tuple(entry.ref for entry in request.entries),
        rule=request.rule,
        order=request.order,
        vetoes=tuple(entry.veto for entry in request.entries),
        levels=tuple(read_level(row) for row in request.chain),
        level_keys=tuple(entry.level for entry in request.entries),
        amount=request.amount,
        **_shared(request),
    )


def _shared(request: TaskRequest | ApprovalRequest) -> dict[str, Any]:
    return {"show": tuple(request.show), "form": request.form}
