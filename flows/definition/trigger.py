"""What a trigger is: its shape (settings, roots of expressions, words), when it is due, and what it starts.

Triggers implement ``TriggerKind``; operations alone act on what one says. Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from flows.definition.effect import ConnectionFacts, ResolvedConnection
from flows.definition.kind import Finding, Setting, StepError
from flows.definition.model import JSON
from flows.definition.sentences import Segments

CALL_ROOTS = ("body", "headers", "query")


@dataclass(frozen=True, kw_only=True)
class TriggerSpec:
    """The shape of a trigger. ``literal`` settings are never evaluated.

    ``roots`` are what its expressions may refer to, and ``requested_by`` with them; ``roots_of`` names those of single
    settings that see something else. ``describe`` gives one sentence, without its full stop, from the settings.
    ``check`` gives findings that the settings' types alone cannot.
    ``keys`` names settings that must be expressions, since they pick something from what came.
    ``timing`` names those that say when it is due: as long as they stay the same, a new version moves no time.
    ``remembers_for`` names those whose change makes it forget its state.
    ``has_address``: it listens at ``/hooks/{path}``. ``by_hand``: people start runs with a form of its ``schema``.
    ``one_at_a_time``: while it still works for one due time, the next is left out.
    ``later`` names settings of the contract that this version refuses as not available yet.
    ``summary`` says in a few words what it is for. ``sentence`` tells the settings as a sentence without its full stop,
    in segments of which some are choices; without one, ``describe`` does.
    ``notes`` are further paragraphs of its documentation, in Markdown.
    ``example`` makes up a body from the settings, for triggers whose body no ``schema`` describes.
    """

    key: str
    label: str
    icon: str
    describe: Callable[[Mapping[str, JSON]], str]
    settings: tuple[Setting, ...] = ()
    roots: tuple[str, ...] = CALL_ROOTS
    roots_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    timing: tuple[str, ...] = ()
    remembers_for: tuple[str, ...] = ()
    has_address: bool = False
    by_hand: bool = False
    one_at_a_time: bool = False
    check: Callable[[Mapping[str, JSON]], Iterator[Finding]] | None = None
    later: tuple[str, ...] = ()
    summary: str = ""
    sentence: Callable[[Mapping[str, JSON]], Segments] | None = None
    notes: str = ""
    example: Callable[[Mapping[str, JSON]], JSON] | None = None

    def roots_for(self, setting: str) -> tuple[str, ...]:
        """What the expressions of this setting may refer to."""
        return self.roots_of.get(setting, self.roots)

    def is_literal(self, setting: str) -> bool:
        """Whether nothing below this setting is an expression."""
        return any(known.literal for known in self.settings if known.name == setting)


@dataclass(frozen=True, kw_only=True)
class DuePlan:
    """What to do about a due time: the times to act on now, oldest first, and when it is due next (None: never).

    ``missed`` says in words what was left out because nothing ran at its time, "" when nothing was.
    """

    times: tuple[datetime, ...]
    next_at: datetime | None
    missed: str = ""


@dataclass(frozen=True, kw_only=True)
class Firing:
    """One occasion: a due time or an event.

    ``event`` is ``{id, name, at, actor, subject, data, changes, team, correlation}``, None for a due time. ``state`` is
    what the trigger kept of its last success (None at first). ``resolve_connection`` raises ``StepError``.
    ``flow`` and ``team`` are their keys. ``resolve_secret`` gives the team's newest value of that name; raises
    ``StepError``.
    """

    settings: Mapping[str, JSON]
    flow: str
    team: str
    team_id: int
    zone: str
    now: datetime
    state: JSON = None
    planned_at: datetime | None = None
    event: Mapping[str, JSON] | None = None
    connection_of: Callable[[str], ConnectionFacts | None]
    resolve_connection: Callable[[str], ResolvedConnection]
    resolve_secret: Callable[[str], str]
    outbound_allow: tuple[str, ...] = ()


class BroughtFile(Protocol):
    """A file that came with an item, spooled: kept with its run, else dropped."""

    @property
    def id(self) -> UUID: ...

    @property
    def upload(self) -> Any: ...

    @property
    def facts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Start:
    """A run to start with this body. ``is_item``: it came from outside.

    An item is held against ``schema``, its ``dedupe`` key starts one run only, and it is kept as a stored request.
    ``key`` tells repeats where the flow has no ``dedupe``. ``refusal``, ``(code, reason)``, says why it starts nothing.
    With a ``position`` the item lands alone, may go to what exists already (``correlate``, ``on_existing``), and the
    position is what the trigger keeps from then on, in one transaction with what became of it.
    """

    body: JSON
    is_item: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, JSON] = field(default_factory=dict)
    files: tuple[Mapping[str, JSON], ...] = ()
    key: str | None = None
    brought: tuple[BroughtFile, ...] = ()
    refusal: tuple[str, str] | None = None
    position: JSON = None


@dataclass(frozen=True, kw_only=True)
class Fired:
    """What came of an occasion: runs to start, and what to keep for the next one, in one transaction with them."""

    starts: tuple[Start, ...] = ()
    state: JSON = None


class TriggerKind(Protocol):
    """A trigger: its shape and its behaviour."""

    spec: TriggerSpec

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """When it is due first after it went live; None for one that no clock starts. ``zone``: where none is set."""
        ...

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """What to do about the due time ``planned_at``, which may lie long back."""
        ...

    def hears(self, settings: Mapping[str, JSON]) -> str:
        """The event that starts it, ``case.opened``, or several, ``case.*``; "" when no event does."""
        ...

    def fire(self, firing: Firing) -> Fired:
        """Find out what to start. No transaction is open, so it may call outside. Raises ``StepError``."""
        ...


class Untimed:
    """What triggers share that neither a clock nor an event starts."""

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """Never."""
        return None

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """Nothing to do, and never again."""
        return DuePlan(times=(), next_at=None)

    def hears(self, settings: Mapping[str, JSON]) -> str:
        """No event."""
        return ""

    def fire(self, firing: Firing) -> Fired:
        """Refuse. Raises ``StepError`` with code ``trigger.not_timed``."""
        raise StepError("trigger.not_timed", f"Nothing but a call from outside starts the flow '{firing.flow}'.")
