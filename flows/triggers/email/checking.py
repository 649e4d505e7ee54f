"""What is wrong with the settings of an e-mail trigger, in sentences that say what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.joining import check_joining
from flows.definition.kind import Finding
from flows.definition.model import JSON
from flows.definition.places import finding_at
from flows.definition.words import did_you_mean, type_words
from flows.triggers.email.looking import KEEP, MOVE, SEEN
from flows.triggers.schedule.trigger import check_every
from flows.triggers.webhook import check_callers, check_path

TLS = ("implicit", "starttls", "none")
SAMPLE = "{host: imap.example.org, user: orders@example.org, secret: mailbox}"
_FIELDS = ("host", "port", "user", "secret", "connection", "tls", "folder", "trust")
_NEEDED = {"host": "imap.example.org", "user": "orders@example.org", "secret": "mailbox"}
_ONLY_POLLED = ("every", "after", "first", "timeout_s")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_TIMEOUT_MOST = 600


def check_email(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    """Findings that the settings' types alone cannot give."""
    mailbox, path = settings.get("mailbox"), settings.get("path")
    if (mailbox is None) == (path is None):
        yield finding_at(
            ("trigger",),
            "An e-mail trigger needs either 'mailbox:', which is looked into, or 'path:', to which a mail system hands "
            "messages." + ("" if mailbox is None else " Remove one of the two."),
            code="definition.missing_setting",
        )
    elif mailbox is not None:
        yield from _check_mailbox(mailbox)
        yield from _check_polled(settings)
    else:
        yield from _check_handed_over(settings)
    yield from check_joining(settings)


def _check_mailbox(mailbox: JSON) -> Iterator[Finding]:
    path = ("trigger", "mailbox")
    if not isinstance(mailbox, dict):
        yield finding_at(path, f"'mailbox' must be a mapping such as '{SAMPLE}', but is {type_words(mailbox)}.")
        return
    for name, value in mailbox.items():
        message = _judge_field(str(name), value)
        if message:
            yield finding_at((*path, str(name)), message)
    for name, sample in _NEEDED.items():
        if mailbox.get(name) is None and not (name == "secret" and "connection" in mailbox):
            yield finding_at(path, f"'mailbox' needs '{name}'. Add it, such as '{name}: {sample}'.")
    if mailbox.get("secret") is not None and mailbox.get("connection") is not None:
        yield finding_at(
            (*path, "connection"), "A mailbox is signed in to with a 'secret' or a 'connection'. Remove one of the two."
        )
    if mailbox.get("tls") == "none":
        yield finding_at(
            (*path, "tls"),
            "With 'tls: none' the password and all mail cross the network in plain. Write 'tls: implicit', unless the "
            "server stands on this machine.",
            code="definition.plain_mailbox",
            severity="warning",
        )


def _judge_field(name: str, value: JSON) -> str:
    """What is wrong with one field, "" when nothing is."""
    if name not in _FIELDS:
        return f"'{name}' is not a field of 'mailbox'.{did_you_mean(name, _FIELDS, what='Fields') or ' Remove it.'}"
    if name == "port":
        is_port = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65_536
        return "" if is_port else "'port' must be a whole number from 1 to 65535, such as 993."
    if not isinstance(value, str) or not value.strip() or is_expression(value):
        return f"'{name}' must be a fixed text."
    if name != "trust" and any(ord(char) < 32 for char in value):
        return f"'{name}' must be one line."
    return _judge_text(name, value)


def _judge_text(name: str, value: str) -> str:
    if name == "host" and re.search(r"[\s/@:]", value) and not value.startswith("["):
        return "'host' is the name of the mail server alone, such as 'imap.example.org'. Put the port under 'port'."
    if name == "tls" and value not in TLS:
        return f"'{value}' is not a choice for 'tls'.{did_you_mean(value, TLS, what='Choices')}"
    if name == "secret" and not _SECRET.match(value):
        return "'secret' is the name of a stored secret of the team, not the password itself. Write its name."
    if name == "secret" and value.startswith("connection."):
        return (
            "'secret' names the secret of a connection, which goes to that connection's host alone. Store another one."
        )
    if name == "trust" and "-----BEGIN CERTIFICATE-----" not in value:
        return "'trust' must be a certificate in PEM and begin with '-----BEGIN CERTIFICATE-----'."
    return ""


def _check_polled(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    yield from check_every(settings.get("every"))
    after = settings.get("after")
    if isinstance(after, str) and after not in (KEEP, SEEN) and not after.removeprefix(MOVE).strip():
        yield finding_at(("trigger", "after"), "'move:' needs the name of a folder, such as 'move:Done'.")
    elif isinstance(after, str) and after not in (KEEP, SEEN) and not after.startswith(MOVE):
        yield finding_at(
            ("trigger", "after"), f"'{after}' is not a choice for 'after'. Write keep, seen, or move:FOLDER."
        )
    elif isinstance(after, str) and (any(ord(char) < 32 for char in after) or _moves_nowhere(after, settings)):
        yield finding_at(("trigger", "after"), "'after' would move messages to the folder they are in. Name another.")
    timeout = settings.get("timeout_s")
    if isinstance(timeout, int | float) and not 1 <= timeout <= _TIMEOUT_MOST:
        yield finding_at(("trigger", "timeout_s"), f"'timeout_s' must be from 1 to {_TIMEOUT_MOST} seconds.")
    for name in ("auth", "rate"):
        if settings.get(name) is not None:
            yield finding_at(("trigger", name), f"'{name}' is for those who call 'path', not for a mailbox. Remove it.")


def _moves_nowhere(after: str, settings: Mapping[str, JSON]) -> bool:
    mailbox = settings.get("mailbox")
    folder = mailbox.get("folder", "INBOX") if isinstance(mailbox, dict) else "INBOX"
    return after == f"{MOVE}{folder}"


def _check_handed_over(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    yield from check_path(settings.get("path"), example="orders-mail")
    for name in _ONLY_POLLED:
        if settings.get(name) is not None:
            yield finding_at(("trigger", name), f"'{name}' is for a mailbox that is looked into. Remove it, or 'path'.")
    yield from check_callers(settings, takes_mail=True)
