"""A PostgreSQL cluster of a test's own, which may be crashed and started without harm to others."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import find_free_port

DAEMON = "postgres"  # the account that Debian makes for it; the server refuses to run as root


class Cluster:
    """A cluster in a temporary folder, listening on a port of 127.0.0.1."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder, self._binaries = folder, binaries
        self.port = find_free_port()
        self.url = f"postgres://integrator@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the cluster and start it."""
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "integrator", "-A", "trust", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder}"
        self._control("start", "-l", str(self._folder / "log"), "-o", options)

    def crash(self) -> None:
        """End it at once, without a checkpoint, as a crash would."""
        self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-t", "60", *words)

    def _run(self, program: str, *words: str) -> None:
        prefix = ["runuser", "-u", DAEMON, "--"] if os.geteuid() == 0 else []
        with (self._folder / "output").open("ab") as output:  # a pipe would be kept open by the server
            done = subprocess.run(
                [*prefix, str(self._binaries / program), *words],
                cwd=self._folder, stdout=output, stderr=subprocess.STDOUT, timeout=120, check=False,
            )  # fmt: skip
        assert done.returncode == 0, (self._folder / "output").read_text()


def find_binaries() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, None if this machine has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def own_cluster(binaries: Path) -> Iterator[Cluster]:
    """A running cluster, crashed and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="integrator-cluster-"))
    if os.geteuid() == 0:
        shutil.chown(folder, DAEMON, DAEMON)
    cluster = Cluster(folder, binaries)
    try:
        cluster.make()
        yield cluster
        cluster.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
