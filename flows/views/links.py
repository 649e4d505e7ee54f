"""Addresses of things that other parts show: a link only where a page answers. Knows no rights."""

from __future__ import annotations

from urllib.parse import quote

from integrator.pages.context import leads_somewhere

_PATHS = {"run": "/runs/{}/", "case": "/cases/{}/", "incident": "/incidents/{}/", "request": "/requests/{}/"}


def link_to(what: str, ident: object) -> str:
    """The page of a run, case, incident, request or flow (by key); empty without an id or without such a page."""
    text = str(ident or "")
    if not text or what not in {*_PATHS, "flow"}:
        return ""
    path = _PATHS.get(what, "/flows/{}/").format(quote(text, safe=""))
    return path if leads_somewhere(path) else ""
