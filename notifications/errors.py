"""Why an alert was not sent, found or answered. The core knows no HTTP status; the interface maps ``code``.

AlertError
├── AlertNotFound     alert.not_found                                    no such alert, or not yours
├── AlertInvalid      alert.title_missing  alert.title_long  alert.title_invalid  alert.body_invalid
│                     alert.link_invalid  alert.severity_invalid  alert.unknown_type
└── AudienceInvalid   alert.unknown_person  alert.nobody  alert.too_many
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AlertError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class AlertNotFound(AlertError):
    """There is no such alert, or it was not sent to this person: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("alert.not_found", "There is no such alert, or it was not sent to you.")


class AlertInvalid(AlertError):
    """A field of an alert cannot be as asked."""


class AudienceInvalid(AlertError):
    """There is nobody, or somebody unknown, to tell. ``details["who"]`` is the reference, where there is one."""
