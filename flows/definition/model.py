"""The flow definition as frozen values: what a flow file says, and nothing about running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

JSON = Any  # plain JSON: dict, list, str, int, float, bool, None
EMPTY: Mapping[str, Any] = MappingProxyType({})


_CAPITALS = {
    word.lower(): word for word in ("API", "CRM", "CSV", "ERP", "HTTP", "ID", "JSON", "PDF", "SLA", "URL", "VAT")
}


def key_words(key: str) -> str:
    """A key read as words: ``open_case`` is "Open case", ``http_request`` is "HTTP request"."""
    words = [_CAPITALS.get(word, word) for word in key.split("_")]
    said = " ".join(word for word in words if word)
    return said[:1].upper() + said[1:]


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and after which delays a known failure is tried again. Delays are seconds."""

    max_attempts: int = 1
    first_delay_s: float = 1.0
    factor: float = 2.0
    max_delay_s: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One node: its kind, settings as written (expressions still texts with ``=``) and links by port."""

    key: str
    kind: str
    name: str = ""
    settings: Mapping[str, JSON] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    retry: RetryPolicy | None = None

    @property
    def title(self) -> str:
        """The name for people; without one, the key read as words."""
        return self.name or key_words(self.key)


@dataclass(frozen=True, kw_only=True)
class TriggerDefinition:
    """What starts the flow: its kind and settings as written."""

    kind: str
    settings: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FlowDefinition:
    """A whole flow. ``steps`` keeps the order of the file; ``start`` names one of them."""

    key: str
    name: str
    team: str
    start: str
    steps: Mapping[str, Step]
    description: str = ""
    vars: Mapping[str, JSON] = field(default_factory=dict)
    trigger: TriggerDefinition | None = None
    requested_by: str | None = None
    sensitive: tuple[str, ...] = ()
    forms: Mapping[str, JSON] = field(default_factory=dict)
    on_error: JSON = None
    notes: JSON = None
    layout: JSON = None
    tests: JSON = None
