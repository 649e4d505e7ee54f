"""The vocabulary of the checks: faults below a setting, key and name syntax."""

from __future__ import annotations

import re

from flows.definition.places import Fault
from flows.definition.words import did_you_mean

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
FLOW_KEY = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
MAX_KEY_CHARS = 100

__all__ = ["FLOW_KEY", "KEY", "MAX_KEY_CHARS", "Fault", "fault", "key_fault", "one_of"]


def fault(message: str, *path: str | int) -> Fault:
    """A sentence with the path below the thing that was looked at."""
    return message, path


def key_fault(key: str, what: str) -> str | None:
    """Why ``key`` cannot name a step, port, variable or outcome; None when it can."""
    if len(key) > MAX_KEY_CHARS:
        return f"The name of {what} has {len(key)} characters. Use at most {MAX_KEY_CHARS}."
    if not KEY.match(key):
        return (
            f"'{key}' cannot name {what}. Use lower-case letters, digits and '_', and begin with a letter, "
            "such as 'open_case'."
        )
    return None


def one_of(value: object, choices: tuple[str, ...], what: str) -> str | None:
    """Why ``value`` is none of the choices; None when it is one."""
    if isinstance(value, str) and value in choices:
        return None
    guess = did_you_mean(value, choices, what="Choices") if isinstance(value, str) else ""
    if not guess or guess.startswith(" Choices"):
        guess = f" Choose one of: {', '.join(choices)}."
    shown = f"'{value}'" if isinstance(value, str) else "This"
    return f"{shown} is not {what}.{guess}"
