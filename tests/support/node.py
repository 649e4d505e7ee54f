"""Our browser modules run by Node, where the machine has it: one process, a line of JSON for a line of JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_OWN = ROOT / "frontend" / ".node" / "bin" / "node"


def find_node() -> str | None:
    """Node as the designer's tools have it, or the machine's own; None where there is none."""
    return str(_OWN) if _OWN.exists() else shutil.which("node")


class NodeModule:
    """Calls exported functions of one module. ``script`` reads ``call`` (parsed JSON) and gives the answer."""

    def __init__(self, node: str, module: str, script: str) -> None:
        code = (
            f"import * as module from {json.dumps((ROOT / module).as_uri())};"
            "import { createInterface } from 'node:readline';"
            f"const answer = (call) => {{ {script} }};"
            "for await (const line of createInterface({ input: process.stdin }))"
            " process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\\n');"
        )
        self._process = subprocess.Popen(
            [node, "--input-type=module", "-e", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, call: Any) -> Any:
        """The script's answer to one call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
