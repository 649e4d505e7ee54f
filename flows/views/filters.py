"""The chips above a list, as ``components/chips.html`` takes them. Words only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flows.queries.flows import flows_visible_to
from integrator.pages.filters import make_filter
from integrator.people.models import Person
from integrator.people.rights import Action

MAX_OPTIONS = 100
__all__ = ["make_filter", "make_flow_filter", "pick"]


def make_flow_filter(person: Person, value: str, action: Action = Action.RUN_READ) -> dict[str, Any]:
    """The chip for flows: those of the teams in which the person may do ``action``. One query."""
    flows = flows_visible_to(person, action).order_by("name", "id").values_list("key", "name")[:MAX_OPTIONS]
    return make_filter("flow", "Flow", value, flows)


def pick(value: str, known: Iterable[str]) -> str:
    """The value of an address if it is known, else nothing: an old link shows the whole list."""
    return value if value in set(known) else ""
