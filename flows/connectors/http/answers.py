"""What a target's answer is as data, and how a failure is said to an analyst. Pure; masks nothing."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus

from flows.connectors.http.xml import parse_xml
from flows.definition.model import JSON
from integrator.lib.outbound_http import OutboundResponse
from integrator.lib.redaction import cap_text
from integrator.lib.strict_json import parse

SNIPPET_CHARS = 200
_TEXT_TYPES = frozenset({
    "application/xml", "application/javascript", "application/x-www-form-urlencoded", "application/yaml",
})  # fmt: skip
_WORD_MEMBERS = ("detail", "message", "error_description", "error", "title", "reason")


def read_body(response: OutboundResponse) -> JSON:
    """The body by its media type: JSON as its value, XML as ``xml.py`` maps it, text as text, else
    ``{base64, type, bytes}``; None for none.

    Raises StrictJSONError or XMLError where JSON or XML is promised and something else came.
    """
    content_type = response.headers.get("content-type", "")
    media_type, charset = read_media_type(content_type)
    if not response.body:
        return None
    if is_json_type(media_type):
        return parse(_as_utf8(response.body, charset))
    if is_xml_type(media_type):
        return parse_xml(response.body, charset if "charset=" in content_type.lower() else None)
    if media_type and is_text_type(media_type):
        return decode_text(response.body, charset)
    if not media_type:
        try:
            return clean_text(response.body.decode())
        except UnicodeDecodeError:
            pass  # no text: kept as bytes below
    return {
        "base64": base64.b64encode(response.body).decode(),
        "type": media_type or "application/octet-stream",
        "bytes": len(response.body),
    }


def show_body(response: OutboundResponse) -> JSON:
    """The same, for a reader: what is no valid JSON is shown as the text it is."""
    try:
        return read_body(response)
    except ValueError:
        return decode_text(response.body, "utf-8")


def read_media_type(header: str) -> tuple[str, str]:
    """``(media type, charset)`` in small letters; the charset is utf-8 where none is given."""
    media_type, *parameters = (part.strip() for part in header.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return media_type.lower(), value.strip().strip('"').lower()
    return media_type.lower(), "utf-8"


def is_json_type(media_type: str) -> bool:
    """Whether it is JSON or built on it (RFC 6839, section 3.1)."""
    return media_type in {"application/json", "text/json"} or media_type.endswith("+json")


def is_xml_type(media_type: str) -> bool:
    """Whether it is XML or built on it (RFC 7303); pages and pictures stay what they are."""
    is_xml = media_type in {"application/xml", "text/xml"} or media_type.endswith("+xml")
    return is_xml and media_type not in {"application/xhtml+xml", "image/svg+xml"}


def is_text_type(media_type: str) -> bool:
    """Whether a reader can make something of it as text; "" (no type given) counts as text."""
    return (
        not media_type
        or media_type.startswith("text/")
        or media_type.endswith("+xml")
        or media_type in _TEXT_TYPES
        or is_json_type(media_type)
    )


def decode_text(data: bytes, charset: str) -> str:
    """Text that can be stored, whatever came: an unknown charset is read as UTF-8, what does not fit is replaced."""
    try:
        return clean_text(data.decode(charset, errors="replace"))
    except (LookupError, UnicodeError):
        return clean_text(data.decode(errors="replace"))


def _as_utf8(data: bytes, charset: str) -> bytes:
    """The bytes in UTF-8, for the few that say another charset of their JSON; unknown ones are left as they came."""
    if charset in {"utf-8", "utf8"}:
        return data
    try:
        return data.decode(charset).encode()
    except (LookupError, UnicodeError):
        return data


def clean_text(text: str) -> str:
    """The text without NUL and half characters, which no database takes."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def say_status(status: int) -> str:
    """``503 Service Unavailable``; the number alone for one that nobody has named."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def say_failure(host: str, status: int, body: JSON, *, owner: str) -> str:
    """``hub.example answered 503 Service Unavailable: “in maintenance”. …`` ``owner`` is who to ask."""
    said = find_words(body)
    quoted = f": “{said.rstrip('.')}”" if said else ""
    return f"{host} answered {say_status(status)}{quoted}. {_advise(status, owner)}"


def find_words(body: JSON) -> str:
    """What the answer says of itself, on one line and short; "" where it says nothing that reads as words."""
    text = ""
    if isinstance(body, str) and not body.lstrip().startswith("<"):
        text = body
    elif isinstance(body, dict):
        found = (body[name] for name in _WORD_MEMBERS if body.get(name))
        first = next(found, "")
        text = first if isinstance(first, str) else json.dumps(first, ensure_ascii=False)
    return cap_text(" ".join(text.split())[: SNIPPET_CHARS * 4], SNIPPET_CHARS)


def _advise(status: int, owner: str) -> str:
    if status in {401, 403}:
        return f"It does not accept who we are. Check the credentials, or ask {owner}."
    if status in {404, 410}:
        return "Nothing is there. Check the address, then try again."
    if status < 400:
        return "It lies elsewhere now. Write the new address, or let the step follow with 'follow_redirects'."
    if status == 429:
        return "It wants fewer calls. Try again later."
    if status >= 500:
        return f"Try again later, or ask {owner}."
    return "Correct what is sent, then try again."
