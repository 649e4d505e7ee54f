"""Turns the framework's own sign-in signals into events. Never holds what was typed: it may have been a password."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.adapters import get_client_address
from integrator.people.models import Person


def connect() -> None:
    """This will connect the receivers once; called when the app is ready."""
    user_logged_in.connect(on_signed_in, dispatch_uid="people.signed_in")
    user_logged_out.connect(on_signed_out, dispatch_uid="people.signed_out")
    user_login_failed.connect(on_sign_in_failed, dispatch_uid="people.sign_in_failed")
    password_changed.connect(on_password_changed, dispatch_uid="people.password_changed")
    authenticator_added.connect(on_mfa_enabled, dispatch_uid="people.mfa_enabled")
    authenticator_removed.connect(on_mfa_disabled, dispatch_uid="people.mfa_disabled")


def on_signed_in(sender: Any, request: HttpRequest | None, user: Person, **kwargs: Any) -> None:
    """Records ``person.signed_in``."""
    record_of_person("person.signed_in", user, {"address": address_of(request)})


def on_signed_out(sender: Any, request: HttpRequest | None, user: Person | None, **kwargs: Any) -> None:
    """Records ``person.signed_out``, if somebody was signed in."""
    if user is not None and user.pk:
        record_of_person("person.signed_out", user, {})


def on_password_changed(sender: Any, user: Person, **kwargs: Any) -> None:
    """Records ``person.changed``: somebody gave themselves another password."""
    record_of_person("person.changed", user, {"username": user.username, "password": "set"})


def on_mfa_enabled(sender: Any, user: Person, authenticator: Any, **kwargs: Any) -> None:
    """Records ``mfa.enabled`` with the sort of second factor."""
    record_of_person("mfa.enabled", user, {"type": str(authenticator.type)})


def on_mfa_disabled(sender: Any, user: Person, authenticator: Any, **kwargs: Any) -> None:
    """Records ``mfa.disabled`` with the sort of second factor."""
    record_of_person("mfa.disabled", user, {"type": str(authenticator.type)})


def on_sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Records ``person.sign_in_failed``; its subject is the person whose name was typed, else ``unknown``."""
    person = find_person_by_login(credentials)
    with transaction.atomic():
        record(
            "person.sign_in_failed",
            actor=Actor("caller", ""),
            subject=("person", person.pk if person else "unknown"),
            data={"address": address_of(request), "known": person is not None},
        )


def find_person_by_login(credentials: dict[str, Any]) -> Person | None:
    """The person with the typed user name or address, or None."""
    name, email = str(credentials.get("username") or ""), str(credentials.get("email") or "")
    if name and (person := Person.objects.filter(username__iexact=name).first()):
        return person
    address = email or (name if "@" in name else "")
    return Person.objects.filter(email__iexact=address).first() if address else None


def record_of_person(name: str, person: Person, data: dict[str, object]) -> None:
    """One event by and about the person, in a transaction of its own if none is open."""
    with transaction.atomic():
        record(name, actor=Actor.person(person), subject=("person", person.pk), data=data)


def address_of(request: HttpRequest | None) -> str | None:
    """Where the call came from; None outside of a request."""
    return get_client_address(request) if request is not None and request.META else None
