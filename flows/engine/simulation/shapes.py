"""What a simulation takes and gives, as plain records. No behaviour beyond reading them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from cases.approval_levels import Level
from flows.definition.kind import Finding
from flows.definition.model import JSON
from flows.engine.simulation.doors import Doors
from integrator.lib.veil import NO_VEIL, Veil

AskedKind = Literal["effect", "task", "approval", "message", "timer", "child", "file"]
Origin = Literal["given", "pinned", "recorded", "sample", "made_up", "clock", "file"]
Status = Literal[
    "completed", "failed", "cancelled", "waiting", "incident", "stopped", "refused", "not_ready", "endless"
]
MAX_VISITS = 2_000
MAX_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a simulation gives up: so many step visits, so many seconds of computing."""

    visits: int = MAX_VISITS
    seconds: float = MAX_SECONDS


@dataclass(frozen=True, kw_only=True)
class Question:
    """What people are asked: for the form in which somebody answers in their place.

    ``people`` are references as written or resolved (``team:legal``), one an entry of an approval;
    ``level_keys`` says the level of each where the ``amount`` chooses ``levels``.
    """

    title: str
    outcomes: tuple[str, ...]
    people: tuple[str, ...]
    show: tuple[Mapping[str, JSON], ...] = ()
    form: JSON = None
    rule: JSON = None
    order: Literal["parallel", "serial"] = "parallel"
    vetoes: tuple[bool, ...] = ()
    levels: tuple[Level, ...] = ()
    level_keys: tuple[str, ...] = ()
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Something that a run waits for. ``attempt`` counts the calls of an effect, 1 at first.

    ``request`` is what would be sent (``{method, url, query, headers, body, connection}``), of effects alone.
    ``file`` are the facts of the file whose rows are asked for, ``subject`` is its name.
    ``fault`` says what was wrong with the answer that was given, "" for none.
    """

    id: uuid.UUID
    kind: AskedKind
    step: str
    visit: int
    index: int | None = None
    attempt: int = 1
    subject: str = ""
    due_at: datetime | None = None
    question: Question | None = None
    request: Mapping[str, JSON] | None = None
    flow: str = ""
    file: Mapping[str, JSON] | None = None
    fault: str = ""
    is_retry: bool = False


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer and where it is from; ``at``: when it came, None for now."""

    value: Mapping[str, JSON]
    origin: Origin = "given"
    at: datetime | None = None


class AnswerBook(Protocol):
    """Where answers are from. Each call of ``choose`` uses up what it gives."""

    def choose(self, asked: Sequence[Asked]) -> list[tuple[Asked, Given]]:
        """The answers that come next, in their order; none when nothing asked for has one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to try: the trigger's data (``{body, headers, query, files}``), the answers, the time, how far.

    ``start_at`` begins at a step, with ``outputs`` of the steps before it and the ``item`` of loops round it;
    ``stop_after`` ends when that step is done. ``case`` is the case the run is about, None without one.
    """

    trigger: JSON
    book: AnswerBook
    now: datetime
    doors: Doors
    limits: Limits = field(default_factory=Limits)
    stop_after: str | None = None
    start_at: str | None = None
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    item: JSON = None
    case: Mapping[str, JSON] | None = None
    version: int = 0
    run_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class SimulatedVisit:
    """One visit of a step, as a run's record would have it. ``note`` is what was not as in a real run, in words.

    ``origin`` says where the answer was from that it waited for, "" where it waited for none.
    """

    step: str
    kind: str
    title: str
    sequence: int
    visit: int
    index: int | None
    status: str
    port: str
    input: JSON
    output: JSON
    error: JSON
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    took_ms: float = 0.0
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Faked:
    """A call that a real run would have made: ``request`` masked, as it would be sent; what was taken as its answer."""

    step: str
    visit: int
    index: int | None
    attempt: int
    request: Mapping[str, JSON]
    answer: JSON
    origin: str


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Why it ended where it did: a stable ``code``, the step (None: no single one) and a sentence."""

    code: str
    message: str
    step: str | None = None


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What became of it. ``path`` is the steps in the order they were entered; ``missing`` is what it waits for.

    ``output`` is what a ``stop`` gave, ``response`` what the waiting caller would get (``{status, body}``).
    ``answers`` are all that were taken, by step, as a test case has them.
    ``veil`` lies over what the flow declares sensitive: show nothing without it.
    """

    status: Status
    ended_by: Ending
    visits: tuple[SimulatedVisit, ...] = ()
    output: JSON = None
    error: JSON = None
    response: Mapping[str, JSON] | None = None
    faked: tuple[Faked, ...] = ()
    answers: Mapping[str, JSON] = field(default_factory=dict)
    missing: tuple[Asked, ...] = ()
    findings: tuple[Finding, ...] = ()
    case: Mapping[str, JSON] | None = None
    now: datetime | None = None
    took_ms: float = 0.0
    veil: Veil = NO_VEIL

    @property
    def path(self) -> tuple[str, ...]:
        """Keys of the steps in the order they were entered."""
        return tuple(visit.step for visit in self.visits)

    def get_output(self, step: str) -> JSON:
        """The newest output of a step, None without one."""
        return next((visit.output for visit in reversed(self.visits) if visit.step == step), None)
