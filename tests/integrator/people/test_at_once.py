"""What admins do to each other in the same moment: one goes first, and nobody is left without an admin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.people.errors import LastAdmin, MembershipMissing, PeopleError
from integrator.people.models import Person
from integrator.people.operations import (
    add_membership,
    add_team,
    deactivate_person,
    remove_membership,
    set_lead,
    set_parent,
)
from integrator.people.roles import Role
from tests.support.at_once import do_at_once
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def race(*jobs: Callable[[], object]) -> Counter[str]:
    """Do all jobs at the same moment; how often each was done or refused by what."""
    results = do_at_once(jobs, refusal=PeopleError)
    return Counter(type(each).__name__ if isinstance(each, PeopleError) else "done" for each in results)


class TestAtOnce:
    def test_admins_end_each_others_access_one_after_the_other(self) -> None:
        for _ in range(ROUNDS):
            Person.objects.update(is_active=False)
            admins = [make_person("", (None, Role.ADMIN)) for _ in range(3)]
            end = partial(deactivate_person, actor=SYSTEM, now=timezone.now())
            told = race(*(partial(end, person_id=admin.pk) for admin in admins))
            assert told == {"done": 2, LastAdmin.__name__: 1}
            assert Person.objects.filter(is_active=True).count() == 1

    def test_a_role_is_taken_once(self) -> None:
        for _ in range(ROUNDS):
            held = make_person("", (None, Role.AUDITOR)).memberships.get().pk
            before = Event.objects.filter(name="membership.removed").count()
            told = race(*[partial(remove_membership, membership_id=held, actor=SYSTEM)] * 4)
            assert told == {"done": 1, MembershipMissing.__name__: 3}
            assert Event.objects.filter(name="membership.removed").count() == before + 1

    def test_roles_leads_and_teams_above_are_set_in_one_order(self) -> None:
        legal, brand = (add_team(slug=slug, name=slug.title(), actor=SYSTEM) for slug in ("legal", "brand"))
        lia, bo = make_person("lia"), make_person("bo")
        for _ in range(ROUNDS):
            told = race(
                lambda: add_membership(person_id=lia.pk, team_id=legal.pk, role=Role.APPROVER, actor=SYSTEM),
                lambda: set_lead(team_id=legal.pk, person_id=lia.pk, actor=SYSTEM),
                lambda: set_lead(team_id=legal.pk, person_id=bo.pk, actor=SYSTEM),
                lambda: set_parent(team_id=legal.pk, parent_id=brand.pk, actor=SYSTEM),
                lambda: set_parent(team_id=brand.pk, parent_id=legal.pk, actor=SYSTEM),
            )
            assert told["done"] == 4, told  # one of the teams is above the other
            assert told.total() == 5
            set_parent(team_id=legal.pk, parent_id=None, actor=SYSTEM)
            set_parent(team_id=brand.pk, parent_id=None, actor=SYSTEM)
