"""Reads the header Link (RFC 8288): where the next page is. Pure; opens nothing."""

from __future__ import annotations

import re

# No "<" within a target: else a header of nothing but "<" costs its length squared.
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s\";,]+))?)*)")
_PARAMETER = re.compile(r";\s*([^\s=;,]+)(?:\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\";,]+)))?")
MAX_CHARS = 16_384


def find_next_link(header: str) -> str | None:
    """The target of the first link with relation ``next``, as written; None without one."""
    for target, parameters in _LINK.findall(header[:MAX_CHARS]):
        for name, quoted, plain in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                if "next" in (quoted or plain).lower().split():
                    return str(target)
                break  # only the first rel counts (section 3.3)
    return None
