"""The one choice between a page and its fragment. Rights are checked by the view before, for both alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from integrator.middleware import CONTENT_SECURITY_POLICY


def choose_template(request: HttpRequest, template: str, fragment: str | Sequence[str] | None) -> str:
    """``page.html`` or ``page.html#fragment``.

    One fragment answers every htmx request that is not boosted and not a visit to the browser's history. Of several
    the one is taken whose name is the id of htmx's target; a target of another name gets the page.
    """
    headers = request.headers
    wants_page = (
        not fragment
        or headers.get("HX-Request") != "true"
        or "HX-Boosted" in headers
        or headers.get("HX-History-Restore-Request") == "true"
    )
    if wants_page or fragment is None:
        return template
    if isinstance(fragment, str):
        return f"{template}#{fragment}"
    target = headers.get("HX-Target", "")
    return f"{template}#{target}" if target in fragment else template


def let_frames_in(response: HttpResponse) -> HttpResponse:
    """This will let the page hold frames of our own addresses: previews of files. No other page may."""
    policy = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    response.content_security_policy = policy  # type: ignore[attr-defined]  # read by SecurityHeadersMiddleware
    return response


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | Sequence[str] | None = None,
    status: int = 200,
    triggers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """This will render the page, or for htmx its fragment (a ``partialdef`` in the page that owns it).

    ``triggers`` become ``HX-Trigger``: what changed, by name, for other parts of the page that listen.
    """
    response = render(request, choose_template(request, template, fragment), dict(context or {}), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    if triggers:
        response["HX-Trigger"] = json.dumps(triggers)
    return response
