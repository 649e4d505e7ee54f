"""Says whether a case is confidential: for its owner, its parties and those with a task in it alone."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from cases.errors import CaseNotFound
from cases.models import Case
from cases.operations.watching import refuse_to_change
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person


def set_confidential(*, number: str, confidential: bool, person: Person) -> Case:
    """This will make the case confidential, or open it to its team again. Raises CaseNotFound, CaseForbidden."""
    with transaction.atomic(durable=True):
        case = _get_case(number, person)
        if case.confidential != confidential:
            Case.objects.filter(pk=case.pk).update(confidential=confidential, revision=F("revision") + 1)
            record(
                "case.changed",
                actor=Actor.person(person),
                subject=("case", number),
                data={"number": number, "fields": ["confidential"]},
                changes={"confidential": (case.confidential, confidential)},
                correlation=number,
                team_id=case.team_id,
            )
            case.confidential = confidential
    return case


def _get_case(number: str, person: Person) -> Case:
    case = Case.objects.visible_to(person).filter(number=number).first()
    if case is None:
        raise CaseNotFound
    refuse_to_change(case, person)
    return Case.objects.select_for_update(no_key=True).get(pk=case.pk)
