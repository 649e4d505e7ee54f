"""Headers and texts of a message as they were meant: encoded words, addresses, charsets, HTML as plain text. Pure.

Unreadable    a text cannot be turned into letters; the message says why
"""

from __future__ import annotations

import codecs
import re
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

from integrator.lib.clock import to_rfc3339

HEADER_MAX_CHARS = 4_000
ADDRESSES_MAX = 500
_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,990}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FALLBACKS = {"us-ascii": ("utf-8", "cp1252"), "ascii": ("utf-8", "cp1252"), "iso-8859-1": ("cp1252",)}
_UNREAD = (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), re.compile(r"<[!?][^>]*(?:>|\Z)"))
_LOOSE = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr"})
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})


class Unreadable(ValueError):
    """A text of the message cannot be read."""


def read_header(message: Message, name: str) -> str:
    """The header in one line, encoded words (RFC 2047) decoded; "" where it is missing."""
    return _tidy(_decode_words(_raw(message, name)))


def read_addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """``(name, address)`` of everybody whom the headers of this name list, in small letters after the ``@``."""
    try:
        found = getaddresses([raw for raw in _raws(message, name)])
    except RecursionError:  # comments or groups within each other by the thousand: no address is written so
        return []
    pairs = [(_tidy(_decode_words(shown)), _tidy(address)) for shown, address in found[:ADDRESSES_MAX]]
    return [(shown, _lower_domain(address)) for shown, address in pairs if "@" in address]


def read_ids(message: Message, name: str) -> list[str]:
    """The message ids of a header, each with its angle brackets, in order."""
    return list(dict.fromkeys(_ID.findall(_raw(message, name))))


def read_date(message: Message) -> str | None:
    """The sender's date as RFC 3339 in UTC; None where it is missing or is none."""
    try:
        found = parsedate_to_datetime(_raw(message, "date"))
        return to_rfc3339(found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def decode_text(data: bytes, charset: str | None) -> str:
    """Bytes as text with plain line ends. Raises Unreadable where neither the charset nor UTF-8 fits."""
    named = (charset or "utf-8").strip().lower().encode("ascii", "replace").decode()
    for candidate in dict.fromkeys((named, "utf-8", *_FALLBACKS.get(named, ()))):
        try:
            if codecs.lookup(candidate)._is_text_encoding:
                text = data.decode(candidate).encode("utf-8", "replace").decode()
                return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        except (LookupError, UnicodeError, ValueError):
            continue
    raise Unreadable(
        f"Its text is said to be in the charset '{named[:40]}', and cannot be read so. Ask the sender for UTF-8."
    )


def html_to_text(html: str) -> str:
    """The words of a page without its marks, lines where blocks end."""
    reader = _Words()
    reader.feed(_tame(html))
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.words).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tame(html: str) -> str:
    """The page with nothing left that the parser would look for the end of again and again, to the end of the page.

    Its time would grow with the square of the length: comments and declarations go, and a "<" that another "<" or the
    end follows before a ">" is a sign like any other. Each pattern reads the page once.
    """
    for gone in _UNREAD:
        html = gone.sub("", html)
    return _LOOSE.sub("&lt;", html)


class _Words(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(" ".join(re.split(r"\s+", data)))


def decode_name(text: str) -> str:
    """A file's name, which some programs write as encoded words."""
    return _tidy(_decode_words(_unescape(text)))


def _raw(message: Message, name: str) -> str:
    return next(iter(_raws(message, name)), "")


def _raws(message: Message, name: str) -> list[str]:
    """The headers of this name as they came; bytes beyond ASCII are taken for UTF-8 (RFC 6532)."""
    return [_unescape(str(value))[:65_536] for key, value in message.raw_items() if key.lower() == name.lower()]


def _unescape(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decode_words(text: str) -> str:
    if "=?" not in text:
        return text
    try:
        return "".join(_decode_piece(data, charset) for data, charset in decode_header(text))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text


def _decode_piece(data: bytes | str, charset: str | None) -> str:
    if isinstance(data, str):
        return data
    return data.decode("raw-unicode-escape" if charset is None else charset, "replace")


def _tidy(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode()
    return " ".join(_CONTROL.sub(" ", clean).split())[:HEADER_MAX_CHARS]


def _lower_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"
