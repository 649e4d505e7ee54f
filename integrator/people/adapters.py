"""What allauth asks us: no open sign-up, where a call comes from, and encrypted second factors."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from integrator.secrets import vault
from integrator.secrets.locks import take_writer_lock_in


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are added by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that sign-in limits count: the proxy's word only where the operator says to believe it."""
        return get_client_address(request)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """TOTP seeds and recovery seeds are kept as ciphertext of our own keys."""

    def encrypt(self, text: str) -> str:
        """Ciphertext for the database. Enrolment runs in a transaction, which then holds off a rotation of the key."""
        if connection.in_atomic_block:
            take_writer_lock_in()
        return vault.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The plain text of what ``encrypt`` gave."""
        return vault.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The name the authenticator app shows."""
        return "Integrator"


def get_client_address(request: HttpRequest) -> str:
    """This will give the caller's IP address as text; behind a trusted proxy the last one it added."""
    direct = str(request.META.get("REMOTE_ADDR") or "unknown")
    if not settings.TRUSTED_PROXY:
        return direct
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded or direct
