"""Who acts for whom at a moment. Reads only; the writes are in ``operations/substitutes``.

Only substitutions of one step count: who acts for Lee does not act for those whom Lee acts for.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrator.people.models import Person, Substitution
from integrator.people.rights import get_memory

COVERED = "covered_by"  # the name under which a request remembers them


def list_covering(person: Person, at: datetime) -> list[Substitution]:
    """This will give who acts for the person at that moment, by start; deactivated people act for nobody. One query."""
    rows = running(at).filter(person=person, substitute__is_active=True)
    return list(rows.select_related("substitute", "team").order_by("starts_at", "id"))


def list_covered_by(person: Person, at: datetime) -> list[Substitution]:
    """This will give for whom the person acts at that moment, by start, as long as those are active. One query."""
    rows = running(at).filter(substitute=person, person__is_active=True)
    return list(rows.select_related("person", "team").order_by("starts_at", "id"))


def get_covered_by(person: Person) -> list[Substitution]:
    """This will give for whom the person acts now; asked once in a request that remembers the grants."""
    kept = get_memory(person)
    if kept is None:
        return list_covered_by(person, timezone.now())
    if COVERED not in kept:
        kept[COVERED] = list_covered_by(person, timezone.now())
    found: list[Substitution] = kept[COVERED]
    return found


def running(at: datetime) -> QuerySet[Substitution]:
    """The substitutions that hold at that moment, whoever they are of."""
    is_unended = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    return Substitution.objects.filter(is_unended, starts_at__lte=at, ends_at__gt=at)
