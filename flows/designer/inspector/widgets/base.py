"""What a widget is, what it may ask for, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flows.definition.kind import Setting
from flows.definition.model import JSON

Parts = Mapping[str, str]  # the inputs of a form by name, rows as ``0.label``; what a browser would send


class Unreadable(Exception):
    """What was typed is no value. ``part`` names the input, "" the whole field."""

    code = "inspector.unreadable"
    retryable = False

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.message, self.part = message, part
        self.details: dict[str, JSON] = {"part": part}


class Unfit(Exception):
    """A value of another shape than this form shows."""


class Offered(Protocol):
    """Something to choose. ``hint`` is a word beside it, such as how many people a team has."""

    @property
    def value(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def hint(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something that a widget itself offers."""

    value: str
    label: str
    hint: str = ""


class Facts(Protocol):
    """What there is to choose from: people and teams, or what ``Setting.names`` says."""

    def options(self, names: str) -> Sequence[Offered]:
        """The choices, in the order to show them."""
        ...

    def form_versions(self, key: str) -> Sequence[Offered]:
        """The versions of a form of the library, newest first."""
        ...

    def may_add(self, names: str) -> bool:
        """Whether the reader may make one more of them in place."""
        ...

    def find_people(self, words: str) -> Sequence[Offered]:
        """Teams and people whose names hold the words, the best few; "" for the first of all."""
        ...

    def name_people(self, refs: Sequence[str]) -> Mapping[str, Offered]:
        """Those of these references (``team:legal``, ``lee``) that name somebody."""
        ...


class _NoFacts:
    def options(self, names: str) -> Sequence[Offered]:
        return ()

    def form_versions(self, key: str) -> Sequence[Offered]:
        return ()

    def may_add(self, names: str) -> bool:
        return False

    def find_people(self, words: str) -> Sequence[Offered]:
        return ()

    def name_people(self, refs: Sequence[str]) -> Mapping[str, Offered]:
        return {}


NO_FACTS: Facts = _NoFacts()


class Widget(Protocol):
    """How a type of setting is shown and read. ``read(fill(value))`` gives the value back."""

    template: str
    is_group: bool  # several inputs: a fieldset with a legend
    takes_expression: bool  # its own input takes an expression, so that it needs no switch

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The parts that show ``value`` (None: nothing is set). Raises ``Unfit``."""
        ...

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The value that the parts say, None for nothing. Raises ``Unreadable``."""
        ...

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """What the template shows, made of the parts, so that refused input stays."""
        ...
