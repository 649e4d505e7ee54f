"""Mail that Mailgun hands over as a form ("Receive, Forward, and Store Messages"; "Securing Webhooks"). Keeps nothing.

Its routes post the parts of a message as fields, with attachments as files; with ``body-mime`` the whole message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from email import encoders
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from flows.errors import CallRefused
from flows.inbound.forms import find_media_type, parse_multipart, parse_urlencoded
from flows.inbound.reading import MULTIPART, URLENCODED
from flows.operations.intake.content import FormBody, make_invalid
from integrator.files.spool import Upload

OF_MESSAGES = frozenset({"body-mime", "body-plain", "message-headers"})
PROOF = ("timestamp", "token", "signature")
_OWN = ("mime-version", "content-")  # headers of the parts, which are made anew
_PLAIN = (("From", "from"), ("To", "recipient"), ("Subject", "subject"))


def read_mail_form(raw: Upload, headers: Mapping[str, str]) -> FormBody | None:
    """This will parse a spooled body that is a form with a message; None for any other. Raises CallRefused."""
    media_type = find_media_type(headers)
    if media_type not in (MULTIPART, URLENCODED):
        return None
    form = parse_multipart(raw, headers) if media_type == MULTIPART else parse_urlencoded(raw.path.read_bytes())
    if not any(name in OF_MESSAGES for name, _ in form.fields):
        drop_files(form)
        return None
    return form


def read_proof(form: FormBody | None) -> dict[str, str]:
    """This will give the fields by which the form is signed."""
    named = dict(form.fields) if form is not None else {}
    return {name: named[name] for name in PROOF if name in named}


def make_message(form: FormBody) -> bytes:
    """This will give the message (RFC 5322) that a form tells. Its files are read and dropped. Raises CallRefused."""
    try:
        named = dict(form.fields)
        if named.get("body-mime"):
            return named["body-mime"].encode()
        message = MIMEMultipart("mixed")
        del message["MIME-Version"]
        message["MIME-Version"] = "1.0"
        for name, value in _list_headers(named):
            message[name] = value
        words = MIMEMultipart("alternative")
        words.attach(MIMEText(named.get("body-plain", ""), "plain", "utf-8"))
        if named.get("body-html"):
            words.attach(MIMEText(named["body-html"], "html", "utf-8"))
        message.attach(words)
        for _, upload in form.uploads:
            message.attach(_attach(upload))
        return message.as_bytes()
    finally:
        drop_files(form)


def drop_files(form: FormBody) -> None:
    """This will remove the files of a form that is not taken."""
    for _, upload in form.uploads:
        upload.discard()


def _list_headers(named: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The headers as the message had them, but for those of its parts."""
    try:
        told = json.loads(named.get("message-headers") or "[]")
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(told, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in told
    ):
        raise _unreadable()
    pairs = told or [[header, named[field]] for header, field in _PLAIN if named.get(field)]
    for name, value in pairs:
        if name.isascii() and name.replace("-", "").isalnum() and not name.lower().startswith(_OWN):
            yield name, " ".join(value.split())


def _attach(upload: Upload) -> Message:
    main, _, sub = (upload.declared_type or "application/octet-stream").partition("/")
    part = MIMEBase(main, sub or "octet-stream")
    part.set_payload(upload.path.read_bytes())
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", upload.name))
    return part


def _unreadable() -> CallRefused:
    message = "must be the headers as a list of names and values"
    return make_invalid([{"pointer": "/message-headers", "message": message}])
