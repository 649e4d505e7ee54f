"""Keeps somebody in charge: the last active admin can neither be deactivated nor lose the role.

Whoever locks teams and people locks teams first, and people by id: two at once then wait for each other in one order.
"""

from __future__ import annotations

from django.db.models import Q

from integrator.people.errors import LastAdmin
from integrator.people.models import Membership, Person
from integrator.people.roles import Role

_IS_ADMIN = Q(is_active=True) & (
    Q(is_superuser=True) | Q(pk__in=Membership.objects.filter(role=Role.ADMIN, team=None).values("person_id"))
)


def lock_with_admins_in(person_id: int) -> None:
    """Lock the person, if there, and all active admins until the transaction ends: two cannot remove each other."""
    rows = Person.objects.select_for_update(of=("self",)).filter(Q(pk=person_id) | _IS_ADMIN)
    list(rows.order_by("pk").values_list("pk"))


def refuse_last_admin_in(person: Person) -> None:
    """Raises LastAdmin when the person is the only active admin. For after ``lock_with_admins_in``."""
    if set(Person.objects.filter(_IS_ADMIN).values_list("pk", flat=True)) == {person.pk}:
        raise LastAdmin(f"{person} is the only administrator. Make somebody else one first.")


def keep_flags_in(person: Person) -> None:
    """Keep Django's own flags in step with the roles held everywhere; its admin pages ask for them."""
    everywhere = set(Membership.objects.filter(person=person, team=None).values_list("role", flat=True))
    person.is_superuser = Role.ADMIN in everywhere
    person.is_staff = bool(everywhere)
    person.save(update_fields=["is_superuser", "is_staff"])
