"""Owns calls that show the secret itself: bearer, basic (RFC 7617) and API key. Compares in constant time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from integrator.lib.signing.comparing import equal_texts, read_header, require_secrets
from integrator.lib.signing.errors import MALFORMED, MISMATCH, MISSING, SignatureError


def verify_bearer(headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Check `Authorization: Bearer SECRET`. Raises SignatureError."""
    if not _matches(_credentials(headers, "bearer"), secrets):
        raise SignatureError(MISMATCH, "the bearer token is another one")


def verify_basic(headers: Mapping[str, str], user: str, secrets: Sequence[str]) -> None:
    """Check `Authorization: Basic …` for this user with one of the active passwords. Raises SignatureError."""
    try:
        text = base64.b64decode(_credentials(headers, "basic"), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise SignatureError(MALFORMED, "the header authorization is not Basic with base64 of user:password") from error
    name, colon, password = text.partition(":")
    if not colon:
        raise SignatureError(MALFORMED, "the header authorization is not Basic with base64 of user:password")
    right_password = _matches(password, secrets)
    if not (equal_texts(name, user) and right_password):
        raise SignatureError(MISMATCH, "the user name or the password is another one")


def verify_api_key(value: str | None, secrets: Sequence[str], *, name: str = "x-api-key") -> None:
    """Check the API key a call shows in the header or query parameter `name`; None when it shows none.

    Raises SignatureError.
    """
    if not value:
        raise SignatureError(MISSING, f"the API key {name} is missing")
    if not _matches(value, secrets):
        raise SignatureError(MISMATCH, f"the API key in {name} is another one")


def _matches(value: str, secrets: Sequence[str]) -> bool:
    found = False
    for secret in require_secrets(secrets):
        found |= equal_texts(value, secret)
    return found


def _credentials(headers: Mapping[str, str], scheme: str) -> str:
    given, _, credentials = read_header(headers, "authorization").partition(" ")
    if given.lower() != scheme or not credentials.strip():
        raise SignatureError(MALFORMED, f"the header authorization is not of the form {scheme.title()} …")
    return credentials.strip()
