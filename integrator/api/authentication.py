"""Bearer sign-in for the API. A bad token is always 401, whatever session comes with it."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrator.people.models import AccessToken, Person
from integrator.people.operations import record_token_use
from integrator.people.rights import remember_grants
from integrator.people.tokens import find_token

TOKEN_MAX_CHARS = 200


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN`` (RFC 6750). Another scheme or none leaves it to the session."""

    def authenticate(self, request: Request) -> tuple[Person, AccessToken] | None:
        """This will give the token's person. One query; a write at most once a minute. Raises AuthenticationFailed."""
        scheme, _, given = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        now = timezone.now()
        token = find_token(read_token(given), now=now)
        if token is None:
            raise AuthenticationFailed("This access token is unknown, expired or revoked. Make another one.")
        record_token_use(token=token, now=now)
        remember_grants(token.person)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says in ``WWW-Authenticate``."""
        return 'Bearer realm="integrator"'


def read_token(given: bytes) -> str:
    """The token's text. Raises AuthenticationFailed for what cannot be one."""
    text = given.strip().decode("ascii", errors="replace")
    if not text or len(text) > TOKEN_MAX_CHARS or not text.isascii():
        raise AuthenticationFailed("Send one access token after the word Bearer.")
    return text
