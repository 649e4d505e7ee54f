"""Owns JSON Web Tokens as bearer tokens (RFC 7519, 8725): a fixed algorithm, issuer, audience, clock. Fetches nothing.

The signature is checked by PyJWT; the claims are checked here, because the clock comes in as an argument.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import HMACAlgorithm

from integrator.lib.signing.comparing import format_span, read_header
from integrator.lib.signing.errors import CLAIM, CLOCK, MALFORMED, MISMATCH, NO_SECRET, SignatureError

SHARED_ALGORITHMS = ("HS256", "HS384", "HS512")
KEY_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S = 60
MAX_KEYS = 20
ANOTHER_KEY = "the token is signed with another key"
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class _SharedSecret(HMACAlgorithm):
    """HMAC without PyJWT's warning about short keys: how long a secret is was decided by who set it."""

    def check_key_length(self, key: bytes) -> str | None:
        return None


def _make_checker() -> jwt.PyJWS:
    checker = jwt.PyJWS(algorithms=list(KEY_ALGORITHMS))
    for algorithm, digest in (("HS256", "SHA256"), ("HS384", "SHA384"), ("HS512", "SHA512")):
        checker.register_algorithm(algorithm, _SharedSecret(getattr(HMACAlgorithm, digest)))
    return checker


_JWS = _make_checker()


@dataclass(frozen=True, kw_only=True)
class TokenRule:
    """What a token must say. ``algorithm`` is the only one taken, whatever the token claims to be signed with."""

    issuer: str
    audience: str
    algorithm: str
    leeway_s: int = LEEWAY_S


@dataclass(frozen=True, kw_only=True)
class TokenKey:
    """A key that tokens may be signed with; ``key_id`` is its ``kid`` in a key set, None for the only one."""

    key: Any = field(repr=False)
    key_id: str | None = None


def make_shared_keys(secrets: Sequence[str]) -> list[TokenKey]:
    """The keys of ``HS…``: the active secrets as they are written."""
    return [TokenKey(key=secret.encode(errors="surrogatepass")) for secret in secrets if secret]


def read_public_key(pem: str) -> TokenKey:
    """A public key in PEM. Raises ValueError for anything else, a private key too."""
    return TokenKey(key=load_pem_public_key(pem.strip().encode()))


def read_key_set(data: bytes, algorithm: str) -> list[TokenKey]:
    """The keys of a JWK set (RFC 7517, section 5) that fit ``algorithm``; secrets and keys to encrypt with never do.

    Raises ValueError for what is no key set.
    """
    try:
        listed = json.loads(data)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is no JWK set") from error
    if not isinstance(listed, list):
        raise ValueError("it is no JWK set")  # noqa: TRY004 - one error for what came from outside
    keys = [_read_key(each, algorithm) for each in listed[: MAX_KEYS * 5] if isinstance(each, dict)]
    return [key for key in keys if key is not None][:MAX_KEYS]


def _read_key(listed: dict[str, Any], algorithm: str) -> TokenKey | None:
    fits = (
        listed.get("kty") == _KEY_TYPES.get(algorithm[:2])
        and listed.get("use", "sig") == "sig"
        and listed.get("alg", algorithm) == algorithm
    )
    if not fits:
        return None
    try:
        key = jwt.PyJWK.from_dict(listed, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):  # a key that we cannot read is one that nothing is signed with
        return None
    key_id = listed.get("kid")
    return TokenKey(key=key, key_id=key_id if isinstance(key_id, str) else None)


def read_key_id(headers: Mapping[str, str], algorithm: str) -> str | None:
    """The ``kid`` that a token names, before anything of it is believed. Raises SignatureError."""
    token_header = _read_token_header(_read_token(headers), algorithm)
    key_id = token_header.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise SignatureError(MALFORMED, "the token names its key by what is no text")
    return key_id


def verify_token(headers: Mapping[str, str], keys: Sequence[TokenKey], *, rule: TokenRule, now: datetime) -> None:
    """Check that one of ``keys`` signed the bearer token as ``rule`` says, and that it holds now.

    ``exp`` must be there. Raises SignatureError, about the claims only after the signature was found right.
    """
    token = _read_token(headers)
    _read_token_header(token, rule.algorithm)
    if not keys:
        raise SignatureError(NO_SECRET, "no key is known here to check the token with")
    claims = _read_claims(_verify_signature(token, keys, rule.algorithm))
    _check_times(claims, rule, now)
    _check_names(claims, rule)


def _read_token(headers: Mapping[str, str]) -> str:
    given, _, token = read_header(headers, "authorization").partition(" ")
    if given.lower() != "bearer" or not token.strip():
        raise SignatureError(MALFORMED, "the header authorization is not of the form Bearer …")
    return token.strip()


def _read_token_header(token: str, algorithm: str) -> dict[str, Any]:
    try:
        found = _JWS.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise SignatureError(MALFORMED, "the bearer token is no JSON Web Token") from error
    if found.get("alg") != algorithm:
        raise SignatureError(MISMATCH, f"the token is signed with {str(found.get('alg'))[:20]}, expected {algorithm}")
    return found


def _verify_signature(token: str, keys: Sequence[TokenKey], algorithm: str) -> bytes:
    for key in keys[:MAX_KEYS]:
        try:
            payload: bytes = _JWS.decode(token, key.key, algorithms=[algorithm])
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise SignatureError(MALFORMED, f"the token cannot be checked by {algorithm} with this key") from error
        return payload
    raise SignatureError(MISMATCH, ANOTHER_KEY)


def _read_claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise SignatureError(MALFORMED, "the token holds no claims") from error
    if not isinstance(claims, dict):
        raise SignatureError(MALFORMED, "the token holds no claims")
    return claims


def _check_times(claims: Mapping[str, Any], rule: TokenRule, now: datetime) -> None:
    at = now.timestamp()
    expires, begins = _read_time(claims, "exp"), _read_time(claims, "nbf")
    if expires is None:
        raise SignatureError(CLAIM, "the token says no time of expiry (exp)")
    if at >= expires + rule.leeway_s:
        raise SignatureError(CLOCK, f"the token expired {format_span(at - expires)} ago")
    if begins is not None and at < begins - rule.leeway_s:
        raise SignatureError(CLOCK, f"the token is good only in {format_span(begins - at)}")


def _read_time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise SignatureError(MALFORMED, f"the token's {name} is no Unix time")
    return float(value)


def _check_names(claims: Mapping[str, Any], rule: TokenRule) -> None:
    if claims.get("iss") != rule.issuer:
        raise SignatureError(CLAIM, f"the token's issuer is {_show(claims.get('iss'))}, expected {rule.issuer}")
    audience = claims.get("aud")
    if rule.audience not in (audience if isinstance(audience, list) else [audience]):
        raise SignatureError(CLAIM, f"the token's audience is {_show(audience)}, expected {rule.audience}")


def _show(value: object) -> str:
    if value is None:
        return "not given"
    return (value if isinstance(value, str) else json.dumps(value))[:100]
