"""A message (RFC 5322, MIME) as the data that a run gets, its attachments spooled as files. Keeps nothing.

MailRefused
├── email.unreadable   it is no message, is damaged, or has a text that cannot be read
└── email.too_large    it, a part, or the number of its parts is over what is taken
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import InvalidBase64LengthDefect
from email.message import Message
from typing import Any

from flows.definition.model import JSON
from flows.triggers.email.automatic import tell_automatic
from flows.triggers.email.reading import (
    Unreadable,
    decode_name,
    decode_text,
    html_to_text,
    read_addresses,
    read_date,
    read_header,
    read_ids,
)
from integrator.files.errors import StorageFailed, UploadRefused
from integrator.files.incoming import IncomingFile, receive
from integrator.files.limits import get_limits, refuse_count
from integrator.files.spool import spool_chunks

MAIL_MAX_BYTES = 26_214_400
HEAD_MAX_BYTES = 262_144
TEXT_MAX_CHARS = 1_000_000
PARTS_MAX = 200
MARKS_MAX = {b"\n--": 20_000, b"boundary=": PARTS_MAX}  # before parsing, whose time and memory grow with them
DEPTH_MAX = 20
MAIL_HEADERS = ("from", "date", "message-id", "subject", "received")  # no message is without all of them
SHOWN_HEADERS = (
    "authentication-results", "auto-submitted", "content-language", "delivered-to", "importance", "list-id",
    "organization", "precedence", "return-path", "sender", "thread-topic", "user-agent", "x-mailer", "x-priority",
    "x-spam-flag",
)  # fmt: skip


_CASE = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Z0-9]{0,7}-[0-9]{4}-[0-9]{3,9}(?![A-Za-z0-9])")


class MailRefused(Exception):
    """A message starts nothing. ``code`` is stable and dotted, ``reason`` says what is wrong with it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A message as data. ``key`` is its Message-ID, "" where it has none; ``automatic`` is why no person sent it."""

    body: dict[str, JSON]
    files: tuple[IncomingFile, ...]
    key: str
    automatic: str

    def discard(self) -> None:
        """Remove the spooled attachments; harmless for those that were kept."""
        for file in self.files:
            file.upload.discard()


@dataclass(kw_only=True)
class _Found:
    texts: list[str]
    pages: list[str]
    files: list[IncomingFile]


def parse_mail(raw: bytes) -> Mail:
    """This will read a message. Raises MailRefused, and StorageFailed where the disk takes no more; then no file is
    left.
    """
    message = _parse(raw)
    found = _Found(texts=[], pages=[], files=[])
    try:
        for part in _leaves(message):
            _take_part(part, found)
        text, html = _join(found)
        body = {**_describe(message), "text": text, "html": html, "attachments": [dict(f.facts) for f in found.files]}
    except (MailRefused, Unreadable, UploadRefused, StorageFailed) as error:
        for file in found.files:
            file.upload.discard()
        raise _as_refusal(error) from error
    return Mail(
        body=body, files=tuple(found.files), key=str(body["message_id"] or ""), automatic=str(body["automatic"])
    )


def parse_head(raw: bytes) -> dict[str, JSON]:
    """What the headers alone say, of a message that is not taken. Never fails: what cannot be read is left out."""
    try:
        return {name: value for name, value in _describe(message_from_bytes(raw[:HEAD_MAX_BYTES])).items() if value}
    except Exception:  # it is refused already; how it is shown must not matter
        return {}


def refuse_size(size_bytes: int) -> MailRefused:
    """The refusal of a message that is too large."""
    return MailRefused(
        "email.too_large",
        f"It has {size_bytes:,} bytes; {MAIL_MAX_BYTES:,} is the most. Ask the sender for a link instead of files.",
    )


def _parse(raw: bytes) -> Message:
    if len(raw) > MAIL_MAX_BYTES:
        raise refuse_size(len(raw))
    head = min((place for mark in (b"\r\n\r\n", b"\n\n") if (place := raw.find(mark)) >= 0), default=len(raw))
    if head > HEAD_MAX_BYTES:
        raise MailRefused("email.too_large", f"Its headers have {head:,} bytes; {HEAD_MAX_BYTES:,} is the most.")
    if any(raw.count(mark) > most for mark, most in MARKS_MAX.items()):
        raise _too_many_parts()
    try:
        message = message_from_bytes(raw)
    except Exception as error:  # the parser promises not to fail; nested parts can still exhaust its stack
        raise _unreadable("Its parts are nested too deep or damaged.") from error
    if not any(name in message for name in MAIL_HEADERS):
        raise _unreadable("It is no e-mail: it has none of the headers From, Date, Message-ID and Subject.")
    return message


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold content, in order."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > PARTS_MAX or depth > DEPTH_MAX:
            raise _too_many_parts()
        below = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(below, list):
            waiting.extend((each, depth + 1) for each in reversed(below) if isinstance(each, Message))
        else:
            yield part


def _take_part(part: Message, found: _Found) -> None:
    kind, name = part.get_content_type(), part.get_filename()
    is_file = name is not None or part.get_content_disposition() == "attachment"
    if kind in ("text/plain", "text/html") and not is_file:
        data = part.get_payload(decode=True)
        text = decode_text(data if isinstance(data, bytes) else b"", _charset(part))
        (found.texts if kind == "text/plain" else found.pages).append(text)
        return
    if part.get_content_maintype() == "multipart":
        return  # one without parts: there is nothing in it
    limits = get_limits()
    if len(found.files) >= limits.files:
        raise refuse_count(limits)
    found.files.append(receive(_spool(part, kind, name)))


def _spool(part: Message, kind: str, name: str | None) -> Any:
    data = _read_content(part, kind)
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        raise _unreadable(
            f"The attachment “{decode_name(name or 'file')[:80]}” is damaged. Ask the sender for it anew."
        )
    return spool_chunks(
        [data],
        name=decode_name(name) if name else _make_name(part, kind),
        declared_type=kind.encode("ascii", "replace").decode(),
    )


def _read_content(part: Message, kind: str) -> bytes:
    inner = part.get_payload()
    if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return inner[0].as_bytes()
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else part.as_bytes()


def _make_name(part: Message, kind: str) -> str:
    """A name for what came without one."""
    if kind == "message/rfc822":
        return "message.eml"
    subtype = part.get_content_subtype()
    return f"attachment.{subtype}" if subtype.isalnum() and len(subtype) <= 5 else "attachment"


def _join(found: _Found) -> tuple[str, str | None]:
    html = "\n".join(found.pages) if found.pages else None
    text = "\n".join(found.texts)
    if not text.strip() and html is not None and len(html) <= TEXT_MAX_CHARS:
        text = html_to_text(html)
    if max(len(text), len(html or "")) > TEXT_MAX_CHARS:
        raise MailRefused("email.too_large", f"Its text has more than {TEXT_MAX_CHARS:,} characters.")
    return text, html


def _describe(message: Message) -> dict[str, JSON]:
    """What the headers say."""
    senders = read_addresses(message, "from")
    shown, address = senders[0] if senders else ("", "")
    subject = read_header(message, "subject")
    case = _CASE.search(subject)
    answered = read_ids(message, "in-reply-to")
    return {
        "message_id": next(iter(read_ids(message, "message-id")), None),
        "from": address,
        "from_name": shown,
        "to": _addresses(message, "to"),
        "cc": _addresses(message, "cc"),
        "reply_to": _addresses(message, "reply-to"),
        "subject": subject,
        "case_number": case[0] if case else None,
        "date": read_date(message),
        "in_reply_to": answered[0] if answered else None,
        "references": list(read_ids(message, "references")),
        "automatic": tell_automatic(message),
        "headers": {name.replace("-", "_"): read_header(message, name) for name in SHOWN_HEADERS if name in message},
    }


def _addresses(message: Message, name: str) -> list[JSON]:
    return [address for _, address in read_addresses(message, name)]


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, UnicodeError, ValueError):
        return None


def _too_many_parts() -> MailRefused:
    return MailRefused(
        "email.too_large", f"It has more than {PARTS_MAX} parts, or parts nested deeper than {DEPTH_MAX}."
    )


def _unreadable(reason: str) -> MailRefused:
    return MailRefused("email.unreadable", reason)


def _as_refusal(error: Exception) -> Exception:
    if isinstance(error, UploadRefused):
        return MailRefused("email.too_large", error.message)
    return _unreadable(str(error)) if isinstance(error, Unreadable) else error
