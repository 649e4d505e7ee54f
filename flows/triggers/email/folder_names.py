"""Folder names as IMAP writes them: modified UTF-7 (RFC 3501, section 5.1.3), quoted strings, lines of LIST. Pure."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

_LINE = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.+)\Z', re.DOTALL)
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def encode_folder(name: str) -> str:
    """The name in modified UTF-7."""
    out: list[str] = []
    for piece in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if piece[0] <= "~" and piece[0] >= " ":
            out.append(piece.replace("&", "&-"))
        else:
            shifted = binascii.b2a_base64(piece.encode("utf-16-be"), newline=False).decode()
            out.append(f"&{shifted.rstrip('=').replace('/', ',')}-")
    return "".join(out)


def decode_folder(raw: str) -> str:
    """The name as people write it; what is no modified UTF-7 stays as it is."""
    return _SHIFTED.sub(_unshift, raw)


def quote_folder(name: str) -> str:
    """The name as a quoted string, encoded."""
    encoded = encode_folder(name)
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_folders(lines: Iterable[object]) -> list[str]:
    """The folders of an answer to LIST that can be opened, in its order."""
    found: list[str] = []
    for line in lines:
        parts = line if isinstance(line, tuple) else (line,)
        head = b"".join(part for part in parts[:1] if isinstance(part, bytes))
        literal = parts[1] if len(parts) > 1 and isinstance(parts[1], bytes) else None
        match = _LINE.match(head)
        if match is None or b"\\noselect" in match["flags"].lower():
            continue
        raw = literal if literal is not None else _unquote(match["name"])
        found.append(decode_folder(raw.decode("utf-8", "replace")))
    return found


def _unquote(raw: bytes) -> bytes:
    if len(raw) >= 2 and raw[:1] == b'"' and raw[-1:] == b'"':
        return re.sub(rb"\\(.)", rb"\1", raw[1:-1])
    return raw


def _unshift(match: re.Match[str]) -> str:
    text = match[1].replace(",", "/")
    if not text:
        return "&"
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return match[0]
