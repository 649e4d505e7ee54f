"""What content really is, by its first bytes, whatever its sender calls it. Decodes no image and opens no archive."""

from __future__ import annotations

import puremagic

HEAD_BYTES = 8_192
UNKNOWN = "application/octet-stream"
PDF, TEXT = "application/pdf", "text/plain"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PREVIEWED = IMAGES | {PDF, TEXT}  # nothing that may hold a script: no HTML, no SVG, no XML

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"<head", "text/html"),
    (b"<body", "text/html"),
    (b"<script", "text/html"),
    (b"<iframe", "text/html"),
    (b"<svg", "image/svg+xml"),
    (b"<!doctype svg", "image/svg+xml"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def find_type(head: bytes) -> str:
    """This will name the media type of content that begins with ``head`` (the first 8 KiB, or all of it).

    What begins like an image but holds something else behind stays that image: it is only ever sent as one.
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _find_markup(head) or _ask_library(head) or (TEXT if is_text(head) else UNKNOWN)


def is_text(head: bytes) -> bool:
    """Whether these are the first bytes of text in UTF-8 without control characters; nothing at all is text."""
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head) or b"\x7f" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) >= HEAD_BYTES  # a character cut by the end of the head
    return True


def _find_markup(head: bytes) -> str | None:
    text = head
    for bom in _BOMS:
        text = text.removeprefix(bom)
    text = text.replace(b"\0", b"").lstrip().lower()  # UTF-16 reads as ASCII without its zeros
    for start, media_type in _MARKUP:
        if text.startswith(start):
            return media_type
    if not text.startswith((b"<?xml", b"<!--", b"<!doctype")):
        return None
    if b"<svg" in text:
        return "image/svg+xml"
    return "text/html" if any(start in text for start, _ in _MARKUP) else "application/xml"


def _ask_library(head: bytes) -> str | None:
    if not head:
        return None
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = next((match for match in found if match.mime_type and match.confidence >= 0.8), None)
    if best is None or best.mime_type in PREVIEWED or is_text(head):
        return None  # by a weaker rule than ours above
    return str(best.mime_type)
