"""People for tests of rights: who holds a right here, who works here without it, and who is from elsewhere."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.people.models import Membership, Person, Team
from integrator.people.operations import create_token
from integrator.people.rights import ROLES_BY_ACTION, Action
from integrator.people.roles import Role

_numbers = itertools.count(1)


def make_team(slug: str = "") -> Team:
    """A team of its own."""
    slug = slug or f"team-{next(_numbers)}"
    return Team.objects.create(slug=slug, name=slug.capitalize())


def make_person(username: str = "", *roles: tuple[Team | None, Role]) -> Person:
    """Somebody with the password ``secret-password`` and these roles."""
    username = username or f"person-{next(_numbers)}"
    person = Person(username=username, email=f"{username}@example.org")
    person.set_password("secret-password")
    person.save()
    for team, role in roles:
        Membership.objects.create(person=person, team=team, role=role)
    return person


def sign_in(person: Person | None) -> Client:
    """A browser in which this person is signed in; None: nobody."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def make_token_of(person: Person) -> str:
    """The plain text of a new access token."""
    return create_token(person_id=person.pk, name="test", actor=SYSTEM, now=timezone.now()).plain


def bearer(plain: str) -> dict[str, str]:
    """The header, as the test client takes it: ``client.get(path, headers=bearer(token))``."""
    return {"Authorization": f"Bearer {plain}"}


@dataclass(frozen=True, kw_only=True)
class Personas:
    """Four views on one team's things. ``teammate`` is None where every role of a team holds the right."""

    team: Team
    owner: Person
    teammate: Person | None
    stranger: Person
    deactivated: Person


def make_personas(action: Action, *, everywhere: bool = False) -> Personas:
    """This will make an owner who may do ``action`` (everywhere, where a team is not enough), a teammate who may not,
    a stranger who may in another team only, and somebody who might but is deactivated."""
    team, other = make_team(), make_team()
    allowed = Role.ADMIN if everywhere else next(role for role in Role if role in ROLES_BY_ACTION[action])
    refused = [role for role in Role if role not in ROLES_BY_ACTION[action]]
    deactivated = make_person("", (None if everywhere else team, allowed))
    Person.objects.filter(pk=deactivated.pk).update(is_active=False)
    return Personas(
        team=team,
        owner=make_person("", (None if everywhere else team, allowed)),
        teammate=make_person("", (team, refused[0])) if refused else None,
        stranger=make_person("", *([] if everywhere else [(other, allowed)])),
        deactivated=Person.objects.get(pk=deactivated.pk),
    )
