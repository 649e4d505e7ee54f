"""OAuth2 authorization code with PKCE (RFC 6749 section 4.1, RFC 7636): a person approves once, we renew the token."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

from flows.connectors.http.sign_in.kind import ConnectionKind, Field, SecretField, Settings
from flows.connectors.http.sign_in.oauth2_client import TOKEN_FIELDS, check_addresses, dress_with_token


def make_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def make_authorize_address(settings: Settings, *, state: str, verifier: str, redirect_uri: str) -> str:
    """Where a person approves: the address with all that RFC 6749 section 4.1.1 and PKCE put behind it."""
    fields = {
        "response_type": "code",
        "client_id": settings["client_id"],
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": make_challenge(verifier),
        "code_challenge_method": "S256",
        "scope": settings.get("scope", ""),
        "audience": settings.get("audience", ""),
    }
    address = settings["authorize_url"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode({k: v for k, v in fields.items() if v})}"


OAUTH2_CODE = ConnectionKind(
    key="oauth2_code",
    label="OAuth2: a person approves",
    help="Authorization code: somebody with an account there approves once; we keep the token fresh from then on.",
    fields=(
        Field(name="authorize_url", label="Approval address", kind="url", help="Where people approve."),
        *TOKEN_FIELDS,
    ),
    secret=SecretField(label="Client secret"),
    grant="authorization_code",
    check=check_addresses,
    dress=dress_with_token,
)
