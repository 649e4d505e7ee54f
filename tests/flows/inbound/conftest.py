"""Each test begins with nothing kept in the process; its calls come the short way, as the web process takes them."""

from __future__ import annotations

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http.response import HttpResponseBase
from django.test.client import ClientHandler

from integrator.short_path import ShortPath


@pytest.fixture(autouse=True)
def _take_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    long_way = ClientHandler.get_response

    def get_response(self: ClientHandler, request: WSGIRequest) -> HttpResponseBase:
        short_path = ShortPath(lambda environ, start_response: [])
        return short_path.answer(request.environ) or long_way(self, request)

    monkeypatch.setattr(ClientHandler, "get_response", get_response)
