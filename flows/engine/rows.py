"""What a burst reads and what it leaves for the journal, as plain records. No Django here."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from flows.definition.kind import LocalWrite
from integrator.events.log import EventDraft
from integrator.lib.veil import NO_VEIL, Veil


@dataclass(frozen=True, kw_only=True)
class SignalRow:
    """News for a run. ``subject`` is the wait, effect or incident it answers."""

    id: int
    kind: str
    subject: uuid.UUID | None
    data: str


@dataclass(frozen=True, kw_only=True)
class ClaimedRun:
    """A run this worker holds, with its unread signals and the trigger's data as JSON text."""

    id: uuid.UUID
    flow_id: int
    flow_key: str
    flow_name: str
    version_id: int
    team_id: int
    team: str
    state: str
    fence: int
    status: str
    started_at: datetime
    business_key: str
    requested_by: str
    case_number: str
    reserved_case_number: str
    strikes: int
    is_held: bool
    is_test: bool
    open_incidents: int
    trigger: str
    signals: tuple[SignalRow, ...]
    now: datetime
    parent_id: uuid.UUID | None = None  # the run that waits for this one's end
    depth: int = 0
    environment: str = ""  # empty: as the version and ``is_test`` say
    taken_at_s: float = field(default_factory=monotonic)  # monotonic seconds that belong to ``now``


@dataclass(slots=True)
class VisitRow:
    """A step visit. ``is_new`` tells an insert from an update; JSON members are text."""

    id: uuid.UUID
    run_id: uuid.UUID
    sequence: int
    key: str
    visit: int
    kind: str
    status: str
    started_at: datetime
    index: int | None = None
    attempt: int = 1
    ended_at: datetime | None = None
    input: str = "null"
    output: str = "null"
    error: str = "null"
    port: str = ""


@dataclass(slots=True)
class VisitChange:
    """A change of a visit that was stored by an earlier burst; None leaves a column as it is."""

    id: uuid.UUID
    status: str
    ended_at: datetime | None = None
    output: str | None = None
    error: str | None = None
    port: str | None = None
    more_attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class WaitRow:
    """A wait to open."""

    id: uuid.UUID
    run_id: uuid.UUID
    visit_id: uuid.UUID
    step_key: str
    kind: str
    subject: str
    due_at: datetime | None
    opened_at: datetime
    team_id: int = 0
    message: tuple[str, str] | None = None  # (name, key) that a wait of kind message hears


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """An effect to plan."""

    id: uuid.UUID
    run_id: uuid.UUID
    visit_id: uuid.UUID
    step_key: str
    team_id: int
    connector: str
    request: str
    host: str
    repeat: str
    retry: dict[str, Any]
    timeout_s: float
    idempotency_key: str
    planned_at: datetime
    is_veiled: bool = False
    environment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """An incident to open."""

    id: uuid.UUID
    run_id: uuid.UUID
    team_id: int
    visit_id: uuid.UUID | None
    effect_id: uuid.UUID | None
    step_key: str
    code: str
    message: str
    details: dict[str, Any]
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChildRow:
    """A run of another flow to start. ``id`` is also the id of the wait that the parent is parked on."""

    id: uuid.UUID
    parent_id: uuid.UUID
    depth: int
    is_test: bool
    environment: str
    flow_id: int
    version_id: int
    team_id: int
    trigger: str
    business_key: str
    requested_by: str
    case_number: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewsRow:
    """News for another run: the end of a child for its parent, or a parent's order for its child."""

    run_id: uuid.UUID
    kind: str
    subject: uuid.UUID | None
    data: str


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """What the waiting caller of the flow's address gets; ``body`` is JSON text."""

    status: int
    body: str


@dataclass(frozen=True, kw_only=True)
class ItemsRow:
    """Items of a loop from ``first`` on, as a JSON list."""

    first: int
    items: str


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """What one item of a loop gave: JSON text, or the visit that has it; or its error as JSON text."""

    index: int
    value: str = ""
    visit_id: uuid.UUID | None = None
    error: str = ""


@dataclass(slots=True)
class Landing:
    """Everything one run's burst leaves behind. The journal writes it whole or not at all."""

    run_id: uuid.UUID
    fence: int
    now: datetime
    status: str = "running"
    state: str = ""
    waiting_for: list[dict[str, Any]] = field(default_factory=list)
    open_incidents: int = 0
    case_number: str = ""
    has_new_case: bool = False  # the run is of this case from now on: what it waits for hears messages to the case
    error: dict[str, Any] | None = None
    output: str = ""
    ended_at: datetime | None = None
    is_held: bool = False
    goes_on: bool = False
    is_over: bool = False  # nothing to do for it: only its signals are consumed and the lease given back
    visits: dict[uuid.UUID, VisitRow] = field(default_factory=dict)
    changes: dict[uuid.UUID, VisitChange] = field(default_factory=dict)
    waits: dict[uuid.UUID, WaitRow] = field(default_factory=dict)
    closed_waits: dict[uuid.UUID, str] = field(default_factory=dict)
    effects: dict[uuid.UUID, EffectRow] = field(default_factory=dict)
    dropped_effects: set[uuid.UUID] = field(default_factory=set)
    resent_effects: set[uuid.UUID] = field(default_factory=set)
    confirmed_effects: dict[uuid.UUID, str] = field(default_factory=dict)
    incidents: dict[uuid.UUID, IncidentRow] = field(default_factory=dict)
    closed_incidents: dict[uuid.UUID, str] = field(default_factory=dict)
    closes_all_incidents: bool = False  # the run ended with some open that no token knows of
    loop_items: dict[uuid.UUID, list[ItemsRow]] = field(default_factory=dict)  # by the visit of the loop, as below
    loop_results: dict[uuid.UUID, list[ResultRow]] = field(default_factory=dict)
    ended_loops: set[uuid.UUID] = field(default_factory=set)  # their items are needed no more
    folded_loops: set[uuid.UUID] = field(default_factory=set)  # their results are in an output
    forgets_items: bool = False  # the run ended, and there may be items of loops that did not
    consumed: dict[int, str] = field(default_factory=dict)
    returned: dict[uuid.UUID, tuple[uuid.UUID, str]] = field(default_factory=dict)  # wait → (message, why it was late)
    writes: list[LocalWrite] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)
    veil: Veil = NO_VEIL  # lies over what the writes record
    children: dict[uuid.UUID, ChildRow] = field(default_factory=dict)
    news: list[NewsRow] = field(default_factory=list)
    answer: AnswerRow | None = None

    def consume(self, signal: SignalRow, ignored: str = "") -> None:
        """The news was read; ``ignored`` says why it changed nothing. A message it brought is then given back."""
        self.consumed[signal.id] = ignored
        if ignored and signal.kind == "wait" and signal.subject is not None:
            message = json.loads(signal.data).get("message")
            if message is not None:
                self.returned[signal.subject] = (uuid.UUID(message["ref"]), ignored)
