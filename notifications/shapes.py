"""The fields of an alert: pure checks of what a sender wrote, and the plain JSON of the interface."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from integrator.lib.clock import to_rfc3339
from integrator.lib.strict_json import StrictJSONError, check
from notifications.errors import AlertInvalid
from notifications.models import Delivery, Severity

MAX_TITLE = 500
MAX_BODY = 20_000
MAX_LINK = 2_000


def check_title(value: Any) -> str:
    """A title of 1 to 500 characters; a number becomes its text. Raises AlertInvalid."""
    title = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if title is None or title == "":
        raise AlertInvalid("alert.title_missing", f"The alert has no title. Give it 1 to {MAX_TITLE} characters.")
    if not isinstance(title, str):
        raise AlertInvalid("alert.title_invalid", "The title of an alert is a text, not a list or object.")
    if len(title) > MAX_TITLE:
        message = f"The title of the alert has {len(title):,} characters; {MAX_TITLE} is the most. Shorten it."
        raise AlertInvalid("alert.title_long", message)
    _check_plain(title, "alert.title_invalid", "The title")
    return title


def check_body(value: Any) -> str:
    """What there is to say, plain text of any lines; None is nothing. Raises AlertInvalid."""
    body = "" if value is None else str(value) if isinstance(value, int | float) and value is not True else value
    if not isinstance(body, str):
        raise AlertInvalid("alert.body_invalid", "The body of an alert is a text, not a list or object.")
    if len(body) > MAX_BODY:
        message = f"The body of the alert has {len(body):,} characters; {MAX_BODY:,} is the most. Shorten it."
        raise AlertInvalid("alert.body_invalid", message)
    _check_plain(body, "alert.body_invalid", "The body")
    return body


def check_link(value: Any) -> str:
    """Where the alert leads: an http(s) address or a path of ours such as ``/cases/C-2026-000001/``; None is nowhere.

    Raises AlertInvalid.
    """
    if value is None or value == "":
        return ""
    message = "The link is not usable. Write an address that begins with https:// or a path such as /cases/…"
    if not isinstance(value, str) or len(value) > MAX_LINK or any(char <= " " or char == "\x7f" for char in value):
        raise AlertInvalid("alert.link_invalid", message)
    _check_plain(value, "alert.link_invalid", "The link")
    if value.startswith("/"):
        if value[1:2] in ("/", "\\"):
            raise AlertInvalid("alert.link_invalid", message)
        return value
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError as error:
        raise AlertInvalid("alert.link_invalid", message) from error
    if not is_usable:
        raise AlertInvalid("alert.link_invalid", message)
    return value


def check_severity(value: Any) -> str:
    """One of the three words; None is info. Raises AlertInvalid."""
    if value is None:
        return Severity.INFO.value
    if value not in Severity.values:
        message = f"{value!r:.60} is no severity. Write info, warning or critical."
        raise AlertInvalid("alert.severity_invalid", message)
    return str(value)


def describe_alert(delivery: Delivery) -> dict[str, Any]:
    """One's own copy of an alert, as the API gives it. Reads alert, type and team unless selected with it."""
    alert = delivery.alert
    return {
        "id": str(alert.pk),
        "type": alert.type.key,
        "title": alert.title,
        "body": alert.body,
        "link": alert.link or None,
        "severity": alert.severity,
        "team": alert.team.slug,
        "run": alert.correlation or None,
        "state": "unread" if delivery.state == "sent" else delivery.state,
        "created_at": to_rfc3339(alert.created_at),
        "read_at": to_rfc3339(delivery.read_at) if delivery.read_at else None,
        "acknowledged_at": to_rfc3339(delivery.acknowledged_at) if delivery.acknowledged_at else None,
    }


def _check_plain(value: str, code: str, what: str) -> None:
    try:
        check(value)
    except StrictJSONError as error:
        raise AlertInvalid(code, f"{what} cannot be kept: {error.message}") from error
