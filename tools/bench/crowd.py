"""Processes that start together: each says "ready", waits for "go" and prints one JSON line when it is done."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

from tests.support.processes import ROOT


def run_crowd(*commands: Sequence[str], env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Start ``python -m`` with each command's words, let them go together; what each printed at its end."""
    crowd = [
        subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *words], cwd=ROOT, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for words in commands
    ]
    for process in crowd:
        _stream(process.stdout).readline()
    for process in crowd:
        _stream(process.stdin).write(b"go\n")
        _stream(process.stdin).flush()
    return [json.loads(process.communicate(timeout=300)[0]) for process in crowd]


def get_elapsed_s(figures: Sequence[Mapping[str, Any]]) -> float:
    """From the first one's beginning to the last one's end."""
    return float(max(each["ended"] for each in figures) - min(each["began"] for each in figures))


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process was started without pipes")
    return stream
