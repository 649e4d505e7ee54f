"""The YAML 1.2 core schema for unquoted scalars (YAML 1.2.2, 10.3.2), and which texts may stand unquoted.

Texts that YAML 1.1 tools would read as something else (``yes``, dates, ``1_000``) are quoted on writing as well.
"""

from __future__ import annotations

import math
import re

from flows.definition.model import JSON

MAX_DIGITS = 1000
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o([0-7]+)|x([0-9a-fA-F]+))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")

_FIRST = "-?:,[]{}#&*!|>'\"%@`"
_PLAIN = re.compile(r"[ -~\u00a1-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]+\Z")
_OLD_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", "---", "..."})
_OLD_NUMBER = re.compile(
    r"[-+]?(?:\.?[0-9][0-9_.,:]*(?:[eE][-+]?[0-9]*)?|0[box][0-9a-fA-F_]*|\.(?:inf|nan))\Z", re.IGNORECASE
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")


class ScalarError(ValueError):
    """An unquoted scalar that no JSON value can hold; the text says what to do."""


def resolve_plain(text: str) -> JSON:
    """The JSON value of an unquoted scalar. Raises ``ScalarError`` for what JSON cannot hold."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > MAX_DIGITS and (_INT.match(text) or _FLOAT.match(text) or _BASED.match(text)):
        raise ScalarError("A number may have at most 1,000 digits. Put it in quotes to keep it as text.")
    if _INT.match(text):
        return int(text)
    based = _BASED.match(text)
    if based:
        return int(based[1], 8) if based[1] else int(based[2], 16)
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise ScalarError(f"{text} is too large for a number. Put it in quotes to keep it as text.")
        return number
    if _NOT_JSON.match(text):
        raise ScalarError(f"{text} is not a number that can be stored. Put it in quotes to keep it as text.")
    return text


def is_plain_text(text: str) -> bool:
    """Whether ``text`` reads back as the same text when it stands unquoted in a block, in YAML 1.2 and 1.1 alike."""
    if not text or text != text.strip() or not _PLAIN.match(text) or text[0] in _FIRST:
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not (text.lower() in _OLD_WORDS or _OLD_NUMBER.match(text) or _DATE.match(text))
