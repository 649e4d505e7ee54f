"""Calls over the loopback: what leaves, what comes back, and what each failure becomes."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.support.http_calls import KEY, call, make_connection, plan, send
from tests.support.loopback import LoopbackServer, answer, respond, serve

SECRET = "s3cret-Value/42"
JSON = {"Content-Type": "application/json"}


def head(server: LoopbackServer, place: int = -1) -> tuple[str, dict[str, str], bytes]:
    """(request line, headers by lower-case name, body) of a request that came."""
    raw, _, body = server.requests[place].partition(b"\r\n\r\n")
    first, *lines = raw.decode().split("\r\n")
    return first, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


def reset(connection: socket.socket, _: bytes) -> None:
    """Cut the connection hard after half an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class TestWhatLeaves:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
    def test_has_the_method_and_the_key(self, method: str) -> None:
        raw = answer(b"" if method == "HEAD" else b'{"ok": true}', headers=JSON)
        with serve(respond(raw)) as server:
            found = call(method=method, url=f"{server.url}/orders")
        line, headers, _ = head(server)
        assert line == f"{method} /orders HTTP/1.1"
        assert headers["idempotency-key"] == KEY
        assert found.error is None
        assert found.output["status"] == 200
        assert found.output["body"] == (None if method == "HEAD" else {"ok": True})

    def test_has_query_and_headers(self) -> None:
        with serve(respond(answer())) as server:
            call(url=f"{server.url}/a?x=1", query={"y": ["2", 3], "z": "ä&"}, headers={"X-Ref": "R 1"})
        line, headers, _ = head(server)
        assert parse_qs(line.split()[1].partition("?")[2]) == {"x": ["1"], "y": ["2", "3"], "z": ["ä&"]}
        assert headers["x-ref"] == "R 1"

    def test_lets_nobody_override_the_key(self) -> None:
        with serve(respond(answer())) as server:
            call(url=server.url, headers={"Idempotency-Key": "mine"})
        assert head(server)[1]["idempotency-key"] == KEY

    def test_keeps_the_key_over_attempts(self) -> None:
        with serve(respond(answer(status=503))) as server:
            effect = plan(method="POST", url=server.url, repeat="safe")
            send(effect)
            send(effect)
        assert [head(server, place)[1]["idempotency-key"] for place in (0, 1)] == [KEY, KEY]

    @pytest.mark.parametrize(
        ("settings", "content_type", "body"),
        [
            ({"json": {"ä": 12345678901234567890}}, "application/json", '{"ä":12345678901234567890}'.encode()),
            ({"form": {"a": "1 & 2", "b": ["x", "y"]}}, "application/x-www-form-urlencoded", b"a=1+%26+2&b=x&b=y"),
            ({"text": "grün"}, "text/plain; charset=utf-8", "grün".encode()),
            ({"json": [], "headers": {"Content-Type": "application/vnd.api+json"}}, "application/vnd.api+json", b"[]"),
        ],
    )
    def test_has_one_body_with_its_type(self, settings: dict[str, Any], content_type: str, body: bytes) -> None:
        with serve(respond(answer())) as server:
            call(method="POST", url=server.url, **settings)
        _, headers, sent = head(server)
        assert headers["content-type"] == content_type
        assert sent == body
        assert headers["content-length"] == str(len(body))


