"""A call that hands over an e-mail: its raw bytes, JSON with them, or a form. Reads; accepts and keeps nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from flows.errors import CallRefused
from flows.inbound.forms import find_media_type
from flows.operations.intake.content import make_invalid
from flows.triggers.email.looking import refuse_automatic
from flows.triggers.email.parsing import MAIL_MAX_BYTES, Mail, MailRefused, parse_mail
from integrator.lib import strict_json

RAW, JSON_TYPE = "message/rfc822", "application/json"
BODY_MAX_BYTES = MAIL_MAX_BYTES * 4 // 3 + 65_536  # a message in base64 with what stands round it
_CODES = {"email.too_large": "intake.too_large"}


def take_mail(message: bytes, *, takes_automatic: bool) -> Mail:
    """This will read the message of an authenticated call.

    Raises CallRefused: ``intake.too_large``, ``intake.invalid`` for what is no message, and
    ``email.automatic``; then nothing of its files is left.
    """
    try:
        mail = parse_mail(message)
    except MailRefused as error:
        code = _CODES.get(error.code)
        if code is None:
            raise make_invalid([{"pointer": "", "message": error.reason}]) from error
        raise CallRefused(code, error.reason) from error
    if mail.automatic and not takes_automatic:
        mail.discard()
        ignored = refuse_automatic(mail.automatic)
        raise CallRefused(ignored.code, ignored.reason)
    return mail


def find_message(body: bytes, headers: Mapping[str, str]) -> bytes:
    """This will give the message in a body that is one, or JSON with one. Raises CallRefused ``intake.media_type``,
    ``intake.invalid``.
    """
    media_type = find_media_type(headers)
    if media_type == RAW:
        return body
    if media_type not in ("", JSON_TYPE):
        raise CallRefused(
            "intake.media_type",
            f"The body is {media_type[:80]}. Send {RAW}, {JSON_TYPE} with the message in 'raw', "
            "or a form as Mailgun does.",
        )
    try:
        sent = strict_json.parse(body)
    except strict_json.StrictJSONError as error:
        raise make_invalid([{"pointer": error.pointer, "message": error.message}]) from error
    raw = sent.get("raw") if isinstance(sent, dict) else None
    if not isinstance(raw, str):
        raise make_invalid([{"pointer": "/raw", "message": "is missing; it is the message in base64"}])
    try:
        return base64.b64decode("".join(raw.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise make_invalid([{"pointer": "/raw", "message": "must be the whole message in base64"}]) from error
