"""What a kind is: its shape (settings, ports, words) and the outcomes its execution may give.

Kinds and connectors implement ``Kind``; the engine alone acts on an ``Outcome``. Nothing here touches a database.

    StepError                 a step failed; errors are data
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from flows.definition.items import ItemSource
from flows.definition.model import JSON, Step

if TYPE_CHECKING:
    from flows.definition.decision_tables.deciding import LiveTable
    from flows.definition.directory import Directory
    from flows.definition.effect import ConnectionFacts
    from flows.definition.sentences import Segments
    from integrator.lib.working_time import WorkingCalendar

# What a text names, so that a form can offer what there is.
Names = Literal[
    "", "connection", "secret", "step", "table", "flow", "flow_version", "case_type", "team", "alert_type", "event",
    "zone",
]  # fmt: skip
Family = Literal["pure", "local", "outside", "scope"]
SettingType = Literal[
    "value", "text", "number", "flag", "choice", "duration", "instant", "people", "approvers", "levels", "rule", "show",
    "contributions", "schema", "form", "cases", "names", "mode", "url", "items", "mapping", "group",
]  # fmt: skip


class StepError(Exception):
    """A step failed. ``code`` is stable and dotted, ``message`` is safe to show and says what to do."""

    def __init__(
        self, code: str, message: str, *, retryable: bool = False, details: Mapping[str, JSON] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.retryable = code, message, retryable
        self.details: dict[str, JSON] = dict(details or {})

    def as_data(self) -> dict[str, JSON]:
        """The error as kept in a visit: ``{code, message, retryable, details}``."""
        return {"code": self.code, "message": self.message, "retryable": self.retryable, "details": self.details}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One field of a kind's ``with:``. ``literal`` settings are never evaluated (schemas, forms, names).

    A ``lazy`` setting of type ``cases`` reaches the kind as ``[{"when": Callable[[], JSON], "port": str}]``: each
    ``when`` is evaluated only when the kind asks for it. One of type ``items`` reaches it as an ``ItemSource``.
    A ``mapping`` has names of its author's choosing, a ``group`` those of ``fields``, of which each is shown where
    the fields that its ``only_for`` names have one of those values.

    For forms: ``advanced`` ones are folded; ``otherwise`` holds where nothing is set, None where that cannot be said as
    a value; ``unit`` stands behind a number; ``labels`` gives choices words; ``names`` is what a text names;
    ``lines`` is how tall its input is. ``unless`` names another setting that, once set, makes this one needless.
    ``whole_teams``: of people, a team means everybody in it, not any one.
    """

    name: str
    type: SettingType = "value"
    label: str = ""
    help: str = ""
    required: bool = False
    literal: bool = False
    lazy: bool = False
    choices: tuple[str, ...] = ()
    sample: JSON = None
    advanced: bool = False
    otherwise: JSON = None
    unit: str = ""
    placeholder: str = ""
    labels: Mapping[str, str] = made_field(default_factory=dict)
    names: Names = ""
    fields: tuple[Setting, ...] = ()
    only_for: Mapping[str, tuple[str, ...]] = made_field(default_factory=dict)
    lines: int = 1
    unless: str = ""
    whole_teams: bool = False

    @property
    def title(self) -> str:
        """The name for people; without one, the name read as words."""
        return self.label or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, kw_only=True)
class ExampleCall:
    """A step without a run, for an example of its output. ``settings`` are worked out with examples; what failed is
    None. ``case`` is the flow's case so far."""

    step: Step
    settings: Mapping[str, JSON]
    case: Mapping[str, JSON] | None = None


@dataclass(frozen=True, kw_only=True)
class KindSpec:
    """The shape of a kind, from which form, palette, docs and validation follow.

    ``ports`` are the fixed exits; ``ports_of`` adds those that a step's own settings name (outcomes, cases).
    ``open_settings`` admits any field (``set``). ``describe`` gives one plain line of what the step does.
    ``check`` gives findings that the settings' types alone cannot: ``(sentence, JSON pointer in with)``.
    ``outer_ports`` of an opener leave from where it stands, as its ``error`` port does; all others lead into its scope.
    ``later`` names settings of the contract that this version refuses as not available yet.
    ``summary`` says in two or three words what it is for, beside its name. ``sentence`` tells a step as the rest of
    a sentence behind its name, in segments of which some are choices; without one, ``describe`` does.
    ``example`` makes up an output for the data picker and previews; without one a step gives nothing there.
    """

    key: str
    label: str
    group: Literal["logic", "people", "cases", "systems"]
    icon: str
    family: Family
    describe: Callable[[Step], str]
    settings: tuple[Setting, ...] = ()
    ports: tuple[str, ...] = ("next",)
    ports_of: Callable[[Step], tuple[str, ...]] | None = None
    free_ports: bool = False  # any port name in ``on`` is legal (``parallel``)
    open_settings: bool = False
    opens_scope: bool = False
    closes_scope: bool = False
    outer_ports: tuple[str, ...] = ()
    check: Callable[[Step], list[tuple[str, str]]] | None = None
    later: tuple[str, ...] = ()
    summary: str = ""
    sentence: Callable[[Step], Segments] | None = None
    may_pass: bool = False  # some of its failures may pass by themselves, so that ``retry:`` makes sense
    example: Callable[[ExampleCall], JSON] | None = None

    def exits(self, step: Step) -> tuple[str, ...]:
        """Every legal port of this step, ``error`` excluded (each step may have that)."""
        named = self.ports_of(step) if self.ports_of else ()
        return tuple(dict.fromkeys((*self.ports, *named)))


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What a kind may know of the run: ids, team, the case as last seen (None without one), who asked.

    ``joins_case``: the run began on an open case with its business key, and no step has opened one.
    """

    run_id: uuid.UUID
    flow_key: str
    flow_name: str
    version: int
    team_id: int
    team: str
    case: Mapping[str, JSON] | None = None
    reserved_case_number: str | None = None
    business_key: str = ""
    requested_by: str = ""
    joins_case: bool = False
    test: bool = False
    depth: int = 0  # how many runs stand above this one; 0: no other flow started it


@dataclass(frozen=True, kw_only=True)
class FlowFacts:
    """A published version that a step may start as a run of its own. ``schema`` is its trigger's, None without one."""

    flow_id: int
    version_id: int
    team_id: int
    key: str
    name: str
    number: int
    schema: JSON = None


