"""What every reveal of a masked value has in common: a reason, a right, and an event that never holds the value.

RevealRefused
├── reveal.reason_missing   nobody said why, or in too many words
├── reveal.path_unknown     nothing masked stands there
└── reveal.forbidden        the person sees the thing and may not reveal what is masked in it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.veil import Veil, veiled
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can

MAX_REASON_CHARS = 500
MAX_NAMED = 12


class RevealRefused(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class RevealForbidden(RevealRefused):
    """They see it, and may not reveal it."""

    def __init__(self) -> None:
        super().__init__("reveal.forbidden", "Operators and leads of the team may reveal this. Ask one of them.")


def can_reveal(person: Person, team: Team | int | None) -> bool:
    """This will say whether the person may reveal what is masked in things of the team."""
    return can(person, Action.SENSITIVE_REVEAL, team)


def check_reason(reason: object) -> str:
    """This will give the reason without white space round it. Raises RevealRefused."""
    words = reason.strip() if isinstance(reason, str) else ""
    if not words or len(words) > MAX_REASON_CHARS:
        message = f"Say why you need to see it, in 1 to {MAX_REASON_CHARS} characters. The reason is kept."
        raise RevealRefused("reveal.reason_missing", message, _point("/reason", message))
    return words.replace("\0", "")


def refuse_path(path: str, known: Iterable[str]) -> RevealRefused:
    """The refusal of a path at which nothing is masked; it names those that there are."""
    names = list(known)[:MAX_NAMED]
    hint = f"Masked here: {', '.join(names)}." if names else "Nothing is masked here."
    message = f"Nothing masked stands at '{path[:100]}'. {hint}"
    return RevealRefused("reveal.path_unknown", message, _point("/path", message))


def record_reveal_in(  # noqa: PLR0913 - one keyword for each thing the log says of it
    *,
    person: Person,
    subject: tuple[str, object],
    field: str,
    reason: str,
    veil: Veil,
    correlation: str = "",
    team_id: int | None = None,
) -> None:
    """This will record who revealed which field of what, and why. Whoever writes the value as the reason is masked."""
    if not connection.in_atomic_block:
        raise RuntimeError("record_reveal_in joins a transaction, and none is open.")
    with veiled(veil):
        record(
            "field.revealed",
            actor=Actor.person(person),
            subject=subject,
            data={"field": field, "reason": reason},
            correlation=correlation,
            team_id=team_id,
        )


def _point(pointer: str, message: str) -> dict[str, Any]:
    return {"errors": [{"pointer": pointer, "message": message}]}
