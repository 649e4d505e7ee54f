"""Makes, changes and removes types of cases. Cases that are open keep what they have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from cases.case_types import KEY, CaseTypeData, check_type, invalid
from cases.errors import CaseTypeError
from cases.models import Case, CaseType
from cases.operations.inside import assert_in_transaction
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person, Team
from integrator.people.rights import Action, EveryTeam, can, team_ids_where


def ensure_case_types_in(keys: Iterable[str], *, actor: Actor, now: datetime) -> list[str]:
    """This will make the types that do not exist yet, with the default statuses, and give their keys.

    Two publishers at once both succeed; each new type has one event. Keys are 1 to 100 characters.
    """
    assert_in_transaction()
    wanted = sorted(set(keys))
    known = set(CaseType.objects.filter(key__in=wanted).values_list("key", flat=True))
    made: list[str] = []
    for key in wanted:
        if key in known:
            continue
        name = key.replace("-", " ").replace("_", " ").strip().capitalize() or key
        case_type, is_new = CaseType.objects.get_or_create(key=key, defaults={"name": name, "created_at": now})
        if is_new:
            _record("case_type.added", case_type, actor, {"statuses": case_type.statuses})
            made.append(key)
    return made


def add_case_type(*, key: str, data: CaseTypeData, person: Person, now: datetime) -> CaseType:
    """This will add a type. Raises CaseTypeError (forbidden, invalid, exists)."""
    team = _read_team(data.team)
    _refuse_strangers(person, team)
    if not KEY.fullmatch(key):
        raise invalid("key", "A short name has 1 to 100 small letters, digits, - and _, such as customer-dispute.")
    columns = check_type(data)
    try:
        with transaction.atomic(durable=True):
            case_type = CaseType.objects.create(key=key, team=team, created_at=now, **columns)
            _record("case_type.added", case_type, Actor.person(person), {"statuses": case_type.statuses})
    except IntegrityError as error:
        raise CaseTypeError("case_type.exists", f"There is a case type {key!r} already. Change that one.") from error
    return case_type


def change_case_type(*, key: str, data: CaseTypeData, person: Person) -> CaseType:
    """This will change a type for what comes. Raises CaseTypeError (not_found, forbidden, invalid)."""
    get_type_to_change(person, key)
    columns: dict[str, Any] = {**check_type(data), "team": _read_team(data.team)}
    with transaction.atomic(durable=True):
        case_type = CaseType.objects.select_for_update(of=("self",), no_key=True).get(key=key)
        _refuse_strangers(person, case_type.team)
        _refuse_strangers(person, columns["team"])
        changes = {
            name: (_tell(getattr(case_type, name)), _tell(value))
            for name, value in columns.items()
            if getattr(case_type, name) != value
        }
        if changes:
            for name in changes:
                setattr(case_type, name, columns[name])
            case_type.revision += 1
            case_type.save()
            _record("case_type.changed", case_type, Actor.person(person), {"fields": sorted(changes)}, changes)
    return case_type


def remove_case_type(*, key: str, person: Person) -> None:
    """This will remove a type that no case ever had. Raises CaseTypeError (not_found, forbidden, used)."""
    with transaction.atomic(durable=True):
        case_type = get_type_to_change(person, key)
        if Case.objects.filter(type=case_type).exists():
            message = f"There are cases of the type {case_type}, so it stays. Take it off the offer instead."
            raise CaseTypeError("case_type.used", message)
        _record("case_type.removed", case_type, Actor.person(person), {})
        case_type.delete()


def get_type_to_change(person: Person, key: str) -> CaseType:
    """This will give a type that the person may change. Raises CaseTypeError (not_found, forbidden)."""
    case_type = CaseType.objects.filter(key=key).select_related("team").first()
    if case_type is None or not team_ids_where(person, Action.CASE_READ):
        raise CaseTypeError("case_type.not_found", "There is no such case type.")
    _refuse_strangers(person, case_type.team)
    return case_type


def can_manage(person: Person, case_type: CaseType) -> bool:
    """Admins may change every type, leads those of their teams."""
    return _may(person, case_type.team)


def _may(person: Person, team: Team | None) -> bool:
    if team is None:
        return isinstance(team_ids_where(person, Action.CASE_TYPE_MANAGE), EveryTeam)
    return can(person, Action.CASE_TYPE_MANAGE, team)


def _refuse_strangers(person: Person, team: Team | None) -> None:
    if not _may(person, team):
        words = f"Leads of {team} and admins" if team is not None else "Admins"
        raise CaseTypeError("case_type.forbidden", f"{words} may change this case type. Ask one of them.")


def _read_team(slug: str | None) -> Team | None:
    if not slug:
        return None
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise invalid("team", f"There is no team {slug!r:.80}. Write the short name of a team.")
    return team


def _tell(value: Any) -> Any:
    return value.slug if isinstance(value, Team) else value


def _record(
    name: str, case_type: CaseType, actor: Actor, data: dict[str, Any], changes: dict[str, Any] | None = None
) -> None:
    record(
        name,
        actor=actor,
        subject=("case_type", case_type.pk),
        data={"key": case_type.key, "name": case_type.name, **data},
        changes=changes or {},
        team_id=case_type.team_id,
    )
