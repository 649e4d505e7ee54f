"""A hundred megabytes in and out of real servers of both modes, and on to another system: memory stays flat."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from requests_toolbelt import MultipartEncoder

from tests.support.installation import Installation, embedded, scaled_out
from tests.support.processes import Running, wait_for

SIZE_BYTES = 100 * 1024 * 1024 - 1024
FLAT_BYTES = 48 * 1024 * 1024  # half of the file at most
FLOW = """\
format: 1
flow: large
name: Large files
team: operations
trigger: {{kind: webhook, path: large, auth: {{kind: none}}}}
steps:
  send:
    kind: http.request
    with: {{method: POST, url: "{url}/in", multipart: {{file: "= trigger.files[0]"}}, repeat: safe, timeout_s: 120}}
    next: fetch
  fetch:
    kind: http.request
    with: {{url: "{url}/out.bin", answer: file, timeout_s: 120}}
    next: end
  end: {{kind: stop, with: {{output: "= steps.fetch.body"}}}}
"""


class Partner:
    """Another system: takes a form, says how long it was, and gives a large answer."""

    def __init__(self, data_path: Path) -> None:
        self.taken_bytes: list[int] = []
        taken = self.taken_bytes

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                left = int(self.headers["Content-Length"])
                taken.append(left)
                while left > 0 and (piece := self.rfile.read(min(65_536, left))):
                    left -= len(piece)
                self.send_response(204)
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(data_path.stat().st_size))
                self.end_headers()
                with data_path.open("rb") as file:
                    while piece := file.read(65_536):
                        self.wfile.write(piece)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Watch:
    """The highest anonymous memory of a process and its children while the block runs, above where it began."""

    def __init__(self, *processes: Running) -> None:
        self._roots = [psutil.Process(process.process.pid) for process in processes]
        self._stop = threading.Event()
        self.began_bytes = self.peak_bytes = self._measure()

    @property
    def grown_bytes(self) -> int:
        return self.peak_bytes - self.began_bytes

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            self.peak_bytes = max(self.peak_bytes, self._measure())

    def _measure(self) -> int:
        found = 0
        for root in self._roots:
            for process in (root, *root.children(recursive=True)):
                try:
                    found += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
        return found


@pytest.fixture
def data_path(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        for _ in range(SIZE_BYTES // 1024):
            file.write(os.urandom(1024))
    return path


@pytest.fixture
def partner(data_path: Path) -> Iterator[Partner]:
    partner = Partner(data_path)
    yield partner
    partner.server.shutdown()
    partner.server.server_close()


def pass_through(installation: Installation, processes: list[Running], data_path: Path, partner: Partner) -> None:
    """In by a webhook, out to the partner and back by the run, down by the API."""
    warm_up(installation)
    with Watch(*processes) as watch:
        with data_path.open("rb") as file:
            form = MultipartEncoder({"file": ("large.bin", file, "application/octet-stream")})
            headers = {"Content-Type": form.content_type}
            answer = requests.post(f"{installation.url}/hooks/large", data=form, headers=headers, timeout=120)
        assert answer.status_code == 202, answer.text
        run = f"/api/v1/runs/{answer.json()['run']}"
        wait_for(lambda: installation.get("ops", run)["status"] == "completed", within_s=120, what="the run to end")
        facts = installation.get("ops", run)["steps"][1]["output"]["body"]
        path = f"{installation.url}/api/v1/files/{facts['file']}/content"
        said = {"Authorization": f"Bearer {installation.tokens['ops']}"}
        digest = hashlib.sha256()
        with requests.get(path, headers=said, stream=True, timeout=120) as content:
            for piece in content.iter_content(65_536):
                digest.update(piece)
    assert digest.hexdigest() == hashlib.sha256(data_path.read_bytes()).hexdigest() == facts["sha256"]
    assert partner.taken_bytes[-1] > SIZE_BYTES
    assert watch.grown_bytes < FLAT_BYTES, f"{watch.grown_bytes:,} bytes more than at the beginning"
    stored = [path for path in (Path(installation.env["INTEGRATOR_DATA"]) / "files").rglob("*") if path.is_file()]
    assert len(stored) == 2  # the small one and the large one, each once; nothing waits


def warm_up(installation: Installation) -> None:
    """The first call loads what a process needs for files; it is small."""
    small = requests.post(f"{installation.url}/hooks/large", files={"file": ("a.bin", b"small")}, timeout=60).json()
    run = f"/api/v1/runs/{small['run']}"
    wait_for(lambda: installation.get("ops", run)["steps"][:1], within_s=60, what="the first run to go on")
    said = {"Authorization": f"Bearer {installation.tokens['ops']}"}
    requests.get(f"{installation.url}/api/v1/me", headers=said, timeout=60)


@pytest.mark.embedded
@pytest.mark.slow(sample=True)
class TestEmbedded:
    def test_streams_in_and_out(self, tmp_path: Path, data_path: Path, partner: Partner) -> None:
        with embedded(tmp_path, flows=[FLOW.format(url=partner.url)]) as installation:
            pass_through(installation, [installation.start_up()], data_path, partner)


@pytest.mark.services
@pytest.mark.slow
class TestScaledOut:
    def test_streams_in_and_out(self, tmp_path: Path, data_path: Path, partner: Partner) -> None:
        with scaled_out(tmp_path, flows=[FLOW.format(url=partner.url)]) as installation:
            web, worker = installation.start_web(), installation.start_worker()
            pass_through(installation, [web, worker], data_path, partner)
