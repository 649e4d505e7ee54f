"""Looks up access tokens by digest. Never sees a stored plain text, and writes nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Q

from integrator.people.models import AccessToken

TOKEN_PREFIX = "itg_"


def digest_of(plain: str) -> str:
    """SHA-256 as hex. The token has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def find_token(plain: str, *, now: datetime) -> AccessToken | None:
    """This will give the live token with its person; None if it is unknown, revoked, expired or its person deactivated.

    One query, on the unique index of the digest.
    """
    return (
        AccessToken.objects.select_related("person")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=digest_of(plain), revoked_at=None)
        .filter(person__is_active=True)
        .first()
    )
