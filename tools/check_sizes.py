"""Refuses what outgrew a reader: files over 400 lines, functions over 50. Migrations and vendored files excepted."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_MAX_LINES = 400
FUNCTION_MAX_LINES = 50
SUFFIXES = {".py", ".js", ".ts", ".tsx", ".css", ".html"}
EXEMPT = ("/migrations/", "static/vendor/", "static/designer/")


def list_sources() -> list[Path]:
    """The project's own sources: everything git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # fixed words
    names = [name for name in listing.stdout.splitlines() if not any(part in f"/{name}" for part in EXEMPT)]
    return [path for name in names if (path := ROOT / name).suffix in SUFFIXES and path.is_file()]


def find_faults(path: Path) -> Iterator[str]:
    """Each thing in this file that is too long, as ``file:line: sentence``."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    lines = text.count("\n")
    if lines > FILE_MAX_LINES:
        yield f"{name}:1: {lines} lines, {FILE_MAX_LINES} at most. Split it by idea."
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_MAX_LINES:
                    yield f"{name}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_MAX_LINES} at most."


def main() -> int:
    """Print every fault; 1 if there is one."""
    faults = [fault for path in list_sources() for fault in find_faults(path)]
    print("\n".join(faults) or "Sizes are in bounds.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
