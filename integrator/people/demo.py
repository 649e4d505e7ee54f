"""The demo's teams and people, as plain data, and how they are put in. Repeatable: a second time changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from integrator.events.actors import SYSTEM, Actor
from integrator.lib.working_time import make_office_hours
from integrator.people.calendars import DEFAULT_KEY
from integrator.people.models import BusinessCalendar, Person, Team
from integrator.people.operations import (
    CalendarData,
    add_calendar,
    add_membership,
    add_person,
    add_team,
    reactivate_person,
    set_lead,
    set_password,
)
from integrator.people.roles import Role

TEAMS = ("legal", "brand", "marketing", "finance", "operations", "support", "hr", "it")
TEAM_NAMES = {"hr": "HR", "it": "IT"}
EVERYWHERE = None


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """A user name, and the roles as (team or None for everywhere, role)."""

    username: str
    roles: tuple[tuple[str | None, Role], ...]


PEOPLE = (
    DemoPerson(
        username="ana",
        roles=(
            ("operations", Role.ANALYST),
            ("operations", Role.PUBLISHER),
            ("marketing", Role.ANALYST),
            ("marketing", Role.PUBLISHER),
        ),
    ),
    DemoPerson(username="lee", roles=(("legal", Role.APPROVER),)),
    DemoPerson(username="lia", roles=(("legal", Role.LEAD), ("legal", Role.APPROVER))),
    DemoPerson(username="bo", roles=(("brand", Role.APPROVER),)),
    DemoPerson(username="fin", roles=(("finance", Role.APPROVER),)),
    DemoPerson(username="ops", roles=(("operations", Role.OPERATOR),)),
    DemoPerson(username="aud", roles=((EVERYWHERE, Role.AUDITOR),)),
    DemoPerson(username="admin", roles=((EVERYWHERE, Role.ADMIN),)),
)
LEADS = {"legal": "lia"}


def seed_people(*, password: str, actor: Actor = SYSTEM) -> None:
    """This will add what is missing of the demo's teams, people and roles, and give each the password."""
    teams = {slug: seed_team(slug, actor=actor) for slug in TEAMS}
    people = {demo.username: seed_person(demo, teams=teams, password=password, actor=actor) for demo in PEOPLE}
    for slug, username in LEADS.items():
        set_lead(team_id=teams[slug].pk, person_id=people[username].pk, actor=actor)
    seed_calendar(actor=actor)


def seed_calendar(*, actor: Actor) -> None:
    """The default calendar, Monday to Friday from 9 to 17, added if it is missing."""
    if not BusinessCalendar.objects.filter(key=DEFAULT_KEY).exists():
        week = make_office_hours().week
        data = CalendarData(name="Office hours", zone=settings.SCHEDULE_ZONE, week=week)
        add_calendar(key=DEFAULT_KEY, data=data, actor=actor, now=timezone.now())


def seed_team(slug: str, *, actor: Actor) -> Team:
    """The team, added if it is missing."""
    name = TEAM_NAMES.get(slug, slug.capitalize())
    return Team.objects.filter(slug=slug).first() or add_team(slug=slug, name=name, actor=actor)


def seed_person(demo: DemoPerson, *, teams: dict[str, Team], password: str, actor: Actor) -> Person:
    """The person, added if missing, active, with the roles and the password."""
    name = demo.username
    person = Person.objects.filter(username=name).first() or add_person(
        username=name, email=f"{name}@example.org", name=name.capitalize(), actor=actor
    )
    if not person.is_active:
        reactivate_person(person_id=person.pk, actor=actor)
    if not person.check_password(password):  # an unchanged one keeps open sessions alive
        set_password(person_id=person.pk, password=password, actor=actor, is_checked=False)
    for slug, role in demo.roles:
        add_membership(person_id=person.pk, team_id=teams[slug].pk if slug else None, role=role, actor=actor)
    return Person.objects.get(pk=person.pk)


def is_demo_seeded() -> bool:
    """Whether every team and person of the demo is there."""
    return Team.objects.filter(slug__in=TEAMS).count() == len(TEAMS) and Person.objects.filter(
        username__in=[demo.username for demo in PEOPLE]
    ).count() == len(PEOPLE)
