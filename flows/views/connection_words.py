"""What the connection pages show of a connection: its way to sign in, its token, its rate, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.effect import LIVE
from flows.models import Connection, ConnectionEnvironment, ConnectionToken
from flows.queries.connections import UsedBy, has_secret
from integrator.lib.clock import parse_instant

SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A connection in the list; ``address`` is the live one, ``others`` names further environments."""

    connection: Connection
    kind_label: str
    address: str
    others: tuple[str, ...]
    uses: Sequence[UsedBy]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something the owner should know. ``tone`` is ``waiting`` or ``failed``."""

    tone: str
    text: str


def say_kind(connection: Connection) -> str:
    """How it signs in."""
    kind = find_connection_kind(connection.kind)
    return kind.label if kind is not None else connection.kind


def say_rate(connection: Connection) -> str:
    """``10 requests in 1 s``; "" without a rate."""
    rate = connection.rate
    return f"{rate['requests']:,} requests in {rate['per_s']:g} s" if rate else ""


def tell_row(connection: Connection, uses: Sequence[UsedBy]) -> Row:
    """The row of the list; its environments are prefetched."""
    places = {place.name: place for place in connection.environments.all()}
    return Row(
        connection=connection,
        kind_label=say_kind(connection),
        address=places[LIVE].base_url if LIVE in places else "",
        others=tuple(sorted(name for name in places if name != LIVE)),
        uses=uses,
    )


def find_notices(place: ConnectionEnvironment, now: datetime) -> list[Notice]:
    """What is about to fail, or fails: the secret, the token, the approval, the certificate. One query."""
    return [*_of_secret(place), *_of_token(place, now), *_of_certificate(place, now)]


def get_token(place: ConnectionEnvironment) -> ConnectionToken | None:
    """The token's row where there is one."""
    return getattr(place, "token", None)


def _of_secret(place: ConnectionEnvironment) -> list[Notice]:
    if not place.secret_name or has_secret(place):
        return []
    text = "It has no secret, so calls fail: a secret does not go along to another host. Set it below."
    return [Notice(tone="failed", text=text)]


def _of_token(place: ConnectionEnvironment, now: datetime) -> list[Notice]:
    kind, token = find_connection_kind(place.connection.kind), get_token(place)
    if kind is None or not kind.grant:
        return []
    if kind.grant == "authorization_code" and (token is None or not token.access):
        return [Notice(tone="waiting", text="Nobody has approved it yet, so calls fail. Approve it below.")]
    if token is not None and token.failure:
        return [Notice(tone="failed", text=str(token.failure.get("message", "")))]
    if token is not None and token.refresh_expires_at and token.refresh_expires_at <= now + timedelta(days=7):
        return [Notice(tone="waiting", text="Its approval ends within a week. Approve it again.")]
    return []


def read_certificate_until(place: ConnectionEnvironment) -> datetime | None:
    """When its client certificate ends; None where it has none."""
    until = place.secret_facts.get("certificate_until")
    return parse_instant(until) if until else None


def _of_certificate(place: ConnectionEnvironment, now: datetime) -> list[Notice]:
    ends_at = read_certificate_until(place)
    if ends_at is None:
        return []
    if ends_at <= now:
        return [Notice(tone="failed", text="Our certificate has expired. Set a new one below.")]
    if ends_at <= now + SOON:
        return [Notice(tone="waiting", text=f"Our certificate ends on {ends_at:%d %B %Y}. Set a new one below.")]
    return []
