"""Reads ``lee``, ``lee@example.org``, ``team:legal``, ``each:team:legal`` as written in flows. Only reads.

RefUnknown                person.unknown      nobody, or nobody active, is called so
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from integrator.people.errors import PeopleError
from integrator.people.models import Person, Team


class RefUnknown(PeopleError):
    """A reference names nobody. ``details["who"]`` is the reference, where there is one."""

    code = "person.unknown"


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference as written: its sort and the bare name."""

    sort: Literal["person", "team", "each"]
    name: str


def parse_ref(text: Any) -> Ref:
    """Read one reference. Raises RefUnknown when it is no text or names nobody."""
    if not isinstance(text, str) or not text.strip():
        raise RefUnknown("Somebody to ask is missing: name a person or a team such as team:legal.")
    written = text.strip()
    for prefix, sort in (("each:team:", "each"), ("team:", "team")):
        if written.startswith(prefix):
            return Ref(sort=sort, name=written.removeprefix(prefix).strip())  # type: ignore[arg-type]  # a literal above
    return Ref(sort="person", name=written)


def find_person(name: str) -> Person | None:
    """The person with this user name or, failing that, this e-mail address in any case; None when nobody has it.

    Deactivated people are found too.
    """
    if "\x00" in name:
        return None
    found = Person.objects.filter(username=name).first()
    if found is None and "@" in name:
        found = Person.objects.filter(email__iexact=name).first()
    return found


def get_active_person(name: str) -> Person:
    """The active person of this name. Raises RefUnknown naming it."""
    person = find_person(name)
    if person is None:
        message = f"Nobody here is called {name!r:.300}. Write a user name, an e-mail address or team:…"
        raise RefUnknown(message, details={"who": name})
    if not person.is_active:
        raise RefUnknown(f"{person} ({name}) is deactivated. Name somebody else.", details={"who": name})
    return person


def get_team(slug: str) -> Team:
    """The team of this short name. Raises RefUnknown naming it."""
    team = None if "\x00" in slug else Team.objects.filter(slug=slug).first()
    if team is None:
        message = f"There is no team {slug!r:.300}. Write the short name of a team."
        raise RefUnknown(message, details={"who": f"team:{slug}"})
    return team
