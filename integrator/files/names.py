"""What a file is called: names as given, made harmless for display and headers. Pure; no name here leads to a path."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

MAX_CHARS = 200
MAX_EXTENSION_CHARS = 20
NAMELESS = "file"
# Format (Cf) holds the marks that turn the direction of text: "invoice<RLO>fdp.exe" would read "invoiceexe.pdf".
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_REFUSED_CHARS = frozenset('<>:"|?*')


def clean_name(given: str) -> str:
    """This will give the last part of a path without control, direction and reserved characters, at most 200 long.

    The extension stays when a long name is cut. What leaves nothing is called ``file``.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if char in _REFUSED_CHARS else char
        for char in unicodedata.normalize("NFC", last)
        if unicodedata.category(char) not in _REFUSED_CATEGORIES
    )
    name = " ".join(kept.split()).strip(" .")
    if not name:
        return NAMELESS
    if len(name) <= MAX_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION_CHARS:
        return name[:MAX_CHARS]
    return f"{stem[: MAX_CHARS - len(extension) - 1]}.{extension}"


def make_disposition(name: str, *, is_inline: bool = False) -> str:
    """This will give a ``Content-Disposition`` (RFC 6266) with an ASCII name and, where needed, ``filename*``."""
    sort = "inline" if is_inline else "attachment"
    plain = "".join(char if char.isascii() and char not in '"\\%' else "_" for char in name)
    header = f'{sort}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
