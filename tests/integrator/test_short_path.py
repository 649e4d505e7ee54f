"""The short way in front of Django: who takes it, and that nobody can tell from the answer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from integrator.short_path import ShortPath, take_short_paths
from tests.support.hooks import listen

_MADE_ANEW = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|-[0-9]{5,}\b")
CALLS: dict[str, dict[str, Any]] = {
    "accepted": {},
    "with a slash at the end": {"path": "/hooks/orders/"},
    "not for a store": {"headers": {"Authorization": "Bearer x"}},
    "over https": {"secure": True},
    "no JSON": {"data": b"{"},
    "of another type": {"content_type": "application/xml"},
    "a form": {"data": b"a=1", "content_type": "application/x-www-form-urlencoded"},
    "to nobody": {"path": "/hooks/nobody"},
    "too large": {"data": b" " * 1_048_577},
    "shorter than announced": {"headers": {"Content-Length": "40"}},
    "with too large a query": {"path": "/hooks/orders?" + "&".join(f"a{n}=1" for n in range(1_001))},
}
LONG: dict[str, dict[str, Any]] = {
    "another method": {"method": "PUT"},
    "a cookie": {"headers": {"Cookie": "sessionid=x"}},
    "no length": {"headers": {"Transfer-Encoding": "chunked"}},
    "two lengths": {"headers": {"Transfer-Encoding": "chunked", "Content-Length": "2"}},
    "an unknown host": {"headers": {"Host": "elsewhere.example"}},
    "another address": {"path": "/hooks/"},
    "a longer address": {"path": "/hooks/orders/more"},
    "an address with other characters": {"path": "/hooks/orders%C3%A9"},
    "no hook": {"path": "/hooked/orders"},
}
Answer = tuple[str, list[tuple[str, str]], bytes]


@pytest.fixture(autouse=True)
def _keep_nothing() -> Iterator[None]:
    signals = ((request_started, close_old_connections), (request_finished, close_old_connections))
    for signal, receiver in signals:  # the test's transaction lives in this connection
        signal.disconnect(receiver)
    request_started.disconnect(reset_queries)
    yield
    for signal, receiver in signals:
        signal.connect(receiver)
    request_started.connect(reset_queries)


def make_environ(
    *, path: str = "/hooks/orders", method: str = "POST", data: bytes = b"{}", **more: Any
) -> dict[str, Any]:
    more.setdefault("content_type", "application/json")
    more["headers"] = {"Host": "localhost", **more.get("headers", {})}
    environ = RequestFactory().generic(method, path, data, **more).META
    return {**environ, "wsgi.input": io.BytesIO(data)}


def ask(application: Callable[..., Any], environ: dict[str, Any]) -> Answer:
    told: list[Any] = []
    body = b"".join(application(environ, lambda status, headers: told.extend((status, headers))))
    return told[0], told[1], _MADE_ANEW.sub(b"*", body)


def refuse(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    raise AssertionError("It went the long way.")


@pytest.mark.django_db
class TestShortPath:
    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    def test_gives_the_answer_of_the_long_way(self, call: dict[str, Any], settings: Any) -> None:
        settings.SECURE_HSTS_SECONDS = 3_600
        listen()
        assert ask(ShortPath(refuse), make_environ(**call)) == ask(WSGIHandler(), make_environ(**call))

    @pytest.mark.parametrize("call", LONG.values(), ids=LONG)
    def test_leaves_what_is_not_plain_to_django(self, call: dict[str, Any], settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["localhost"]
        environ = make_environ(**call)
        assert ShortPath(refuse).answer(environ) is None
        assert environ["wsgi.input"].tell() == 0
        assert ask(ShortPath(WSGIHandler()), make_environ(**call)) == ask(WSGIHandler(), make_environ(**call))

    def test_logs_a_refusal_as_django_does(self, caplog: pytest.LogCaptureFixture) -> None:
        lines = []
        for application in (ShortPath(refuse), WSGIHandler()):
            caplog.clear()
            ask(application, make_environ(path="/hooks/nobody"))
            lines.append([(line.name, line.levelname, line.getMessage()) for line in caplog.records])
        assert lines[0] == lines[1] == [("django.request", "WARNING", "Not Found: /hooks/nobody")]


class TestTakeShortPaths:
    @pytest.mark.django_db
    def test_takes_those_of_the_settings(self, settings: Any) -> None:
        settings.SHORT_PATHS = [("/toys/", f"{__name__}:play")]
        status, _, body = ask(take_short_paths(refuse), make_environ(path="/toys/ball"))
        assert (status, body) == ("200 OK", b"ball")

    def test_adds_nothing_without_any(self, settings: Any) -> None:
        settings.SHORT_PATHS = []
        assert take_short_paths(refuse) is refuse


def play(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)
