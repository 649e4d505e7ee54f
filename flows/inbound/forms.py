"""Bodies that are forms: ``multipart/form-data`` (RFC 7578), which may hold files, and urlencoded ones.

A multipart body is spooled whole, so that its signature is checked before any of it is read, and parsed from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters

from flows.errors import CallRefused
from flows.inbound.reading import find_length, open_stream
from flows.operations.intake.content import FormBody, make_invalid, tell_refusal
from integrator.files.errors import FilesError, StorageFailed
from integrator.files.limits import Limits, get_limits, refuse_count, refuse_upload
from integrator.files.spool import CHUNK_BYTES, SpoolWriter, Upload
from integrator.files.upload_handler import SpooledFile, SpoolingUploadHandler

MAX_FIELDS = 1_000
EPILOGUE_BYTES = 4_096
HEADS_BYTES = 1_048_576  # what may stand between files


def find_media_type(headers: Mapping[str, str]) -> str:
    """The media type in small letters, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


@contextmanager
def spooling_body(request: HttpRequest, *, max_bytes: int | None = None) -> Iterator[Upload]:
    """Take in the whole body without parsing it; it is gone afterwards. Raises CallRefused: over the limit, cut off.

    The limit is that of files in a form unless another is given.
    """
    limits, length = get_limits(), find_length(request)
    if max_bytes is not None:
        limits = replace(limits, upload_bytes=max_bytes)
    most = limits.upload_bytes + (HEADS_BYTES if max_bytes is None else 0)
    if length is not None and length > most:
        raise tell_refusal(refuse_upload(limits))
    upload = _spool(open_stream(request), length, most, limits)
    try:
        yield upload
    finally:
        upload.discard()


def _spool(stream: Any, length: int | None, most: int, limits: Limits) -> Upload:
    with SpoolWriter("body", max_bytes=most) as writer:
        left = most + 1 if length is None else length
        try:
            while left > 0 and (piece := stream.read(min(CHUNK_BYTES, left))):
                left -= len(piece)
                writer.write(piece)
        except StorageFailed:
            raise
        except FilesError as error:
            raise tell_refusal(refuse_upload(limits)) from error
        except OSError as error:
            raise _cut_off() from error
        if length is not None and left > 0:
            raise _cut_off()
        return writer.finish()


def parse_multipart(body: Upload, headers: Mapping[str, str]) -> FormBody:
    """This will parse a spooled multipart body into fields and uploads, which lie in the spool.

    Raises CallRefused; then no upload is left.
    """
    _check_end(body, headers)
    handler = SpoolingUploadHandler(is_open=True)
    fields: QueryDict = QueryDict()
    files: MultiValueDict[str, Any] = MultiValueDict()
    try:
        with body.path.open("rb") as stream:
            fields, files = _parse(stream, body.size_bytes, headers, handler)
        if handler.fault is not None:
            raise tell_refusal(handler.fault)
        return FormBody(
            fields=_check_fields([(name, text) for name, texts in fields.lists() for text in texts]),
            uploads=[
                (name, file.upload) for name, sent in files.lists() for file in sent if isinstance(file, SpooledFile)
            ],
            body_bytes=body.size_bytes,
        )
    except CallRefused:
        for _, sent in files.lists():
            for file in sent:
                file.close()
        raise


def parse_urlencoded(body: bytes) -> FormBody:
    """This will parse a urlencoded form (WHATWG URL, section 5) in UTF-8. Raises CallRefused."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=False, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError as error:
        raise make_invalid([{"pointer": "", "message": "the form is not in UTF-8"}]) from error
    except ValueError as error:
        raise make_invalid([{"pointer": "", "message": f"the form has more than {MAX_FIELDS} fields"}]) from error
    return FormBody(fields=_check_fields(pairs), body_bytes=len(body))


def _parse(
    stream: Any, length: int, headers: Mapping[str, str], handler: SpoolingUploadHandler
) -> tuple[QueryDict, MultiValueDict[str, Any]]:
    meta = {"CONTENT_TYPE": headers.get("content-type", ""), "CONTENT_LENGTH": length}
    try:
        return MultiPartParser(meta, stream, [handler], "utf-8").parse()
    except MultiPartParserError as error:
        raise make_invalid([{"pointer": "", "message": f"the form cannot be read: {error}"}]) from error
    except TooManyFilesSent as error:
        raise tell_refusal(refuse_count(get_limits())) from error
    except RequestDataTooBig as error:
        raise CallRefused("intake.too_large", "The text fields are too large together. Send them as a file.") from error
    except SuspiciousOperation as error:
        raise make_invalid([{"pointer": "", "message": f"the form has more than {MAX_FIELDS} fields"}]) from error
    finally:
        handler.upload_interrupted()


def _check_end(body: Upload, headers: Mapping[str, str]) -> None:
    """Django's parser takes a file that was cut off for a whole one, so the closing boundary is looked for first."""
    boundary = parse_header_parameters(headers.get("content-type", ""))[1].get("boundary", "")
    with body.path.open("rb") as stream:
        stream.seek(max(0, body.size_bytes - len(boundary) - EPILOGUE_BYTES))
        is_whole = bool(boundary) and f"--{boundary}--".encode() in stream.read()
    if not is_whole:
        message = "the form does not end with its boundary, so something of it may be missing"
        raise make_invalid([{"pointer": "", "message": message}])


def _check_fields(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    most = get_limits().field_bytes
    for name, text in pairs:
        if len(text.encode(errors="replace")) > most:
            message = f"The field “{name[:60]}” is larger than {most:,} bytes. Send it as a file."
            raise CallRefused("intake.too_large", message)
        if "\0" in name or "\0" in text or not _is_text(name) or not _is_text(text):
            raise make_invalid([{"pointer": "", "message": f"the field “{name[:60]}” holds what is no text"}])
    return pairs


def _is_text(text: str) -> bool:
    return "\ufffd" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _cut_off() -> CallRefused:
    return CallRefused("intake.cut_off", "The body ended before its announced length. Send it again.")
