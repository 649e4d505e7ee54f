"""The state of a run as one compact JSON document: tokens, scopes, small outputs, counters. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.definition.model import JSON

ROOT = 0
INLINE_BYTES = 1_024
CROWD = 16  # scopes; where more are open, only outputs up to ``INLINE_BYTES_IN_CROWD`` stay in the state
INLINE_BYTES_IN_CROWD = 128
MOST_TOKENS = 250  # with so many a loop begins no second body beside a live one
MAX_STATE_BYTES = 262_144

TokenStatus = Literal["ready", "parked", "incident"]


@dataclass(slots=True)
class Token:
    """One position in the flow. ``visit_id`` (hex) is set once its step has been entered."""

    id: int
    step: str
    scope: int
    status: TokenStatus = "ready"
    visit_id: str | None = None
    park: dict[str, Any] | None = None  # {kind, id, subject, until} while parked or in an incident
    join: dict[str, Any] | None = None  # what arrived, for a token that stands on a join
    edited: JSON = None  # settings given by a person, used instead of the evaluated ones
    tries: int = 0  # how often its retry rule has let the step be tried again

    def as_list(self) -> list[Any]:
        """The token as stored."""
        return [
            self.id, self.step, self.scope, self.status, self.visit_id, self.park, self.join, self.edited, self.tries,
        ]  # fmt: skip


@dataclass(slots=True)
class LoopState:
    """How far a loop has come. ``source`` says where its items are; ``visit`` (hex) is that of its opener."""

    visit: str
    source: dict[str, Any]
    total: int
    parallel: int
    stops: bool
    name: str = ""
    begun: int = 0  # items whose body has begun: the next one's index
    failed: int = 0
    result_bytes: int = 0
    unbroken: int = 0  # what the run's count was when the loop opened: an item that is done counts as progress

    def as_list(self) -> list[Any]:
        """The loop as stored."""
        return [getattr(self, name) for name in self.__slots__]


@dataclass(slots=True)
class Scope:
    """One opening of a part of the flow. ``outputs`` holds the newest output of each step in it, by reference.

    A loop is a scope with ``loop`` whose children are its bodies: scopes with an ``index``.
    """

    id: int
    parent: int | None
    opener: str | None
    arrived: int = 0
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    index: int | None = None
    loop: LoopState | None = None

    def as_list(self) -> list[Any]:
        """The scope as stored."""
        stored = [self.id, self.parent, self.opener, self.arrived, self.outputs]
        if self.index is None and self.loop is None:
            return stored
        return [*stored, self.index, self.loop.as_list() if self.loop else None]

    def get_result(self) -> dict[str, Any] | None:
        """The newest output in it that says something, by reference; None without one."""
        return next((ref for ref in reversed(self.outputs.values()) if ref.get("v", "") is not None), None)

    @classmethod
    def from_list(cls, row: list[Any]) -> Scope:
        """A scope as stored."""
        scope = cls(*row)
        if isinstance(scope.loop, list):
            scope.loop = LoopState(*scope.loop)
        return scope


@dataclass(slots=True)
class RunState:
    """Everything the planner needs to go on with a run."""

    tokens: dict[int, Token] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=lambda: {ROOT: Scope(ROOT, None, None)})
    visits: dict[str, int] = field(default_factory=dict)
    sequence: int = 0
    unbroken: int = 0  # visits since the run last waited
    last_id: int = 0
    error: dict[str, Any] | None = None  # {step, output}: what led to the flow's on_error, once it was taken
    answered: bool = False  # whether the caller who waits has an answer
    has_items: bool = False  # a loop of this run has had rows of items
    joins_case: bool = False  # begun on an open case, and no step has opened one: the first that would joins it

    @classmethod
    def load(cls, text: str) -> RunState:
        """Read what ``dump`` wrote; the empty text is a run that has not begun."""
        if not text:
            return cls()
        data = json.loads(text)
        state = cls(visits=data["v"], sequence=data["s"], unbroken=data["u"], last_id=data["i"])
        state.error, state.answered = data.get("e"), data.get("a", False)
        state.has_items = data.get("l", False)
        state.joins_case = data.get("j", False)
        state.tokens = {row[0]: Token(*row) for row in data["t"]}
        state.scopes = {row[0]: Scope.from_list(row) for row in data["c"]}
        return state

    def dump(self) -> str:
        """Compact JSON text."""
        data: dict[str, Any] = {
            "v": self.visits,
            "s": self.sequence,
            "u": self.unbroken,
            "i": self.last_id,
            "t": [token.as_list() for token in self.tokens.values()],
            "c": [scope.as_list() for scope in self.scopes.values()],
        }
        if self.error is not None:
            data["e"] = self.error
        if self.answered:
            data["a"] = True
        if self.has_items:
            data["l"] = True
        if self.joins_case:
            data["j"] = True
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)

    def next_id(self) -> int:
        """A fresh number for a token or scope of this run."""
        self.last_id += 1
        return self.last_id

    def add_token(self, *, step: str, scope: int) -> Token:
        """Put a ready token on ``step``."""
        token = Token(self.next_id(), step, scope)
        self.tokens[token.id] = token
        return token

    def find_parked(self, subject_id: str) -> Token | None:
        """The token that waits for this wait, effect or incident (hex id), None when nobody does."""
        for token in self.tokens.values():
            if token.park is not None and token.park["id"] == subject_id:
                return token
        return None

    def get_output(self, step: str, scope: int) -> dict[str, Any] | None:
        """The newest output of ``step`` seen from ``scope``: its own instance, then the enclosing ones."""
        current: int | None = scope
        while current is not None:
            instance = self.scopes[current]
            if step in instance.outputs:
                return instance.outputs[step]
            current = instance.parent
        return None

    def list_bodies(self, scope: int) -> Iterator[Scope]:
        """The bodies of loops that ``scope`` lies in, itself included, innermost first."""
        current: int | None = scope
        while current is not None:
            instance = self.scopes[current]
            if instance.index is not None:
                yield instance
            current = instance.parent

    def get_loop(self, body: Scope) -> LoopState:
        """The loop that ``body`` belongs to."""
        loop = self.scopes[body.parent or ROOT].loop
        if loop is None:
            raise LookupError(f"scope {body.id} is no body")
        return loop

    def list_seen_steps(self, scope: int) -> Iterator[str]:
        """Keys of the steps whose output is visible from ``scope``."""
        seen: set[str] = set()
        current: int | None = scope
        while current is not None:
            instance = self.scopes[current]
            for key in instance.outputs:
                if key not in seen:
                    seen.add(key)
                    yield key
            current = instance.parent

    @property
    def inline_bytes(self) -> int:
        """Up to which length an output is kept in the state: less where many bodies and branches have theirs in it."""
        return INLINE_BYTES if len(self.scopes) <= CROWD else INLINE_BYTES_IN_CROWD

    @property
    def has_ready(self) -> bool:
        """Whether some step can execute now."""
        return any(token.status == "ready" for token in self.tokens.values())

    @property
    def is_over(self) -> bool:
        """Whether no token is left."""
        return not self.tokens


def size_of(reference: Mapping[str, Any] | None) -> int:
    """About how many bytes the value behind an output reference takes in a list; None stands for null."""
    if reference is None:
        return 5
    if "v" in reference:
        return len(json.dumps(reference["v"], ensure_ascii=False)) + 1
    return int(reference.get("n", MAX_STATE_BYTES))
