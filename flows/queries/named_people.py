"""What people are called whom a design names, so that its sentences name them as pages do. Files keep user names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db.models import Q
from django.db.models.functions import Lower

from flows.definition.model import FlowDefinition
from flows.definition.references import list_people, name_people
from flows.registry import kind_specs, trigger_specs
from integrator.people.models import Person

MAX_NAMED = 1_000  # whoever comes behind them by name is told as written


def get_people_names(*definitions: FlowDefinition) -> dict[str, str]:
    """What those whom these designs name are called, by the name that is written; nobody unknown is in it.

    Two who are called the same are told apart by what is written. One query, none where only teams are named.
    """
    said = frozenset().union(*(list_people(one, kind_specs(), trigger_specs()) for one in definitions))
    written = sorted(name for name in said if "\x00" not in name)[:MAX_NAMED]
    if not written:
        return {}
    mails = {name.lower() for name in written if "@" in name}
    named = Q(username__in=written) | (Q(mail__in=mails) if mails else Q())
    people = list(Person.objects.alias(mail=Lower("email")).filter(named).order_by("id"))
    called = {person.email.lower(): str(person) for person in people if person.email}
    by_user_name = {person.username: str(person) for person in people}
    found = {name: by_user_name.get(name) or called.get(name.lower(), "") for name in written}
    return _tell_apart({name: words for name, words in found.items() if words}, said)


def with_people_named(definition: FlowDefinition) -> FlowDefinition:
    """The design with people by their names, to be told in words and for nothing else. One query at most."""
    return name_people(definition, get_people_names(definition), kind_specs())


def _tell_apart(called: Mapping[str, str], written: frozenset[str]) -> dict[str, str]:
    """The same with ``Ana Silva (ana2)`` where a name alone would be that of two."""
    counts = Counter([*called.values(), *(name for name in written if called.get(name) != name)])
    return {name: words if counts[words] == 1 else f"{words} ({name})" for name, words in called.items()}
