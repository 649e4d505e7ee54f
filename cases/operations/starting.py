"""Opens cases by hand: of a type that is offered, in a team whose cases the person may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.answers import check_form_data
from cases.case_types import choose_priority
from cases.errors import CaseDuplicate, CaseForbidden, CaseInvalid
from cases.models import Case, CaseType
from cases.operations.beside import link_in
from cases.operations.cases import NewCase, open_case_in
from cases.operations.numbers import reserve_case_number
from cases.queries.cases import find_same_cases, get_case_for
from cases.shapes import check_priority, check_title
from integrator.events.actors import Actor
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can


@dataclass(frozen=True, kw_only=True)
class StartedCase:
    """What somebody gives for a new case. ``priority`` empty: as the type's rules say.

    ``anyway``: although there is one with the same ``business_key``. ``follows`` is the number of what it follows up.
    """

    type_key: str
    title: str
    team: str = ""
    priority: str = ""
    business_key: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    anyway: bool = False
    follows: str = ""


def start_case(*, new: StartedCase, person: Person, now: datetime) -> Case:
    """This will open a case that the person owns.

    Raises CaseInvalid (not offered, bad fields), CaseForbidden, CaseNotFound (what it follows), and CaseDuplicate where
    the person sees an open case of the type with the same business key.
    """
    case_type = CaseType.objects.filter(key=new.type_key, is_offered=True).select_related("team").first()
    if case_type is None:
        raise CaseInvalid("case.not_offered", "Cases of this type are not opened by hand. Choose one of those offered.")
    team = _get_team(new.team, case_type)
    if not can(person, Action.CASE_CHANGE, team):
        raise CaseForbidden(f"Those who change cases of {team} may open one there. Ask one of them.")
    before = get_case_for(person, new.follows) if new.follows else None
    data, faults = check_form_data(case_type.fields, dict(new.data))
    if faults:
        raise CaseInvalid("case.data_invalid", " ".join(row["message"] for row in faults[:3]), {"errors": faults})
    same = find_same_cases(person, type_key=case_type.key, business_key=new.business_key.strip())
    if same and not new.anyway:
        raise CaseDuplicate([case.number for case in same])
    opened = _describe(new, case_type, team, data or {}, person)
    number = reserve_case_number(now, case_type.key)
    with transaction.atomic(durable=True):
        case = open_case_in(replace(opened, number=number), actor=Actor.person(person), now=now)
        if before is not None:
            link_in(case, before, kind="follows", person=person, now=now)
    return case


def _describe(new: StartedCase, case_type: CaseType, team: Team, data: Any, person: Person) -> NewCase:
    """The case to be, without its number yet."""
    return NewCase(
        number="",
        type_key=case_type.key,
        title=check_title(new.title),
        team_id=team.pk,
        priority=check_priority(new.priority) if new.priority else choose_priority(case_type, data),
        status=case_type.statuses[0] if case_type.statuses else "open",
        owner_id=person.pk,
        data=data,
        business_key=new.business_key.strip()[:500],
    )


def _get_team(slug: str, case_type: CaseType) -> Team:
    if not slug and case_type.team is not None:
        return case_type.team
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise CaseInvalid("case.unknown_team", "Choose the team that the case belongs to.")
    return team