class TestCredentials:
    @pytest.mark.parametrize(
        ("kind", "settings", "header", "value"),
        [
            ("basic", {"user": "jo"}, "authorization", f"Basic {base64.b64encode(f'jo:{SECRET}'.encode()).decode()}"),
            ("bearer", {}, "authorization", f"Bearer {SECRET}"),
            ("api_key", {"header": "X-Api-Key"}, "x-api-key", SECRET),
        ],
    )
    def test_go_as_headers_and_are_never_kept(
        self, kind: str, settings: dict[str, str], header: str, value: str
    ) -> None:
        with serve(respond(answer(value.encode(), headers={"X-Echo": value}))) as server:
            connection = make_connection(kind, SECRET, settings=settings, base_url=f"{server.url}/api")
            found = call(connection, url="/orders", headers={header: "mine"})
        line, headers, _ = head(server)
        assert line == "GET /api/orders HTTP/1.1"
        assert headers[header] == value
        kept = json.dumps([found.output, found.exchange])
        assert SECRET not in kept
        assert base64.b64encode(f"jo:{SECRET}".encode()).decode() not in kept
        assert "••••" in found.output["body"]
        assert "••••" in found.output["headers"]["x_echo"]

    def test_go_into_the_query(self) -> None:
        with serve(respond(answer())) as server:
            connection = make_connection("api_key", SECRET, settings={"query": "k"}, base_url=server.url)
            found = call(connection, url="x?a=1")
        assert parse_qs(head(server)[0].split()[1].partition("?")[2]) == {"a": ["1"], "k": [SECRET]}
        assert SECRET not in json.dumps(found.exchange)

    def test_are_masked_in_an_error_that_repeats_them(self) -> None:
        body = json.dumps({"detail": f"no right for {SECRET}", "deep": [SECRET]}).encode()
        with serve(respond(answer(body, status=403, headers=JSON))) as server:
            found = call(make_connection("bearer", SECRET, base_url=server.url), url="/")
        assert found.error is not None
        assert SECRET not in json.dumps([found.error.as_data(), found.exchange])
        assert "no right for ••••" in found.error.message

    def test_do_not_follow_a_redirect_elsewhere(self) -> None:
        with serve(respond(answer())) as other:
            away = answer(b"", status=302, headers={"Location": f"{other.url}/x"})
            with serve(respond(away)) as server:
                connection = make_connection("bearer", SECRET, base_url=server.url)
                found = call(connection, url="/", follow_redirects=1)
        assert found.error is None
        assert "authorization" not in head(other)[1]
        assert "idempotency-key" not in head(other)[1]


