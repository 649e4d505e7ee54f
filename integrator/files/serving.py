"""Sending stored content: always as what it really is, never where it could act as a page of ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from integrator.files.models import File
from integrator.files.names import make_disposition
from integrator.files.ranges import Part, read_range
from integrator.files.sniffing import PDF, PREVIEWED, TEXT, UNKNOWN
from integrator.files.storage import get_store
from integrator.streaming import stream

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
FRAMED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
ASK_AGAIN = "private, no-store"


def find_part(request: HttpRequest, file: File) -> Part | None:
    """This will give the part that the request asks for, None for the whole. Raises RangeUnsatisfiable."""
    if request.method != "GET":
        return None
    return read_range(
        request.headers.get("Range", ""),
        only_if=request.headers.get("If-Range", ""),
        etag=_make_etag(file),
        size_bytes=file.content.bytes,
    )


def send_download(request: HttpRequest, file: File, part: Part | None = None) -> HttpResponseBase:
    """This will send the content, or a part of it, as an attachment that no browser shows."""
    response = _stream(request, file, part)
    response["Content-Type"] = file.content.type if file.content.type in PREVIEWED else UNKNOWN
    response["Content-Disposition"] = make_disposition(file.name)
    response.content_security_policy = SANDBOX  # type: ignore[attr-defined]  # read by SecurityHeadersMiddleware
    return response


def send_inline(request: HttpRequest, file: File, part: Part | None = None) -> HttpResponseBase:
    """This will send content that ``may_preview`` for a frame or picture on a page of ours.

    Browsers do not show a PDF to a sandboxed document at all, so a PDF goes without that word: its viewer is apart from
    our pages, and the frame that holds it may load nothing.
    """
    media_type = file.content.type
    response = _stream(request, file, part)
    response["Content-Type"] = "text/plain; charset=utf-8" if media_type == TEXT else media_type
    response["Content-Disposition"] = make_disposition(file.name, is_inline=True)
    response["X-Frame-Options"] = "SAMEORIGIN"
    policy = FRAMED if media_type == PDF else f"sandbox; {FRAMED}"
    response.content_security_policy = policy  # type: ignore[attr-defined]  # read by SecurityHeadersMiddleware
    return response


def may_preview(file: File) -> bool:
    """Whether a browser may show it on a page of ours: PDF, plain pictures and text."""
    return file.content.type in PREVIEWED


def _make_etag(file: File) -> str:
    """Strong (RFC 9110, section 8.8.3): the content is named by its hash."""
    return f'"{file.content_id}"'


def _stream(request: HttpRequest, file: File, part: Part | None) -> HttpResponseBase:
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse()
    else:
        response = stream(request, get_store().stream(file.content.stored_as, part))
    response["Content-Length"] = str(file.content.bytes if part is None else part.size_bytes)
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{file.content.bytes}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _make_etag(file)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = ASK_AGAIN
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
