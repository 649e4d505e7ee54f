"""What a connection may say of itself: checks that name the field and what to do. Reads no table."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.connectors.http.sign_in.kind import ConnectionKind
from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.effect import ENVIRONMENT_PATTERN
from flows.errors import ConnectionRefused
from integrator.lib.outbound_http import BadURLError, parse_allow_entry
from integrator.lib.outbound_http.urls import check_url, origin_of
from integrator.lib.short_names import NO_SHORT_NAME, make_short_name

MAX_SECRET_NAME = 120
ADDRESS_MISSING = "Give the address, so that the secret goes to its own host only."
MAX_RATE_REQUESTS, MAX_RATE_S = 10_000, 86_400.0
MAX_KEY_CHARS = 100
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}\Z")


@dataclass(frozen=True, kw_only=True)
class ConnectionData:
    """What a connection says of itself, with the address of one environment.

    ``settings`` has the fields of its kind. ``allow`` names private hosts (``host:port`` or a network); it takes away
    from what the installation allows. ``trust`` are certificates (PEM) to trust as well. ``rate`` is
    ``{requests, per_s}`` over all flows, {} for none.
    """

    name: str
    kind: str
    base_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    repeat_safe: bool = False
    allow: tuple[str, ...] = ()
    trust: str = ""
    rate: Mapping[str, float] = field(default_factory=dict)


def choose_key(typed: str, name: str) -> str:
    """This will give the short name that was typed, else one made of the name. Raises ConnectionRefused."""
    key = typed or make_short_name(name, most=MAX_KEY_CHARS)
    if not key:
        raise refuse("key", NO_SHORT_NAME)
    if not _KEY.match(key):
        raise refuse("key", "The short name has small letters, digits, '-' and '_', such as erp.")
    return key


def check_environment_name(name: str) -> None:
    """Raises ConnectionRefused for what cannot be the name of an environment."""
    if not re.fullmatch(ENVIRONMENT_PATTERN, name):
        raise refuse(
            "environment", "An environment is called by small letters, digits, '-' and '_', at most 20, such as test."
        )


def check_data(data: ConnectionData) -> ConnectionKind:
    """This will give the kind. Raises ConnectionRefused naming the field."""
    if not data.name.strip():
        raise refuse("name", "Give the connection a name, such as ERP.")
    kind = find_connection_kind(data.kind)
    if kind is None:
        raise refuse("kind", "Choose how the connection proves itself.")
    _check_base_url(data, kind)
    for name, message in kind.find_faults(data.settings):
        raise refuse(name, message)
    _check_reach(data)
    _check_rate(data.rate)
    return kind


def check_secret(kind: ConnectionKind, secret: str) -> Mapping[str, str]:
    """This will give what may be known of the secret. Raises ConnectionRefused for one that cannot work."""
    try:
        return kind.read_secret(secret) if secret else {}
    except ValueError as error:
        raise refuse("secret", str(error)) from error


def make_secret_name(key: str, environment: str) -> str:
    """The name under which the secret is stored. Raises ConnectionRefused where the two names are too long together."""
    name = f"connection.{key}" if environment == "live" else f"connection.{key}.{environment}"
    if len(name) > MAX_SECRET_NAME:
        raise refuse("environment", "The short name and the environment's are too long together. Shorten one.")
    return name


def is_elsewhere(was: str, now: str) -> bool:
    """Whether two addresses, "" for none, lie at different hosts or ports; from http to https nothing moves."""
    return bool(now) and _find_place(was, is_secure=now) != _find_place(now)


def _find_place(address: str, *, is_secure: str = "") -> tuple[str, str, int] | None:
    if not address:
        return None
    place = origin_of(check_url(address))
    is_upgrade = place[0] == "http" and place[2] == 80 and is_secure.lower().startswith("https://")
    return ("https", place[1], 443) if is_upgrade else place


def refuse(field_name: str, message: str, *, code: str = "connection.invalid") -> ConnectionRefused:
    """The refusal of one field."""
    return ConnectionRefused(code, message, {"field": field_name})


def _check_base_url(data: ConnectionData, kind: ConnectionKind) -> None:
    if not data.base_url:
        if kind.secret is not None:
            raise refuse("base_url", ADDRESS_MISSING)
        return
    try:
        parsed = check_url(data.base_url)
    except BadURLError as error:
        raise refuse("base_url", error.message) from error
    if parsed.query is not None or parsed.fragment is not None:
        raise refuse("base_url", "The address ends with its path; put '?' and '#' into the steps.")
    if data.kind == "client_certificate" and parsed.scheme != "https":
        raise refuse("base_url", "A certificate is shown over https:// only. Begin the address with it.")


def _check_reach(data: ConnectionData) -> None:
    for entry in data.allow:
        try:
            parse_allow_entry(entry)
        except ValueError as error:
            raise refuse("allow", f"{error}.") from error
    if data.trust:
        try:
            ssl.create_default_context(cadata=data.trust)
        except (ssl.SSLError, ValueError) as error:
            raise refuse("trust", "Paste certificates as PEM: -----BEGIN CERTIFICATE----- and so on.") from error


def _check_rate(rate: Mapping[str, float]) -> None:
    if not rate:
        return
    requests, per_s = rate.get("requests"), rate.get("per_s")
    if isinstance(requests, bool) or not isinstance(requests, int) or not 1 <= requests <= MAX_RATE_REQUESTS:
        raise refuse("rate_requests", f"Say how many requests are allowed, from 1 to {MAX_RATE_REQUESTS:,}.")
    if isinstance(per_s, bool) or not isinstance(per_s, (int, float)) or not 0.1 <= per_s <= MAX_RATE_S:
        raise refuse("rate_per_s", "Say in how many seconds, from 0.1 to 86,400.")
