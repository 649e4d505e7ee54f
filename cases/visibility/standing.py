"""What one person is at one moment: their roles by team, the teams they lead, and whom they act for. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from integrator.people.models import Membership, Person, Substitution, Team
from integrator.people.rights import (
    Action,
    EveryTeam,
    Grants,
    TeamScope,
    collect_grants,
    get_grants,
    get_memory,
    is_active_person,
)
from integrator.people.substitutes import COVERED, list_covered_by, running


@dataclass(frozen=True, kw_only=True)
class Hat:
    """In whose place somebody answers: their own, or that of somebody they cover (``substitution`` is set).

    ``decides`` and ``works`` are the teams of their roles, ``led`` those whose lead they are. With ``team_id`` only
    what is asked of that team counts, and what is asked by name for a flow of it.
    """

    person: Person
    decides: frozenset[int]
    works: frozenset[int]
    led: frozenset[int]
    team_id: int | None = None
    substitution: Substitution | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that the rules ask of a person. ``reads`` is where they may see cases."""

    person: Person
    at: datetime
    own: Hat
    covers: tuple[Hat, ...]
    reads: TeamScope


def read_standing(person: Person, now: datetime | None = None) -> Standing | None:
    """This will read what the person is; None for somebody deactivated or not signed in, who sees nothing.

    Two queries, five when they act for somebody; none again in a request that remembers the grants.
    """
    if not is_active_person(person):
        return None
    kept = get_memory(person)
    if kept is not None and now is None and "standing" in kept:
        return kept["standing"]  # type: ignore[no-any-return]  # what was put there below
    standing = _read(person, now or timezone.now())
    if kept is not None and now is None:
        kept["standing"] = standing
    return standing


def list_substitutes(now: datetime) -> tuple[tuple[int, Hat], ...]:
    """This will give everybody who acts for somebody now, by id, with the hat they wear. One query, or three."""
    rows = running(now).filter(person__is_active=True, substitute__is_active=True)
    found = list(rows.select_related("person", "team").order_by("starts_at", "id"))
    return tuple((row.substitute_id, hat) for row, hat in zip(found, _list_covers(found), strict=True)) if found else ()


def _read(person: Person, now: datetime) -> Standing:
    grants, (led, acts_for_somebody) = get_grants(person), _look_up(person, now)
    covered_by = list_covered_by(person, now) if acts_for_somebody else []
    kept = get_memory(person)
    if kept is not None:
        kept.setdefault(COVERED, covered_by)  # the banner asks for the same
    return Standing(
        person=person,
        at=now,
        own=_make_hat(person, grants, led),
        covers=_list_covers(covered_by) if covered_by else (),
        reads=grants.scope_of(Action.CASE_READ),
    )


def _look_up(person: Person, now: datetime) -> tuple[set[int], bool]:
    """The teams the person leads, and whether they act for somebody, which hardly anybody does: one query for both."""
    runs = Q(coverings__starts_at__lte=now, coverings__ends_at__gt=now)
    rows = Person.objects.filter(pk=person.pk).annotate(running=FilteredRelation("coverings", condition=runs))
    found = list(rows.order_by().values_list("leads__id", "running__id"))
    return {led for led, _ in found if led is not None}, any(covers is not None for _, covers in found)


def _list_covers(rows: list[Substitution]) -> tuple[Hat, ...]:
    led, grants = _list_led([row.person_id for row in rows]), _list_grants([row.person for row in rows])
    return tuple(_cover(row, grants[row.person_id], led[row.person_id]) for row in rows)


def _make_hat(person: Person, grants: Grants, led: Iterable[int], row: Substitution | None = None) -> Hat:
    return Hat(
        person=person,
        decides=_list_team_ids(grants.scope_of(Action.TASK_DECIDE)),
        works=_list_team_ids(grants.scope_of(Action.TASK_DO)),
        led=frozenset(led),
        team_id=row.team_id if row is not None else None,
        substitution=row,
    )


def _cover(row: Substitution, grants: Grants, led: Iterable[int]) -> Hat:
    hat = _make_hat(row.person, grants, led, row)
    if row.team_id is None:
        return hat
    only = frozenset({row.team_id})
    return Hat(
        person=hat.person,
        decides=hat.decides & only,
        works=hat.works & only,
        led=hat.led & only,
        team_id=row.team_id,
        substitution=row,
    )


def _list_team_ids(scope: TeamScope) -> frozenset[int]:
    if isinstance(scope, EveryTeam):
        return frozenset(Team.objects.values_list("id", flat=True))
    return frozenset(scope)


def _list_led(person_ids: Iterable[int]) -> defaultdict[int, set[int]]:
    led: defaultdict[int, set[int]] = defaultdict(set)
    for lead_id, team_id in Team.objects.filter(lead_id__in=list(person_ids)).values_list("lead_id", "id"):
        if lead_id is not None:
            led[lead_id].add(team_id)
    return led


def _list_grants(people: list[Person]) -> dict[int, Grants]:
    if not people:
        return {}
    held: defaultdict[int, list[tuple[int | None, str]]] = defaultdict(list)
    rows = Membership.objects.filter(person_id__in={person.pk for person in people})
    for person_id, team_id, role in rows.values_list("person_id", "team_id", "role"):
        held[person_id].append((team_id, role))
    return {person.pk: collect_grants(held[person.pk], is_superuser=person.is_superuser) for person in people}
