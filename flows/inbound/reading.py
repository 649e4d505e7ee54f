"""The raw parts of an HTTP request: its body up to the limit, its headers, query and sender. Judges no content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from flows.errors import CallRefused

MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
FORMS = frozenset({MULTIPART, URLENCODED})
_UNPREFIXED = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
_UNTOUCHED = frozenset({"", "identity"})
_CHARSETS = frozenset({"utf-8", "utf8"})


def read_headers(request: HttpRequest) -> dict[str, str]:
    """Headers by lower-case name, as ``request.headers`` has them; here from the names of CGI (RFC 3875)."""
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in request.META.items()
        if name.startswith("HTTP_") or name in _UNPREFIXED
    }


def read_query(request: HttpRequest) -> dict[str, str | list[str]]:
    """Each name with its text, a repeated one with the list."""
    return {name: values[0] if len(values) == 1 else list(values) for name, values in request.GET.lists()}


def read_sender(request: HttpRequest) -> str:
    """The address that called; behind a trusted proxy the one that the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TRUSTED_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR") or "")


def read_base_url(request: HttpRequest) -> str:
    """Where this installation is reached, without a slash at the end."""
    return settings.BASE_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"


def find_length(request: HttpRequest) -> int | None:
    """The announced length of the body; None for a chunked one."""
    if "chunked" in str(request.META.get("HTTP_TRANSFER_ENCODING", "")).lower():
        return None
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() else 0


def read_body(request: HttpRequest) -> bytes:
    """The whole body. Raises CallRefused for one over the limit, of which nothing more is read, and for a cut one."""
    limit, length = settings.HOOK_BODY_MAX_BYTES, find_length(request)
    if length is not None and length > limit:
        raise _too_large(limit)
    try:
        body = _read(open_stream(request), limit + 1 if length is None else length)
    except OSError as error:
        raise _cut_off() from error
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None and len(body) < length:
        raise _cut_off()
    return body


def open_stream(request: HttpRequest) -> Any:
    """What the body is read from, chunked or not."""
    if find_length(request) is None and "wsgi.input" in request.META:
        return request.META["wsgi.input"]  # Django reads nothing of a body without an announced length
    return request


def check_media_type(headers: Mapping[str, str]) -> None:
    """Raises CallRefused (``intake.media_type``) for what is neither JSON nor a form, in UTF-8 as it stands."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in _UNTOUCHED:
        raise _wrong_type(f"The body is encoded as {encoding[:40]}. Send it as it is.")
    media_type, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    if media_type and media_type not in {"application/json", *FORMS} and not media_type.endswith("+json"):
        raise _wrong_type(f"The body is {media_type[:80]}. Send application/json or a form.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            raise _wrong_type(f"The body's charset is {value.strip()[:40]}. Send UTF-8.")


def _read(stream: Any, size: int) -> bytes:
    """Up to ``size`` bytes; servers may give less at a time."""
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _too_large(limit: int) -> CallRefused:
    return CallRefused("intake.too_large", f"The body is larger than {limit:,} bytes. Send less, or in parts.")


def _cut_off() -> CallRefused:
    return CallRefused("intake.cut_off", "The body ended before its announced length. Send it again.")


def _wrong_type(message: str) -> CallRefused:
    return CallRefused("intake.media_type", message)
