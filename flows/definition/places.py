"""Where a finding is: paths into the flow file, their dotted names, and the lines they stand on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

from flows.definition.kind import Finding

Path = tuple[str | int, ...]
Fault = tuple[str, Path]  # a sentence, and the path below the thing that was looked at


def finding_at(
    path: Path,
    message: str,
    *,
    code: str = "definition.invalid",
    severity: Literal["error", "warning"] = "error",
) -> Finding:
    """A finding at ``path`` of the flow file; step and dotted field follow from it, ``details.path`` keeps it whole."""
    step: str | None = None
    rest = path
    if len(path) > 1 and path[0] == "steps":
        step, rest = str(path[1]), path[2:]
    field = ".".join(str(part) for part in rest) or None
    return Finding(message=message, severity=severity, step=step, field=field, code=code, details={"path": list(path)})


def link_path(step: str, port: str) -> Path:
    """The path of a link: ``next:`` has a field of its own, the others stand under ``on:``."""
    return ("steps", step, "next") if port == "next" else ("steps", step, "on", port)


def pointer_path(pointer: str) -> Path:
    """A JSON pointer (RFC 6901) as a path; figures stay text unless they index a list, which lookup does not need."""
    if not pointer.startswith("/"):
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The 1-based line of ``path``, else of its nearest ancestor, None when nothing is known."""
    if len(path) == 3 and path[0] == "steps" and path[2] == "next" and path not in lines:
        path = (*path[:2], "on", "next")
    for length in range(len(path), -1, -1):
        line = lines.get(path[:length]) or lines.get(_with_indexes(path[:length]))
        if line is not None:
            return line
    return None


def with_lines(findings: Iterable[Finding], lines: Mapping[Path, int]) -> list[Finding]:
    """The findings with their lines filled in, in the order of the file; the source map comes from ``ReadResult``."""
    placed = [
        finding
        if finding.line is not None
        else dataclasses.replace(finding, line=line_of(tuple(finding.details.get("path", ())), lines))
        for finding in findings
    ]
    return sorted(placed, key=lambda finding: finding.line or 0)


def _with_indexes(path: Path) -> Path:
    return tuple(int(part) if isinstance(part, str) and part.isdecimal() and len(part) < 7 else part for part in path)
