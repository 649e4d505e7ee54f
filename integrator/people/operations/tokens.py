"""Writes to access tokens. The plain text exists once, in the answer of ``create_token``; stored is its SHA-256."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.errors import FieldRefused, TokenMissing
from integrator.people.models import AccessToken
from integrator.people.operations.people import get_person_in
from integrator.people.tokens import TOKEN_PREFIX, digest_of

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token just made. ``plain`` is shown once and left out of the text form."""

    token: AccessToken
    plain: str = field(repr=False)


def create_token(
    *, person_id: int, name: str, actor: Actor, now: datetime, expires_at: datetime | None = None
) -> NewToken:
    """This will make an access token of 256 random bits that acts as the person.

    Records ``token.created``. Raises PersonMissing, FieldRefused (no name, past expiry, deactivated person).
    """
    name = name.strip()
    if not name or len(name) > 120:
        raise FieldRefused(
            "Give the token a name of 1 to 120 characters.", code="token.field_refused", details={"field": "name"}
        )
    if expires_at is not None and expires_at <= now:
        raise FieldRefused(
            "The token would have expired already.", code="token.field_refused", details={"field": "expires_at"}
        )
    plain = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        person = get_person_in(person_id)
        if not person.is_active:
            raise FieldRefused("A deactivated person gets no token.", details={"field": "person"})
        token = AccessToken.objects.create(
            person=person, name=name, digest=digest_of(plain), hint=plain[:8], expires_at=expires_at
        )
        record("token.created", actor=actor, subject=("token", token.pk), data={"name": name, "person": person.pk})
    return NewToken(token=token, plain=plain)


def revoke_token(*, token_id: int, person_id: int, actor: Actor, now: datetime) -> None:
    """This will end a token of that person at once; one that ended before stays as it is. Raises TokenMissing."""
    with transaction.atomic(durable=True):
        token = AccessToken.objects.filter(pk=token_id, person_id=person_id).first()
        if token is None:
            raise TokenMissing("There is no such token.", details={"token": token_id})
        if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            record("token.revoked", actor=actor, subject=("token", token.pk), data={"person": person_id})


def record_token_use(*, token: AccessToken, now: datetime) -> None:
    """This will note the use of a token, at most once a minute, and record ``token.first_used`` the first time."""
    if token.first_used_at is None:
        with transaction.atomic():
            is_first = AccessToken.objects.filter(pk=token.pk, first_used_at=None).update(
                first_used_at=now, last_used_at=now
            )
            if is_first:
                actor = Actor.person(token.person)
                record("token.first_used", actor=actor, subject=("token", token.pk), data={"person": token.person_id})
    elif token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        ).update(last_used_at=now)
