"""Writes to teams, leads and roles. A role acts, or stops acting, with the next request after the commit."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.errors import FieldRefused, MembershipMissing, NameTaken, RoleRefused, TeamMissing
from integrator.people.models import Membership, Person, Team
from integrator.people.operations.admins import keep_flags_in, lock_with_admins_in, refuse_last_admin_in
from integrator.people.operations.people import get_person_in
from integrator.people.roles import Role

ROLES_HELD_EVERYWHERE = frozenset({Role.AUDITOR, Role.ADMIN})


def add_team(*, slug: str, name: str, actor: Actor) -> Team:
    """This will add a team. Records ``team.added``. Raises FieldRefused, NameTaken."""
    team = Team(slug=slug.strip(), name=name.strip())
    check_team(team)
    with transaction.atomic(durable=True):
        try:
            with transaction.atomic():
                team.save(force_insert=True)
        except IntegrityError as error:
            raise NameTaken(
                f"There is a team {slug} already.", code="team.name_taken", details={"field": "slug"}
            ) from error
        record("team.added", actor=actor, subject=("team", team.pk), data={"slug": team.slug}, team_id=team.pk)
    return team


def change_team(*, team_id: int, name: str, actor: Actor) -> Team:
    """This will give the team another name. Records ``team.changed``. Raises TeamMissing, FieldRefused."""
    with transaction.atomic(durable=True):
        team = get_team_in(team_id)
        old, team.name = team.name, name.strip()
        if old != team.name:
            check_team(team)
            team.save(update_fields=["name"])
            record_team_change_in(team, field="name", old=old, new=team.name, actor=actor)
    return team


def set_lead(*, team_id: int, person_id: int | None, actor: Actor) -> Team:
    """This will name the person the team escalates to, or nobody with None.

    Records ``team.changed`` with ids. Raises TeamMissing, PersonMissing, FieldRefused for a deactivated person.
    """
    with transaction.atomic(durable=True):
        team = get_team_in(team_id)
        old = team.lead_id
        leads = _lock_leads_in(old, person_id)
        if person_id is not None and not leads[person_id].is_active:
            raise FieldRefused("A deactivated person cannot lead a team.", details={"field": "lead"})
        if old != person_id:
            team.lead_id = person_id
            team.save(update_fields=["lead"])
            record_team_change_in(team, field="lead", old=old, new=person_id, actor=actor)
    return team


def _lock_leads_in(old: int | None, new: int | None) -> dict[int, Person]:
    """Both by id, locked as in ``get_person_in``: who is lead no more claims nothing as one meanwhile."""
    wanted = sorted({person_id for person_id in (old, new) if person_id is not None})
    return {person_id: get_person_in(person_id) for person_id in wanted}


def set_parent(*, team_id: int, parent_id: int | None, actor: Actor) -> Team:
    """This will name the team above, whose lead hears of what the team's own lead let lie, or none with None.

    Records ``team.changed`` with short names. Raises TeamMissing, FieldRefused for a team beneath itself.
    """
    with transaction.atomic(durable=True):
        held = {wanted: get_team_in(wanted) for wanted in sorted({team_id, parent_id or team_id})}
        team, parent = held[team_id], None if parent_id is None else held[parent_id]
        _refuse_circle(team, parent)
        old = team.parent
        if old != parent:
            team.parent = parent
            team.save(update_fields=["parent"])
            names = (old.slug if old else None, parent.slug if parent else None)
            record_team_change_in(team, field="parent", old=names[0], new=names[1], actor=actor)
    return team


def _refuse_circle(team: Team, parent: Team | None) -> None:
    above = parent
    while above is not None:
        if above.pk == team.pk:
            raise FieldRefused(
                f"{parent} is beneath {team} already. Choose another team above.",
                code="team.field_refused",
                details={"field": "parent"},
            )
        above = above.parent


def add_membership(*, person_id: int, team_id: int | None, role: Role | str, actor: Actor) -> Membership:
    """This will give a role in a team, or everywhere with None; one that is held already is returned as it is.

    Records ``membership.added``. Raises PersonMissing, TeamMissing, RoleRefused.
    """
    wanted = read_role(role, everywhere=team_id is None)
    with transaction.atomic(durable=True):
        team = None if team_id is None else get_team_in(team_id)
        person = get_person_in(person_id)
        membership, is_new = Membership.objects.get_or_create(person=person, team=team, role=wanted)
        if is_new:
            record_role_in("membership.added", membership, actor=actor)
            keep_flags_after_in(person, membership)
    return membership


def remove_membership(*, membership_id: int, actor: Actor) -> None:
    """This will take a role away. Records ``membership.removed``. Raises MembershipMissing, LastAdmin."""
    with transaction.atomic(durable=True):
        row = Membership.objects.filter(pk=membership_id)
        lock_with_admins_in(row.values_list("person_id", flat=True).first() or 0)
        membership = row.select_related("team").first()  # somebody else may have taken it meanwhile
        if membership is None:
            raise MembershipMissing("This role is not held any more.", details={"membership": membership_id})
        person = get_person_in(membership.person_id)
        if membership.team_id is None and membership.role == Role.ADMIN and person.is_active:
            refuse_last_admin_in(person)
        membership.delete()
        record_role_in("membership.removed", membership, actor=actor)
        keep_flags_after_in(person, membership)


def read_role(role: Role | str, *, everywhere: bool) -> Role:
    """The role of that name. Raises RoleRefused for unknown ones, and for those that need a team."""
    if role not in Role.values:
        raise RoleRefused(f"There is no role {role}.", details={"field": "role"})
    if everywhere and role not in ROLES_HELD_EVERYWHERE:
        raise RoleRefused(
            "Only auditor and admin can be held everywhere; choose a team for this role.", details={"field": "team"}
        )
    return Role(role)


def get_team_in(team_id: int) -> Team:
    """The team, locked until the transaction ends. Raises TeamMissing."""
    try:
        return Team.objects.select_for_update(of=("self",)).get(pk=team_id)
    except Team.DoesNotExist as error:
        raise TeamMissing("There is no such team.", details={"team": team_id}) from error


def check_team(team: Team) -> None:
    """Raises FieldRefused with the first fault, in words."""
    try:
        team.clean_fields(exclude=["lead"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise FieldRefused(messages[0], code="team.field_refused", details={"field": field}) from error


def keep_flags_after_in(person: Person, membership: Membership) -> None:
    """Only roles held everywhere concern Django's flags; a superuser made on the command line keeps them else."""
    if membership.team_id is None:
        keep_flags_in(person)


def record_role_in(name: str, membership: Membership, *, actor: Actor) -> None:
    """The event of a role given or taken."""
    team = membership.team
    record(
        name,
        actor=actor,
        subject=("person", membership.person_id),
        data={
            "username": membership.person.username,
            "role": str(membership.role),
            "team": team.slug if team else None,
        },
        team_id=membership.team_id,
    )


def record_team_change_in(team: Team, *, field: str, old: object, new: object, actor: Actor) -> None:
    """The event of one changed field."""
    record(
        "team.changed",
        actor=actor,
        subject=("team", team.pk),
        data={"slug": team.slug},
        changes={field: (old, new)},
        team_id=team.pk,
    )
