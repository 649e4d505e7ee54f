"""Pages with a large flow on the canvas, and with the bare drawing library, served on loopback. Measures nothing."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parents[2] / "static"
COLUMNS = 25
SHEETS = ("vendor/tabler/tabler.min.css", "css/tokens.css", "css/base.css", "designer/designer.css")
EDITS = "window.IntegratorEdits = {submit: () => new Promise(() => 0), pending: () => 0};"  # no server behind it


def make_state(count: int) -> dict[str, Any]:
    """The state of a draft with ``count`` steps one behind the other, each in its place."""
    from flows.definition.flow_file import definition_from_data, file_data  # lazy: needs Django's settings
    from flows.designer.state import tell_nodes

    keys = [f"s{number}" for number in range(count)]
    steps: dict[str, Any] = {
        key: {"kind": "set", "name": f"Step {number}", "with": {"total": "= 1 + 1"}} for number, key in enumerate(keys)
    }
    for key, following in pairwise(keys):
        steps[key]["next"] = following
    places = {key: [number % COLUMNS * 280 + 280, number // COLUMNS * 150] for number, key in enumerate(keys)}
    document = {"format": 1, "flow": "large", "name": "Large", "team": "bench", "start": keys[0], "steps": steps}
    definition = definition_from_data({**document, "layout": {"steps": places, "trigger": [0, 0]}})
    return {
        "flow": {"key": "large", "name": "Large", "team": "bench"},
        "revision": 1,
        "document": file_data(definition),
        **tell_nodes(definition),
        "problems": [],
        "undo": None,
        "redo": None,
        "may": {"edit": True, "publish": False},
        "people": [],
    }


def write_pages(folder: Path, *, count: int) -> None:
    """``canvas.html`` and ``bare.html``, each with ``count`` steps; the latter needs ``bare.js`` and ``bare.css``."""
    from flows.designer.kinds import tell_kinds

    inline = {"canvas-state": make_state(count), "canvas-kinds": tell_kinds()}
    scripts = [f'<script type="application/json" id="{name}">{_embed(data)}</script>' for name, data in inline.items()]
    sheets = "".join(f'<link rel="stylesheet" href="/static/{sheet}">' for sheet in SHEETS)
    canvas = '<div id="canvas" data-mode="edit" data-sprite="/static/icons/sprite.svg"></div>'
    ends = '<script src="/edits.js"></script><script src="/static/designer/designer.js" defer></script>'
    (folder / "edits.js").write_text(EDITS, encoding="utf-8")
    (folder / "page.css").write_text("#canvas { position: fixed; inset: 0; }", encoding="utf-8")
    _write(folder / "canvas.html", sheets, f"{canvas}{''.join(scripts)}{ends}")
    bare = f'<div id="canvas" data-count="{count}"></div><script src="/bare.js" defer></script>'
    _write(folder / "bare.html", '<link rel="stylesheet" href="/bare.css">', bare)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder, and the product's static files below ``/static/``, at this address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        if path.startswith("/static/"):
            return str(STATIC / path.removeprefix("/static/").partition("?")[0])
        return super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:  # the base class calls it so
        """Say nothing."""


def _embed(data: Mapping[str, Any]) -> str:
    return json.dumps(data).replace("<", "\\u003c")


def _write(path: Path, head: str, body: str) -> None:
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title><link rel="stylesheet" href="/page.css">{head}</head><body>{body}</body></html>'  # noqa: E501  # one page
    path.write_text(page, encoding="utf-8")
