"""One address of the registry of addresses by right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrator.people.rights import Action
from tests.support.personas import Personas


@dataclass(frozen=True, kw_only=True)
class Route:
    """A named address. ``verbs`` says what each method answers the owner; any other method is 405 or 404.

    ``kwargs`` makes the address's parts out of the personas; ``body`` is posted. ``everywhere``: a right in one team is
    not enough. ``is_scoped``: the address is about one team, so the owner of another one sees nothing (404).
    """

    name: str
    action: Action | None
    verbs: Mapping[str, int]
    kwargs: Callable[[Personas], dict[str, Any]] = lambda personas: {}
    body: Callable[[Personas], dict[str, Any]] = lambda personas: {}
    everywhere: bool = False
    is_scoped: bool = False
    is_machine: bool = field(default=False)
