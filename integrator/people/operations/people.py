"""Writes to people. Deactivation ends sessions and tokens with the same commit. Sends no mail."""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Mapping
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Lower

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.errors import FieldRefused, NameTaken, PasswordRefused, PersonMissing
from integrator.people.models import AccessToken, Person
from integrator.people.operations.admins import lock_with_admins_in, refuse_last_admin_in

CHANGEABLE = frozenset({"name", "email", "time_zone", "theme"})


def add_person(
    *, username: str, email: str = "", name: str = "", password: str | None = None, actor: Actor, time_zone: str = "UTC"
) -> Person:
    """This will add an active person who holds no role yet; without a password nobody can sign in as them.

    Records ``person.added``. Raises NameTaken, FieldRefused, PasswordRefused.
    """
    person = Person(username=username.strip(), email=email.strip(), name=name.strip(), time_zone=time_zone)
    check_password_strength(password, person)
    person.set_password(password)
    with transaction.atomic(durable=True):
        save_checked_in(person)
        record("person.added", actor=actor, subject=("person", person.pk), data={"username": person.username})
    return person


def change_person(*, person_id: int, changes: Mapping[str, str], actor: Actor) -> Person:
    """This will change name, email, time_zone or theme, and nothing when all are as they were.

    Records ``person.changed`` with old and new of each field. Raises PersonMissing, FieldRefused, NameTaken.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise FieldRefused(f"{min(unknown)} cannot be changed.", details={"field": min(unknown)})
    with transaction.atomic(durable=True):
        person = get_person_in(person_id)
        differing = {
            key: (getattr(person, key), value.strip())
            for key, value in changes.items()
            if getattr(person, key) != value.strip()
        }
        if differing:
            for key, (_, new) in differing.items():
                setattr(person, key, new)
            save_checked_in(person)
            data = {"username": person.username}
            record("person.changed", actor=actor, subject=("person", person.pk), data=data, changes=differing)
    return person


def set_password(*, person_id: int, password: str, actor: Actor, is_checked: bool = True) -> None:
    """This will set another password; all open sessions of the person end. Raises PersonMissing, PasswordRefused.

    ``is_checked`` false takes any password; only the demo does so, with the one its user typed.
    """
    with transaction.atomic(durable=True):
        person = get_person_in(person_id)
        if is_checked:
            check_password_strength(password, person)
        person.set_password(password)
        person.save(update_fields=["password"])
        data = {"username": person.username, "password": "set"}
        record("person.changed", actor=actor, subject=("person", person.pk), data=data)


def deactivate_person(*, person_id: int, actor: Actor, now: datetime) -> Person:
    """This will end the person's access: no sign-in, every open session and every token dead from the commit on.

    Nothing happens to somebody deactivated before. Raises PersonMissing, LastAdmin.
    """
    with transaction.atomic(durable=True):
        lock_with_admins_in(person_id)
        person = get_person_in(person_id)
        if not person.is_active:
            return person
        refuse_last_admin_in(person)
        Person.objects.filter(pk=person.pk).update(
            is_active=False, deactivated_at=now, session_epoch=F("session_epoch") + 1
        )
        tokens = AccessToken.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
        record(
            "person.deactivated",
            actor=actor,
            subject=("person", person.pk),
            data={"username": person.username, "tokens_revoked": tokens},
        )
    person.refresh_from_db()
    return person


def reactivate_person(*, person_id: int, actor: Actor) -> Person:
    """This will let the person sign in again. Old sessions and tokens stay dead. Raises PersonMissing."""
    with transaction.atomic(durable=True):
        person = get_person_in(person_id)
        if not person.is_active:
            person.is_active, person.deactivated_at = True, None
            person.save(update_fields=["is_active", "deactivated_at"])
            record("person.reactivated", actor=actor, subject=("person", person.pk), data={"username": person.username})
    return person


def make_password() -> str:
    """This will make a first password to show once: 96 random bits, easy enough to read out."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


def get_person_in(person_id: int) -> Person:
    """The person, locked until the transaction ends. Raises PersonMissing."""
    try:
        return Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    except Person.DoesNotExist as error:
        raise PersonMissing("There is no such person.", details={"person": person_id}) from error


def save_checked_in(person: Person) -> None:
    """Validate, refuse what is taken, save, and keep the sign-in's own list of addresses in step."""
    check_fields(person)
    refuse_taken(person)
    try:
        with transaction.atomic():
            person.save()
            keep_address_in(person)
    except IntegrityError as error:  # two at once: the database decides
        raise NameTaken("This user name or e-mail address is taken.", details={"field": "username"}) from error


def check_fields(person: Person) -> None:
    """Raises FieldRefused with the first fault, in words."""
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise FieldRefused(messages[0], details={"field": field}) from error
    if person.time_zone not in zoneinfo.available_timezones():
        raise FieldRefused("Choose a time zone from the list, such as Europe/Berlin.", details={"field": "time_zone"})


def refuse_taken(person: Person) -> None:
    """Raises NameTaken when somebody else has the user name or address, in whatever case."""
    others = Person.objects.exclude(pk=person.pk).annotate(lower_name=Lower("username"), lower_email=Lower("email"))
    if others.filter(lower_name=person.username.lower()).exists():
        raise NameTaken(f"The user name {person.username} is taken; choose another.", details={"field": "username"})
    if person.email and others.filter(lower_email=person.email.lower()).exists():
        raise NameTaken(
            f"Somebody else has the address {person.email}.", code="person.email_taken", details={"field": "email"}
        )


def keep_address_in(person: Person) -> None:
    """One address a person, taken as verified: an administrator entered it."""
    EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email).delete()
    if person.email:
        EmailAddress.objects.update_or_create(
            user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
        )


def check_password_strength(password: str | None, person: Person) -> None:
    """Raises PasswordRefused with what is wrong; no password at all is fine."""
    if password is None:
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages), details={"field": "password"}) from error
