"""Owns which texts pass as an address to call. Looks at the text only; `addresses` judges where it leads."""

from __future__ import annotations

import re

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from integrator.lib.outbound_http.allow_list import parse_literal
from integrator.lib.outbound_http.errors import BadURLError

MAX_URL_CHARS = 8_192

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_AUTHORITY = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY_CHARS = re.compile(r"[^\s%@<>\"{}|^`,;]+")
_NUMERIC_LABEL = re.compile(r"(?:\d+|0[xX][0-9a-fA-F]*)", re.ASCII)


def check_url(url: str) -> Url:
    """Give the parts of an http or https address. Raises BadURLError saying what to change."""
    if len(url) > MAX_URL_CHARS:
        raise BadURLError(f"The address is longer than {MAX_URL_CHARS:,} characters.")
    if _UNSAFE.search(url) or url != url.strip():
        raise BadURLError("The address holds control characters, backslashes or white space round it; take them out.")
    match = _AUTHORITY.fullmatch(url)
    if match is None or match["scheme"].lower() not in ("http", "https"):
        raise BadURLError("The address must begin with http:// or https://.")
    _check_authority(match["authority"])
    try:
        parsed = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise BadURLError("The address cannot be read; check host and port.") from error
    _check_host(parsed)
    return parsed


def origin_of(url: Url) -> tuple[str, str, int]:
    """Give scheme, host and port, by which credentials are kept or dropped."""
    scheme = (url.scheme or "").lower()
    return scheme, (url.host or "").rstrip(".").lower(), url.port or (443 if scheme == "https" else 80)


def _check_authority(authority: str) -> None:
    if "@" in authority:
        raise BadURLError("The address holds a user name; use a connection's credentials instead.")
    if not _AUTHORITY_CHARS.fullmatch(authority):
        raise BadURLError("The address names no host, or one with characters no host can have.")


def _check_host(url: Url) -> None:
    host = (url.host or "").rstrip(".")
    if not host:
        raise BadURLError("The address names no host.")
    if url.port == 0:
        raise BadURLError("The port must be between 1 and 65535.")
    bracketed = host.startswith("[")
    if not bracketed and (len(host) > 253 or not all(0 < len(label) < 64 for label in host.split("."))):
        raise BadURLError("The host is longer than a name can be, or has an empty part.")
    last_label = host.rpartition(".")[2]
    if not bracketed and _NUMERIC_LABEL.fullmatch(last_label) and parse_literal(host) is None:
        raise BadURLError("The host looks like an IP address but is none.")
