"""Who calls: each kind of ``auth:`` judged on the raw bytes. A secret that is missing lets nobody in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm

from flows.errors import CallRefused
from flows.inbound.key_sets import KEY_SETS
from flows.operations.intake import Listener
from integrator.lib.signing import (
    PRESETS,
    SHARED_ALGORITHMS,
    Body,
    HmacScheme,
    SignatureError,
    TokenKey,
    TokenRule,
    make_shared_keys,
    read_key_id,
    read_public_key,
    verify_api_key,
    verify_basic,
    verify_bearer,
    verify_hmac,
    verify_mailgun,
    verify_standard_webhook,
    verify_stripe,
    verify_token,
)
from integrator.lib.signing.errors import CLAIM, CLOCK, MALFORMED, MISMATCH, MISSING, NO_SECRET
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import resolve_secrets

SIGNS_FORM = frozenset({"mailgun"})  # kinds that are judged on fields of the form
SIGNS_BODY = frozenset({"hmac", "standard_webhooks"})  # kinds that are judged on the body
_TOLD = frozenset({"signature.missing", "signature.malformed"})  # the form; what was wrong with it is for the desk
NOT_ACCEPTED = "The call cannot be accepted as yours."


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a trigger's callers must show. ``names`` are the headers and query names that carry a secret."""

    auth: Mapping[str, Any]
    secrets: tuple[str, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a call shows: headers by lower-case name, query, raw body (a large one in pieces), and when it came.

    ``fields`` are those of a form by which it is signed.
    """

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str | list[str]] = field(repr=False)
    body: Body = field(repr=False)
    received_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_credentials(listener: Listener) -> Credentials:
    """The active secrets of a trigger, read at most every 2 s; none where the team has none of that name."""
    auth = listener.reading.auth
    name = auth.get("secret")
    try:
        secrets = tuple(resolve_secrets(listener.team_id, name)) if name else ()
    except SecretMissing:
        secrets = ()
    carriers = (auth.get("header"), auth.get("query")) if auth.get("kind") == "api_key" else ()
    return Credentials(auth=auth, secrets=secrets, names=tuple(str(each).lower() for each in carriers if each))


def authenticate(credentials: Credentials, shown: Shown) -> str | None:
    """Check the call; the id of the message where its signature covers one, else None.

    Raises CallRefused (``intake.unauthenticated``) with the reason in words.
    """
    try:
        return _VERIFIERS[str(credentials.auth.get("kind"))](credentials, shown)
    except SignatureError as error:
        told = f"{NOT_ACCEPTED} {_sentence(error.message)}" if error.code in _TOLD else NOT_ACCEPTED
        reason = f"{_sentence(error.message)} {_advise(error.code, credentials)}".strip()
        raise CallRefused("intake.unauthenticated", told, reason=reason) from error


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _advise(code: str, credentials: Credentials) -> str:
    """What those who look after the flow can do about a refused call."""
    name = credentials.auth.get("secret")
    secret = f"the secret '{name}'" if name else "the key"
    advice = {
        MISSING: "Ask the sender to prove its calls as this flow says.",
        MALFORMED: "Ask the sender to prove its calls as this flow says.",
        CLOCK: "Have the sender's clock set right.",
        MISMATCH: f"Compare {secret} of the team with the sender's, and set it anew if it differs.",
        CLAIM: "Compare 'issuer' and 'audience' in the flow with those of the sender's tokens.",
        NO_SECRET: f"Set {secret} of the team.",
    }
    return advice.get(code, "")


def _accept_anybody(credentials: Credentials, shown: Shown) -> None:
    """``kind: none``: the flow's author said so."""


def _verify_basic(credentials: Credentials, shown: Shown) -> None:
    verify_basic(shown.headers, str(credentials.auth.get("user", "")), credentials.secrets)


def _verify_bearer(credentials: Credentials, shown: Shown) -> None:
    verify_bearer(shown.headers, credentials.secrets)


def _verify_api_key(credentials: Credentials, shown: Shown) -> None:
    auth = credentials.auth
    if auth.get("header"):
        name = str(auth["header"])
        verify_api_key(shown.headers.get(name.lower()), credentials.secrets, name=name.lower())
        return
    name = str(auth.get("query"))
    value = shown.query.get(name)
    verify_api_key(value if isinstance(value, str) else None, credentials.secrets, name=name)


def _verify_hmac(credentials: Credentials, shown: Shown) -> None:
    auth, headers, body, now = credentials.auth, shown.headers, shown.body, shown.received_at
    if auth.get("preset") == "stripe":
        verify_stripe(headers, body, credentials.secrets, now=now)
        return
    scheme = PRESETS[auth["preset"]] if auth.get("preset") else _make_scheme(auth)
    verify_hmac(headers, body, credentials.secrets, scheme=scheme, now=now)


def _make_scheme(auth: Mapping[str, Any]) -> HmacScheme:
    return HmacScheme(
        header=auth["header"],
        algorithm=auth.get("algorithm", "sha256"),
        encoding=auth.get("encoding", "hex"),
        prefix=auth.get("prefix", ""),
        timestamp_header=auth.get("timestamp_header"),
    )


def _verify_mailgun(credentials: Credentials, shown: Shown) -> str:
    return verify_mailgun(shown.fields, credentials.secrets, now=shown.received_at)


def _verify_standard_webhooks(credentials: Credentials, shown: Shown) -> str:
    return verify_standard_webhook(shown.headers, shown.body, credentials.secrets, now=shown.received_at)


def _verify_jwt(credentials: Credentials, shown: Shown) -> None:
    auth = credentials.auth
    rule = TokenRule(issuer=auth["issuer"], audience=auth["audience"], algorithm=auth["algorithm"])
    verify_token(shown.headers, _find_keys(credentials, shown, rule), rule=rule, now=shown.received_at)


def _find_keys(credentials: Credentials, shown: Shown, rule: TokenRule) -> Sequence[TokenKey]:
    """The keys for this token: a secret only ever serves HS…, and a public key never does."""
    auth = credentials.auth
    if rule.algorithm in SHARED_ALGORITHMS:
        return make_shared_keys(credentials.secrets)
    key_id = read_key_id(shown.headers, rule.algorithm)
    if auth.get("public_key"):
        return [_read_public_key(str(auth["public_key"]))]
    keys = KEY_SETS.find(str(auth["jwks_url"]), rule.algorithm, key_id)
    if not keys:
        named = f"the key {key_id[:60]}" if key_id else f"a key for {rule.algorithm}"
        raise SignatureError(MISMATCH, f"{named} is not in the key set {auth['jwks_url']}")
    return keys


@lru_cache(maxsize=256)
def _read_public_key(pem: str) -> TokenKey:
    try:
        return read_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError(NO_SECRET, "the public key in the flow cannot be read") from error


_VERIFIERS: Mapping[str, Callable[[Credentials, Shown], str | None]] = {
    "none": _accept_anybody,
    "basic": _verify_basic,
    "bearer": _verify_bearer,
    "api_key": _verify_api_key,
    "hmac": _verify_hmac,
    "mailgun": _verify_mailgun,
    "standard_webhooks": _verify_standard_webhooks,
    "jwt": _verify_jwt,
}