@dataclass(frozen=True, kw_only=True)
class StepCall:
    """One execution of a step: settings are evaluated, plain JSON. ``visit_id`` is stable across attempts.

    ``connection_of`` gives a connection of the run's team by its key, None for an unknown one; it reads the database.
    ``find_flow`` gives a flow of the run's team by key and version (None: the live one) and raises ``StepError`` where
    it cannot be started; it reads the database. ``find_table`` gives the live decision table of that key alike.
    ``directory`` is where local kinds look things up, None for that of the installation.
    ``calendar_of`` gives the calendar of the run's team, by which working time is counted.
    """

    run: RunFacts
    step: Step
    visit_id: uuid.UUID
    settings: Mapping[str, JSON]
    now: datetime
    connection_of: Callable[[str], ConnectionFacts | None] | None = None
    find_flow: Callable[[str, int | None], FlowFacts] | None = None
    find_table: Callable[[str], LiveTable] | None = None
    directory: Directory | None = None
    calendar_of: Callable[[], WorkingCalendar] | None = None


@dataclass(frozen=True, kw_only=True)
class WriteContext:
    """Handed to a local write when its run lands: the visit's wait ids were given out before."""

    now: datetime


LocalWrite = Callable[[WriteContext], None]


@dataclass(frozen=True, kw_only=True)
class WaitSpec:
    """What the run is parked on. ``wait_id`` names it for senders; ``due_at`` arms a timer as well.

    ``message`` is the (name, key) that a wait of kind ``message`` hears.
    """

    kind: Literal["task", "timer", "message", "child"]
    wait_id: uuid.UUID
    subject: str = ""
    due_at: datetime | None = None
    message: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class EffectRequest:
    """A change to make outside. ``request`` is plain JSON without secrets; the connector sends it later.

    ``environment_id`` is of the connection it goes by, None without one: its rate and its health count it.
    """

    connector: str
    request: Mapping[str, JSON]
    repeat: Literal["safe", "ask"]
    timeout_s: float
    host: str = ""
    environment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Advance:
    """The step is done: leave by ``port``. ``case`` replaces the run's case snapshot when given.

    ``facts`` are kept beside the visit's settings: what it went by, such as the version of a table.
    """

    port: str = "next"
    output: JSON = None
    case: Mapping[str, JSON] | None = None
    facts: Mapping[str, JSON] | None = None
    writes: tuple[LocalWrite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Park:
    """The step waits. The news that ends the wait comes back through ``Kind.resume``."""

    wait: WaitSpec
    writes: tuple[LocalWrite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Send:
    """The step is an effect: plan it; its answer comes back through ``Kind.resume``."""

    effect: EffectRequest


@dataclass(frozen=True, kw_only=True)
class StartChild:
    """The step starts a run of another flow and waits for its end, which comes back through ``Kind.resume``.

    The news is ``{run, flow, status, output, error}``; ``input`` is the child's ``trigger.body``.
    """

    flow: FlowFacts
    input: JSON = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The step answers whoever called the flow's address and waits; the first answer of a run counts."""

    status: int
    body: JSON = None
    output: JSON = None


@dataclass(frozen=True, kw_only=True)
class Split:
    """Open a scope with one token per port."""

    ports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Open a scope that goes through ``items``, at most ``parallel`` of them at once, each in a body of its own.

    ``name`` is what steps of the body may call their item besides ``item``; empty for none. ``stops``: the first body
    that fails ends it, else what failed is collected.
    """

    items: ItemSource
    name: str = ""
    parallel: int = 1
    stops: bool = True


@dataclass(frozen=True, kw_only=True)
class DeadEnd:
    """The branch ends here, and an event says why."""

    reason: str
    output: JSON = None


@dataclass(frozen=True, kw_only=True)
class Finish:
    """End the whole run."""

    failed: bool = False
    message: str = ""
    output: JSON = None


Outcome = Advance | Park | Send | StartChild | Answer | Split | Loop | DeadEnd | Finish


class Kind(Protocol):
    """A kind: its shape and its behaviour. ``execute`` and ``resume`` may raise ``StepError``."""

    spec: KindSpec

    def execute(self, call: StepCall) -> Outcome:
        """Do the step with evaluated settings; no lock is held, no transaction is open."""
        ...

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Take the news that ended a wait or effect (the signal's ``data``) and go on."""
        ...


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault of a definition: where it is and what to do. ``line`` is 1-based in the file, None if unknown."""

    message: str
    severity: Literal["error", "warning"] = "error"
    step: str | None = None
    field: str | None = None
    line: int | None = None
    code: str = "definition.invalid"
    details: Mapping[str, JSON] = made_field(default_factory=dict)
