"""Checks of how a webhook proves who calls (contract, "Intake auth")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.definition.expressions import is_expression
from flows.definition.model import JSON
from flows.definition.validation.faults import Fault, fault, one_of
from flows.definition.words import did_you_mean, type_words

PRESETS = ("github", "stripe", "shopify")
ALGORITHMS = ("sha256", "sha1", "sha512")
ENCODINGS = ("hex", "base64")
SHARED = ("HS256", "HS384", "HS512")
BY_KEY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")  # RFC 9110, 5.6.2
_PEM = re.compile(r"-----BEGIN (?:RSA )?PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END (?:RSA )?PUBLIC KEY-----\Z")
_URL = re.compile(r"https?://[^\s/@?#]+(?:[/?][^\s#]*)?\Z")
_HEADERS = ("header", "timestamp_header")


@dataclass(frozen=True, kw_only=True)
class _Scheme:
    """Which fields a way of proving has besides ``kind``."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_SCHEMES = {
    "none": _Scheme(),
    "basic": _Scheme(required=("user", "secret")),
    "bearer": _Scheme(required=("secret",)),
    "api_key": _Scheme(required=("secret",), optional=("header", "query")),
    "hmac": _Scheme(
        required=("secret",),
        optional=("preset", "header", "algorithm", "encoding", "prefix", "timestamp_header"),
    ),
    "standard_webhooks": _Scheme(required=("secret",)),
    "jwt": _Scheme(required=("issuer", "audience", "algorithm"), optional=("secret", "public_key", "jwks_url")),
}

_MAIL_SCHEMES = {**_SCHEMES, "mailgun": _Scheme(required=("secret",))}


def check_auth(auth: JSON, *, takes_mail: bool = False) -> Iterator[Fault]:
    """Faults of an ``auth:`` that is given. ``takes_mail``: to its address mail systems hand messages."""
    schemes = _MAIL_SCHEMES if takes_mail else _SCHEMES
    if not isinstance(auth, dict):
        yield fault(f"'auth' must be a mapping such as '{{kind: bearer, secret: NAME}}', but is {type_words(auth)}.")
        return
    kind = auth.get("kind")
    scheme = schemes.get(kind) if isinstance(kind, str) else None
    if scheme is None:
        yield _unknown_kind(kind, tuple(schemes))
        return
    yield from _fields(str(kind), scheme, auth)
    if kind == "api_key":
        yield from _api_key(auth)
    elif kind == "hmac":
        yield from _hmac(auth)
    elif kind == "jwt":
        yield from _jwt(auth)


def _unknown_kind(kind: JSON, known: tuple[str, ...]) -> Fault:
    if kind is None:
        return fault(f"'auth' does not say its kind. Add 'kind:' with one of: {', '.join(known)}.")
    return fault(one_of(kind, known, "a way to prove who calls") or "", "kind")


def _fields(kind: str, scheme: _Scheme, auth: dict[str, JSON]) -> Iterator[Fault]:
    known = (*scheme.required, *scheme.optional)
    for name, value in auth.items():
        if name == "kind":
            continue
        if name not in known:
            hint = did_you_mean(name, known, what="Fields") or " Remove it."
            yield fault(f"'{name}' is not a field of auth '{kind}'.{hint}", name)
        elif not isinstance(value, str) or not value or is_expression(value):
            yield fault(f"'{name}' must be a fixed text.", name)
        elif name == "secret" and not _SECRET.match(value):
            yield fault(
                "'secret' is the name of a stored secret of the team, not the secret itself. Write its name.", name
            )
        elif name in _HEADERS and not _HEADER.match(value):
            yield fault(f"'{value}' cannot be the name of a header. Use letters, digits and hyphens.", name)
    for name in scheme.required:
        if auth.get(name) is None:
            yield fault(f"auth '{kind}' needs '{name}'. Add it." if name != "secret" else _needs_secret(kind))


def _needs_secret(kind: str) -> str:
    return f"auth '{kind}' needs 'secret'. Add it with the name of a stored secret of the team."


def _api_key(auth: dict[str, JSON]) -> Iterator[Fault]:
    given = [name for name in ("header", "query") if auth.get(name) is not None]
    if len(given) != 1:
        yield fault("auth 'api_key' needs either 'header' or 'query': the name under which the key is sent.")


def _hmac(auth: dict[str, JSON]) -> Iterator[Fault]:
    for name, choices in (("preset", PRESETS), ("algorithm", ALGORITHMS), ("encoding", ENCODINGS)):
        message = one_of(auth[name], choices, f"a choice for '{name}'") if auth.get(name) is not None else None
        if message:
            yield fault(message, name)
    if auth.get("preset") is None:
        if auth.get("header") is None:
            yield fault(
                f"auth 'hmac' needs 'preset' ({', '.join(PRESETS)}) or 'header', the name of the signature's header."
            )
        return
    for name in ("header", "algorithm", "encoding", "prefix", "timestamp_header"):
        if auth.get(name) is not None:
            yield fault(f"'{name}' follows from the preset '{auth['preset']}'. Remove one of the two.", name)


def _jwt(auth: dict[str, JSON]) -> Iterator[Fault]:
    algorithm = auth.get("algorithm")
    if algorithm is not None and (message := one_of(algorithm, (*SHARED, *BY_KEY), "a choice for 'algorithm'")):
        yield fault(message, "algorithm")
        return
    given = [name for name in ("secret", "public_key", "jwks_url") if auth.get(name) is not None]
    if len(given) != 1:
        yield fault("auth 'jwt' needs one of 'secret', 'public_key' and 'jwks_url': what its tokens are checked with.")
        return
    if algorithm is not None and (algorithm in SHARED) != (given[0] == "secret"):
        wanted = "'secret'" if algorithm in SHARED else "'public_key' or 'jwks_url'"
        yield fault(f"Tokens signed with {algorithm} are checked with {wanted}, not with '{given[0]}'.", given[0])
        return
    yield from _public_key(auth.get("public_key"))
    yield from _jwks_url(auth.get("jwks_url"))


def _public_key(value: JSON) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if "PRIVATE KEY-----" in value:
        yield fault("That is a private key, which only the issuer may have. Write the public key.", "public_key")
    elif not _PEM.match(value.strip()):
        yield fault("'public_key' must be in PEM and begin with '-----BEGIN PUBLIC KEY-----'.", "public_key")


def _jwks_url(value: JSON) -> Iterator[Fault]:
    if isinstance(value, str) and not _URL.match(value):
        message = "'jwks_url' must be the address of a key set, such as 'https://login.example/jwks.json'."
        yield fault(message, "jwks_url")
