"""One edit at work: the data it changes, what kinds there are, and typed reading of its operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.definition.editing.document import TRIGGER, Data, as_step, steps_of
from flows.definition.editing.errors import EditFault
from flows.definition.kind import KindSpec
from flows.definition.validation.faults import key_fault

MAX_PIXELS = 1_000_000


@dataclass(kw_only=True)
class Work:
    """``renamed`` maps the keys that an edit proposed to those they got."""

    data: Data
    kinds: Mapping[str, KindSpec]
    renamed: dict[str, str] = field(default_factory=dict)

    def spec_of(self, key: str) -> KindSpec | None:
        """The shape of a step's kind, None for an unknown one."""
        return self.kinds.get(steps_of(self.data)[key].get("kind", ""))

    def exits_of(self, key: str) -> tuple[str, ...]:
        """The legal ports of a step by its kind and settings, ``error`` apart; of an unknown kind those it has."""
        spec = self.spec_of(key)
        step = as_step(key, steps_of(self.data)[key])
        return spec.exits(step) if spec else tuple(port for port in step.links if port != "error")

    def now_called(self, key: str) -> str:
        """The key by which a step goes that this edit added under another one."""
        return self.renamed.get(key, key)


@dataclass(frozen=True, kw_only=True)
class Op:
    """One operation as it was sent. Every reader raises EditFault ``edit.malformed`` for what has another type."""

    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Which operation it is."""
        return self.text("op")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; with a default it may be missing."""
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value):
            raise malformed(f"'{key}' must be a text")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        value = self.data.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise malformed(f"'{key}' must be a list of texts")
        return value

    def mapping(self, key: str) -> Data | None:
        """A mapping, None when it is missing."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            raise malformed(f"'{key}' must be a mapping")
        return value

    def place(self, key: str) -> list[int] | None:
        """Two whole pixels, None when missing."""
        value = self.data.get(key)
        return None if value is None else as_place(value, key)

    def after(self) -> tuple[str, str] | None:
        """Behind which port to go on: (step or "trigger", port), None for nowhere."""
        after = self.mapping("after")
        if after is None:
            return None
        where = Op(data=after)
        step = where.text("step")
        return step, "next" if step == TRIGGER else where.text("port", "next")


def as_place(value: Any, what: str) -> list[int]:
    """A pair of pixels, rounded. Raises EditFault ``edit.place``."""
    numbers = value if isinstance(value, (list, tuple)) and len(value) == 2 else ()
    if len(numbers) != 2 or any(
        isinstance(number, bool) or not isinstance(number, (int, float)) or not abs(number) <= MAX_PIXELS
        for number in numbers
    ):
        raise EditFault("edit.place", f"'{what}' must be two numbers of pixels, such as [640, 120].")
    return [round(number) for number in numbers]


def check_new_key(key: str, what: str) -> None:
    """Raises EditFault ``edit.key`` for what cannot name a step, port or note."""
    message = "'trigger' names what starts the flow. Choose another key." if key == TRIGGER else key_fault(key, what)
    if message:
        raise EditFault("edit.key", message)


def malformed(what: str) -> EditFault:
    """The fault of an operation that cannot be read."""
    return EditFault("edit.malformed", f"This change cannot be read: {what}. Load the page again and repeat it.")
