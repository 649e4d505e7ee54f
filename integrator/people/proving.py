"""Asks somebody who is signed in to prove once more who they are: by password, or by the code of their authenticator.

Bounded: five wrong tries in five minutes, then nothing is taken for a while. Nothing of what was typed is kept.

ProofError
└── ProofRefused   proof.wrong  proof.too_often  proof.unavailable
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache

from integrator.people.models import Person

MAX_TRIES = 5
WINDOW_S = 300
METHODS = ("password", "totp", "any")


class ProofError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, str] = {}


class ProofRefused(ProofError):
    """It was not proven."""


def prove_person(person: Person, secret: str, *, method: str = "password") -> str:
    """This will say by what ``secret`` proves who this is: ``password`` or ``totp``. Raises ProofRefused.

    ``method`` is password, totp or any. One query where a code may do. The count of wrong tries lives in the cache.
    """
    key = f"proof-tries:{person.pk}"
    if (cache.get(key) or 0) >= MAX_TRIES:
        raise ProofRefused("proof.too_often", "There were too many wrong tries. Wait five minutes, then try again.")
    ways = _list_ways(person, method)
    if not ways:
        message = "You have no authenticator app set up. Set one up under your name at the top, then come back."
        if method != "totp":
            message = "You sign in without a password. Set one, or an authenticator app, under your name at the top."
        raise ProofRefused("proof.unavailable", message)
    for way in ways:
        if _CHECKS[way](person, secret):
            cache.delete(key)
            return way
    cache.add(key, 0, WINDOW_S)
    cache.incr(key)
    words = {"password": "password", "totp": "code", "any": "password or code"}[method]
    raise ProofRefused("proof.wrong", f"This {words} is not right. Type it again.")


def _list_ways(person: Person, method: str) -> list[str]:
    ways = []
    if method in ("password", "any") and person.has_usable_password():
        ways.append("password")
    if method in ("totp", "any") and _find_authenticator(person) is not None:
        ways.append("totp")
    return ways


def _find_authenticator(person: Person) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return found


def _is_password(person: Person, secret: str) -> bool:
    return bool(secret) and person.check_password(secret)


def _is_code(person: Person, secret: str) -> bool:
    found = _find_authenticator(person)
    code = secret.replace(" ", "")
    return found is not None and code.isdecimal() and len(code) < 10 and bool(TOTP(found).validate_code(code))


_CHECKS = {"password": _is_password, "totp": _is_code}
