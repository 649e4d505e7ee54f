"""Checks name or address and password. Takes as long for somebody unknown as for somebody known."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from integrator.people.models import Person


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, but it hashes once a sign-in. Theirs tries an address twice where it belongs to somebody, once where
    it does not, and a stranger with a stopwatch learns who works here."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        """The person, or None."""
        self._refused: set[int] = set()
        found: Person | None = super().authenticate(request, **credentials)
        return found

    def _check_password(self, user: Person | None, password: str) -> Person | None:
        if user is None or user.pk in self._refused:
            return None
        found: Person | None = super()._check_password(user, password)
        if found is None:
            self._refused.add(user.pk)
        return found
