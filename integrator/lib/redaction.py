"""Owns what may be stored of headers, addresses and texts: the one door where secrets are masked.

Must not decide who may see what; it only takes secrets out, for everybody.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

MASK = "••••"

_SECRET_NAMES = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "sig", "auth", "jwt"})
_SECRET_PARTS = (
    "token",
    "secret",
    "passw",
    "pwd",
    "key",
    "signature",
    "hmac",
    "credential",
    "session",
)
_HARMLESS_NAMES = frozenset({"idempotency-key"})
_DERIVED_FROM_BYTES = 4  # shorter secrets have encodings so short that they would mask innocent text
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_=-]*")
_BASE64_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_PERCENT = re.compile(r"%([0-9A-F]{2})")
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")


def is_secret_name(name: str) -> bool:
    """Whether a header, query parameter or field of this name usually carries a secret."""
    lowered = name.lower().replace("_", "-")
    if lowered in _HARMLESS_NAMES:
        return False
    return lowered in _SECRET_NAMES or any(part in lowered for part in _SECRET_PARTS)


def mask_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the headers by lower-case name, secret ones as "••••"; a repeated name is joined by ", "."""
    masked: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        key = name.lower()
        shown = MASK if is_secret_name(key) else value
        masked[key] = f"{masked[key]}, {shown}" if key in masked and shown != MASK else shown
    return masked


def mask_url(url: str) -> str:
    """Give `url` without user name and password and with secret-like query parameters as "••••"."""
    bare = _USERINFO.sub(lambda match: f"{match[1] or ''}//{MASK}@", url)
    head, mark, rest = bare.partition("?")
    if not mark:
        return bare
    query, hash_mark, fragment = rest.partition("#")
    pairs = (_mask_pair(pair) for pair in query.split("&"))
    return f"{head}?{'&'.join(pairs)}{hash_mark}{fragment}"


def mask_secrets(value: Any, secrets: Collection[str]) -> Any:
    """Give a copy of a JSON-like `value` in which no text and no key holds any of `secrets`.

    Found are the secret itself, its URL-, JSON- and HTML-escaped forms, and base64 (both alphabets, also with other
    text around it as in Basic auth: then the whole base64 word goes). Empty secrets are passed over.
    """
    wanted = frozenset(secret for secret in secrets if secret)
    if not wanted:
        return value
    finder = _finder(wanted)
    return dict(value) if _is_innocent(value, finder) else _mask_value(value, finder)


def make_masker(secrets: frozenset[str]) -> Callable[[str], str]:
    """Give what masks one text as ``mask_secrets`` does, for who has many texts and always the same secrets."""
    return _finder(secrets).mask if secrets else str


def cap_text(text: str, max_bytes: int) -> str:
    """Give `text` cut to `max_bytes` of UTF-8, whole characters only, with "…" at the end when something was cut."""
    data = text.encode(errors="replace")
    if len(data) <= max_bytes:
        return text
    mark = "…" if max_bytes >= 3 else ""
    return data[: max_bytes - len(mark.encode())].decode(errors="ignore") + mark


@dataclass(frozen=True, kw_only=True)
class _Finder:
    plain: re.Pattern[str]
    inside_base64: re.Pattern[str] | None

    def mask(self, text: str) -> str:
        if self.inside_base64 is not None:
            text = _mask_words(text, self.inside_base64)
        return self.plain.sub(MASK, text)

    def finds(self, text: str) -> bool:
        """Whether ``mask`` would change the text."""
        return bool(self.plain.search(text) or (self.inside_base64 and self.inside_base64.search(text)))


@lru_cache(maxsize=64)
def _finder(secrets: frozenset[str]) -> _Finder:
    plain = {form for secret in secrets for form in _plain_forms(secret)}
    inside = {core for secret in secrets for core in _base64_cores(secret)}
    return _Finder(plain=_any_of(plain), inside_base64=_any_of(inside) if inside else None)


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(texts, key=len, reverse=True)
    return re.compile("|".join(_PERCENT.sub(_either_case, re.escape(text)) for text in longest_first))


def _either_case(percent: re.Match[str]) -> str:
    return "%" + "".join(f"[{digit}{digit.lower()}]" if digit.isalpha() else digit for digit in percent[1])


def _plain_forms(secret: str) -> Iterator[str]:
    yield secret
    data = secret.encode(errors="replace")
    if len(data) < _DERIVED_FROM_BYTES:
        return
    for escaped in _url_forms(data):
        yield escaped
        yield quote(escaped, safe="")  # an address within an address
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    for encoded in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        yield encoded.decode()
        yield encoded.decode().rstrip("=")
        yield quote_plus(encoded)
    if secret.startswith("whsec_") and len(secret) > len("whsec_") + _DERIVED_FROM_BYTES:
        yield secret.removeprefix("whsec_")


def _url_forms(data: bytes) -> frozenset[str]:
    return frozenset({quote(data), quote(data, safe=""), quote_plus(data)})


def _base64_cores(secret: str) -> Iterator[str]:
    """Give, for each of the three places in a group of three bytes, the characters that do not depend on neighbours.

    Also of the secret as it stands in an address.
    """
    data = secret.encode(errors="replace")
    for form in {data, *(text.encode() for text in _url_forms(data))}:
        for offset in range(3):
            padded = bytes(offset) + form
            start = 0 if offset == 0 else offset + 1
            end = len(padded) // 3 * 4 + (0, 1, 2)[len(padded) % 3]
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                core = encode(padded).decode()[start:end]
                if len(core) >= 6:
                    yield core


def _mask_words(text: str, cores: re.Pattern[str]) -> str:
    pieces: list[str] = []
    done = 0
    while match := cores.search(text, done):
        start = match.start()
        while start > done and text[start - 1] in _BASE64_CHARS:
            start -= 1
        pieces += (text[done:start], MASK)
        run = _BASE64_RUN.match(text, match.end())
        done = run.end() if run else match.end()
    return "".join(pieces) + text[done:] if pieces else text


def _is_innocent(value: Any, finder: _Finder) -> bool:
    """Whether a flat mapping of texts surely holds no secret, by one look at all of it; False where that is unknown."""
    if not isinstance(value, dict):
        return False
    texts = (*value, *value.values())
    return all(isinstance(text, str) for text in texts) and not finder.finds("\n".join(texts))


def _mask_value(value: Any, finder: _Finder) -> Any:
    if isinstance(value, str):
        return finder.mask(value)
    if isinstance(value, Mapping):
        return {_mask_value(key, finder): _mask_value(member, finder) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_mask_value(member, finder) for member in value]
    return value


def _mask_pair(pair: str) -> str:
    name, mark, _ = pair.partition("=")
    return f"{name}={MASK}" if mark and is_secret_name(unquote_plus(name)) else pair