class TestFailures:
    @pytest.mark.parametrize(
        ("status", "retryable"),
        [(400, False), (404, False), (408, False), (422, False), (429, True), (500, True), (503, True)],
    )
    def test_a_status_is_known_and_said_in_a_sentence(self, status: int, retryable: bool) -> None:
        body = b'{"detail": "in maintenance"}'
        with serve(respond(answer(body, status=status, headers=JSON))) as server:
            found = call(method="POST", url=server.url)
            host = server.address
        assert found.error is not None
        assert (found.error.code, found.error.retryable, found.is_unknown) == ("http.status", retryable, False)
        assert found.error.message.startswith(f"{host} answered {status} ")
        assert "“in maintenance”" in found.error.message
        assert found.error.details["status"] == status
        assert found.error.details["body"] == {"detail": "in maintenance"}

    def test_retry_after_is_handed_on(self) -> None:
        with serve(respond(answer(status=429, headers={"Retry-After": "17"}))) as server:
            assert call(url=server.url).retry_after_s == 17

    @pytest.mark.parametrize(("repeat", "is_unknown"), [("ask", True), ("safe", False)])
    def test_a_hang_after_sending_is_unknown_unless_a_repeat_is_safe(self, repeat: str, is_unknown: bool) -> None:
        done = threading.Event()
        with serve(lambda connection, _: done.wait(10) and None) as server:
            found = call(method="POST", url=server.url, repeat=repeat, timeout_s=0.3)
            done.set()
            host = server.address
        assert found.error is not None
        assert (found.error.code, found.is_unknown) == ("outbound.timeout", is_unknown)
        assert found.error.message.startswith(f"{host} did not answer within 0.3 s.")

    @pytest.mark.parametrize(("repeat", "is_unknown"), [("ask", True), ("safe", False)])
    def test_a_reset_in_mid_body_is_unknown_unless_a_repeat_is_safe(self, repeat: str, is_unknown: bool) -> None:
        with serve(reset) as server:
            found = call(method="POST", url=server.url, repeat=repeat)
        assert found.error is not None
        assert (found.error.code, found.is_unknown, found.error.retryable) == ("outbound.unreachable", is_unknown, True)

    def test_a_closed_port_is_known(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        found = call(method="POST", url=f"http://127.0.0.1:{port}/")
        assert found.error is not None
        assert (found.error.code, found.is_unknown, found.error.retryable) == ("outbound.unreachable", False, True)
        assert f"127.0.0.1:{port} could not be reached" in found.error.message

    @pytest.mark.parametrize("size", [1024 * 1024 + 1, 10 * 1024 * 1024 + 1])
    def test_an_answer_too_large_to_keep_is_known(self, size: int) -> None:
        with serve(respond(answer(b"x" * size))) as server:
            found = call(method="POST", url=server.url)
        assert found.error is not None
        assert (found.error.code, found.is_unknown, found.error.retryable) == ("outbound.too_large", False, False)

    def test_an_answer_at_the_limit_is_kept(self) -> None:
        with serve(respond(answer(b"x" * 1024 * 1024, headers={"Content-Type": "text/plain"}))) as server:
            found = call(url=server.url)
        assert len(found.output["body"]) == 1024 * 1024
        assert len(found.exchange["answer"]["body"].encode()) <= 65_536

    def test_broken_json_is_said(self) -> None:
        with serve(respond(answer(b'{"a": NaN}', headers=JSON))) as server:
            found = call(method="POST", url=server.url)
        assert found.error is not None
        assert found.error.code == "http.invalid_json"
        assert found.error.details["body"] == '{"a": NaN}'

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_redirect_is_not_followed(self, method: str) -> None:
        with serve(respond(answer(status=302, headers={"Location": "/elsewhere"}))) as server:
            found = call(method=method, url=server.url)
            url = server.url
        assert found.error is not None
        assert found.error.code == "http.redirect"
        assert found.error.details["location"] == f"{url}/elsewhere"
        assert len(server.requests) == 1

    def test_a_status_without_success_or_failure_is_refused(self) -> None:
        with serve(respond(answer(b"", status=304))) as server:
            found = call(url=server.url)
        assert found.error is not None
        assert (found.error.code, found.error.details["status"]) == ("http.status", 304)

    def test_a_private_address_is_refused_before_anything_is_sent(self) -> None:
        with serve(respond(answer())) as server:
            found = send(plan(method="POST", url=server.url), allow=())
        assert found.error is not None
        assert (found.error.code, found.is_unknown, server.connections) == ("outbound.refused", False, 0)

    def test_a_connection_narrows_the_allow_list(self) -> None:
        with serve(respond(answer())) as server:
            connection = make_connection(base_url=server.url, allow=("127.0.0.1:1",))
            found = send(plan(connection, url="/"), connection)
        assert found.error is not None
        assert (found.error.code, server.connections) == ("outbound.refused", 0)

    def test_an_abort_is_told_as_not_sent(self) -> None:
        with serve(respond(answer())) as server:
            found = send(plan(method="POST", url=server.url), aborts=True)
        assert found.not_sent
        assert server.connections == 0


class TestExchange:
    def test_shows_both_sides(self) -> None:
        with serve(respond(answer(b'{"id": 7}', status=201, headers={**JSON, "Set-Cookie": "sid=1"}))) as server:
            found = call(method="POST", url=f"{server.url}/a?token=t0ken", json={"a": 1})
            url = server.url
        sent, came = found.exchange["request"], found.exchange["answer"]
        assert (sent["method"], sent["url"], sent["body"]) == ("POST", f"{url}/a?token=••••", '{"a":1}')
        assert (came["status"], came["body"], came["headers"]["set-cookie"]) == (201, '{"id": 7}', "••••")
        assert came["address"] == "127.0.0.1"

    def test_is_kept_of_a_failure_too(self) -> None:
        with serve(reset) as server:
            found = call(method="POST", url=server.url, text="hello")
        assert found.exchange["request"]["body"] == "hello"
        assert found.exchange["answer"] is None
