"""What filters of lists offer, and which tasks of a case somebody may answer. Visibility comes first."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from cases.models import Case, Task
from integrator.people.models import Person, Team
from integrator.people.rights import is_active_person


def list_asked_teams(person: Person) -> QuerySet[Team]:
    """This will give the teams in whose name the person can be asked, by name."""
    if not is_active_person(person):
        return Team.objects.none()
    theirs = Q(memberships__person=person) | Q(lead=person)
    return Team.objects.filter(theirs).distinct().order_by("name", "id")


def list_decidable_ids(person: Person, case: Case) -> set[uuid.UUID]:
    """This will give the ids of the case's tasks that this person may answer now."""
    return set(Task.objects.decidable_by(person).filter(case=case).order_by().values_list("id", flat=True))
