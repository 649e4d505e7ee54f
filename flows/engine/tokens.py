"""OAuth2 access tokens, kept encrypted: renewed at 80 % of their life by one worker, while the others wait and read.

The lock is a lease in the token's row, since no transaction may be open while the other side is called. Failures are
StepErrors of ``flows.connectors.http.sign_in.oauth2``, and here ``connection.not_approved`` nobody approved it yet,
``connection.token_busy`` another worker takes too long (worth another try).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from flows.connectors.http.sign_in.oauth2 import TIMEOUT_S, TokenAnswer, TokenRequest, fetch_token
from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.kind import StepError
from flows.engine.token_failures import note_failure
from flows.models import ConnectionEnvironment, ConnectionToken
from integrator.database.clock import get_database_now
from integrator.lib.outbound_http import OutboundPolicy
from integrator.secrets import vault
from integrator.secrets.errors import SecretUnreadable
from integrator.secrets.locks import take_writer_lock_in

RENEW_AT = 0.8  # of a token's life
LEASE_S = TIMEOUT_S + 4
WAIT_S = TIMEOUT_S + 1
LOOK_S = 0.05
REST_S = 5.0  # after a failure: nobody asks again within this time


def get_access_token(place: ConnectionEnvironment, client_secret: str, *, refused: str = "") -> str:
    """This will give a token that is good now, renewing it when its time has come, and always in place of ``refused``.

    Queries the token's row; calls the token address at most once. Raises StepError.
    """
    began_at = get_database_now()
    gives_up_s = time.monotonic() + WAIT_S
    now = began_at
    while True:
        row = ConnectionToken.objects.get_or_create(environment=place)[0]
        token = read_text(row, "access")
        is_good = bool(token) and token != refused and (row.expires_at is None or row.expires_at > now)
        if is_good and not _is_due(row, now):
            return token
        if not is_good:
            _raise_known(row, began_at)
        if _claim(row, now):
            return _renew(place, row, client_secret, token if is_good else "")
        if is_good:
            return token
        if time.monotonic() > gives_up_s:
            raise StepError(
                "connection.token_busy",
                f"No token of the connection '{place.connection.name}' came in time. Try again.",
                retryable=True,
            )
        time.sleep(LOOK_S)
        now = get_database_now()


def keep_token_in(row: ConnectionToken, answer: TokenAnswer, now: datetime) -> None:
    """Store a token that was just given out, encrypted; an open transaction is needed."""
    take_writer_lock_in()
    row.access = vault.encrypt(answer.access)
    if answer.refresh:
        row.refresh = vault.encrypt(answer.refresh)
        row.refresh_expires_at = _after(now, answer.refresh_expires_in_s)
    row.obtained_at, row.expires_at = now, _after(now, answer.expires_in_s)
    row.renew_at = _after(now, answer.expires_in_s * RENEW_AT if answer.expires_in_s else None)
    row.renewing_until = row.failed_at = row.failing_since = row.failure = None
    row.save()


def make_token_policy(place: ConnectionEnvironment) -> OutboundPolicy:
    """Whom the token address may be: as the connection's own calls."""
    policy = OutboundPolicy(allow=tuple(settings.OUTBOUND_ALLOW), ca_pem=place.trust)
    return policy.narrowed_to(tuple(place.allow)) if place.allow else policy


def read_text(row: ConnectionToken, name: str) -> str:
    """A stored text in plain; "" for none. Read anew where the key was changed between row and key file."""
    ciphertext = getattr(row, name)
    if not ciphertext:
        return ""
    try:
        return vault.decrypt(ciphertext)
    except SecretUnreadable:
        row.refresh_from_db(fields=[name])
        return vault.decrypt(getattr(row, name))


def _is_due(row: ConnectionToken, now: datetime) -> bool:
    has_rested = row.failed_at is None or row.failed_at < now - timedelta(seconds=60)
    return row.renew_at is not None and row.renew_at <= now and has_rested


def _raise_known(row: ConnectionToken, began_at: datetime) -> None:
    """What another worker has just been told counts for all: the token address is not asked again and again."""
    if row.failure and row.failed_at and row.failed_at > began_at - timedelta(seconds=REST_S):
        failure: Mapping[str, object] = row.failure
        raise StepError(str(failure["code"]), str(failure["message"]), retryable=bool(failure["retryable"]))


def _claim(row: ConnectionToken, now: datetime) -> bool:
    """Take the lease, unless somebody has it or has renewed the token since it was read."""
    free = Q(renewing_until__isnull=True) | Q(renewing_until__lt=now)
    unchanged = ConnectionToken.objects.filter(free, pk=row.pk, obtained_at=row.obtained_at, failed_at=row.failed_at)
    return bool(unchanged.update(renewing_until=now + timedelta(seconds=LEASE_S)))


def _renew(place: ConnectionEnvironment, row: ConnectionToken, client_secret: str, still_good: str) -> str:
    """Fetch and keep; where that fails, the old token serves as long as it is good."""
    try:
        request = TokenRequest(settings=place.settings, client_secret=client_secret, fields=_make_grant(place, row))
        answer = fetch_token(request, policy=make_token_policy(place))
    except StepError as error:
        note_failure(place, row, error)
        if still_good:
            return still_good
        raise
    with transaction.atomic():
        keep_token_in(row, answer, get_database_now())
    return answer.access


def _make_grant(place: ConnectionEnvironment, row: ConnectionToken) -> dict[str, str]:
    kind = find_connection_kind(place.connection.kind)
    if kind is not None and kind.grant == "client_credentials":
        return {"grant_type": "client_credentials"}
    refresh = read_text(row, "refresh")
    if not refresh:
        raise StepError(
            "connection.not_approved",
            f"The connection '{place.connection.name}' is not approved, or its approval has ended. Open it under "
            "Connections and approve it.",
        )
    return {"grant_type": "refresh_token", "refresh_token": refresh}


def _after(now: datetime, seconds: float | None) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds else None
