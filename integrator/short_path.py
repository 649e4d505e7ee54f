"""A short way in front of Django for calls that come by the thousand: of what the middleware does, what concerns them.

Only plain requests take it: POST to an address of ``SHORT_PATHS``, without a cookie, with one length, to a known host.
Whatever else comes goes through Django, and both give the same answer byte for byte: tests hold them to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.log import log_response

from integrator.database.prepared import drop_dead_connection
from integrator.middleware import SecurityHeadersMiddleware

Application: TypeAlias = "Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]"
View: TypeAlias = "Callable[[HttpRequest, str], HttpResponse]"

_NAME = re.compile(r"([A-Za-z0-9_-]+)/?\Z")
_LONG_WAY = ("HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL")


class ShortPath:
    """A WSGI application (PEP 3333) around another, which serves whatever does not take the short way."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._views: list[tuple[str, View]] = [(prefix, _load(path)) for prefix, path in settings.SHORT_PATHS]
        steps = (XFrameOptionsMiddleware, SecurityHeadersMiddleware, SecurityMiddleware)
        self._finish = [step(_refuse_to_answer).process_response for step in steps]  # as an answer passes them

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = self.answer(environ)
        if response is None:
            return self._application(environ, start_response)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    def answer(self, environ: dict[str, Any]) -> HttpResponse | None:
        """The answer with all its headers; None, with nothing read of the body, for what goes the long way."""
        found = self._find_view(environ)
        if found is None:
            return None
        view, name = found
        request = WSGIRequest(environ)
        try:
            request.get_host()
        except DisallowedHost:
            return None
        drop_dead_connection()
        return self._dress(request, view(request, name))

    def _find_view(self, environ: dict[str, Any]) -> tuple[View, str] | None:
        if environ["REQUEST_METHOD"] != "POST" or any(environ.get(name) for name in _LONG_WAY):
            return None
        path = environ.get("PATH_INFO", "")
        for prefix, view in self._views:
            if path.startswith(prefix) and (match := _NAME.match(path, len(prefix))):
                return view, match[1]
        return None

    def _dress(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The headers that every answer has, and the line in the log of one that refuses."""
        finish_x_frame, *others = self._finish
        finish_x_frame(request, response)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        for finish in others:
            finish(request, response)
        if response.status_code >= 400:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response


def take_short_paths(application: Application) -> Application:
    """The application with its short paths, where the settings name any."""
    return ShortPath(application) if settings.SHORT_PATHS else application


def _load(path: str) -> View:
    module_name, _, function_name = path.partition(":")
    view: View = getattr(import_module(module_name), function_name)
    return view


def _refuse_to_answer(request: HttpRequest) -> HttpResponseBase:
    raise RuntimeError("Only what these steps do to an answer is used; requests do not pass them here.")
