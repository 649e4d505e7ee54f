"""Hazard rows "outbound": no way to an inner address, and no answer that holds a slot."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Sequence

import pytest

from integrator.lib.outbound_http import (
    BadURLError,
    OutboundError,
    OutboundPolicy,
    OutboundRequest,
    OutboundResponse,
    OutboundTimeoutError,
    RefusedError,
    TooLargeError,
    send,
)
from tests.support.loopback import answer, respond, serve

NOTHING_ALLOWED = OutboundPolicy()
LOOPBACK = OutboundPolicy(allow=("127.0.0.0/8", "::1/128"))
# Where the system would connect to the loopback.
INNER_SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0X7F.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[0:0:0:0:0:0:0:1]",
    "127.0.0.1",
]
METADATA_SPELLINGS = [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "[fd00:ec2::254]",
]


def get(
    url: str,
    policy: OutboundPolicy = NOTHING_ALLOWED,
    *,
    records: Sequence[str] = ("127.0.0.1",),
    timeout_s: float = 5,
    max_bytes: int = 1_000_000,
    follow_redirects: int = 0,
) -> OutboundResponse:
    request = OutboundRequest(
        method="GET", url=url, timeout_s=timeout_s, max_bytes=max_bytes, follow_redirects=follow_redirects
    )
    return send(request, policy=policy, resolver=lambda host, port: records)


class TestInnerAddresses:
    @pytest.mark.parametrize("host", INNER_SPELLINGS)
    def test_are_refused_before_the_connect(self, host: str) -> None:
        with serve(respond(answer())) as server, pytest.raises((RefusedError, BadURLError)) as caught:
            get(f"http://{host}:{server.port}/")
        assert server.connections == 0
        assert not caught.value.sent

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "partner.example"])
    def test_are_reached_when_allowed(self, host: str) -> None:
        with serve(respond(answer(b"twin"))) as server:
            assert get(f"http://{host}:{server.port}/", LOOPBACK).body == b"twin"

    def test_give_the_same_words_for_open_and_closed_ports(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = listener.getsockname()[1]
        seen = set()
        with serve(respond(answer())) as server:
            for port in (server.port, closed):
                with pytest.raises(RefusedError) as caught:
                    get(f"http://127.0.0.1:{port}/")
                error = caught.value
                seen.add((error.code, error.message, str(error.details), error.retryable, error.sent))
        assert len(seen) == 1

    @pytest.mark.parametrize("host", METADATA_SPELLINGS)
    def test_metadata_is_refused_even_when_allowed(self, host: str) -> None:
        everything = OutboundPolicy(allow=("0.0.0.0/0", "::/0", "169.254.169.254:80", "[fd00:ec2::254]:80"))
        with pytest.raises(RefusedError) as caught:
            get(f"http://{host}/", everything, timeout_s=1)
        assert caught.value.code == "outbound.refused"

    def test_metadata_is_refused_behind_a_name(self) -> None:
        named = OutboundPolicy(allow=("meta.example:80", "169.254.0.0/16"))
        with pytest.raises(RefusedError):
            get("http://meta.example/", named, records=["169.254.169.254"], timeout_s=1)

    @pytest.mark.parametrize("records", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["8.8.8.8", "::1"]])
    def test_a_name_with_one_inner_record_is_refused(self, records: list[str]) -> None:
        with serve(respond(answer())) as server, pytest.raises(RefusedError):
            get(f"http://mixed.example:{server.port}/", records=records)
        assert server.connections == 0

    def test_a_name_that_changes_between_check_and_use_gains_nothing(self) -> None:
        """The first answer is allowed, all later ones lead to the victim: nobody asks again."""
        answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["127.0.0.2"]))
        asked: list[str] = []

        def rebinding(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return next(answers)

        with serve(respond(answer(b"checked"))) as server:
            policy = OutboundPolicy(allow=("127.0.0.1/32",))
            request = OutboundRequest(method="GET", url=f"http://rebind.example:{server.port}/", timeout_s=5)
            response = send(request, policy=policy, resolver=rebinding)
            with pytest.raises(RefusedError):
                send(request, policy=policy, resolver=rebinding)
        assert (response.address, asked) == ("127.0.0.1", ["rebind.example"] * 2)

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.1:{port}/",
            "http://[::ffff:127.0.0.1]:{port}/",
            "//2130706433:{port}/",
            "http://inner.example:{port}/",
        ],
    )
    def test_a_redirect_to_one_is_refused(self, target: str) -> None:
        with serve(respond(answer(b"secret"))) as inner:
            location = target.format(port=inner.port)
            with serve(respond(answer(b"", status=302, headers={"Location": location}))) as outer:
                only_outer = OutboundPolicy(allow=(outer.address,))
                with pytest.raises(RefusedError) as caught:
                    get(outer.url, only_outer, follow_redirects=3)
        assert (inner.connections, outer.connections, caught.value.sent) == (0, 1, True)

    @pytest.mark.parametrize("target", ["http://169.254.169.254/latest/", "http://[64:ff9b::a9fe:a9fe]/"])
    def test_a_redirect_to_metadata_is_refused(self, target: str) -> None:
        with serve(respond(answer(b"", status=301, headers={"Location": target}))) as outer:
            policy = OutboundPolicy(allow=("0.0.0.0/0", "::/0"))
            with pytest.raises(RefusedError):
                get(outer.url, policy, follow_redirects=3)

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://a@127.0.0.1/", "http://["])
    def test_a_redirect_to_what_is_no_address_is_refused(self, target: str) -> None:
        moved = answer(b"", status=302, headers={"Location": target})
        with serve(respond(moved)) as outer, pytest.raises(BadURLError) as caught:
            get(outer.url, LOOPBACK, follow_redirects=3)
        assert caught.value.sent


class TestBadAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://a@127.0.0.1/",
            "http://a:b@example.com/",
            "http://example.com@127.0.0.1/",
            "http://127.0.0.1\\@example.com/",
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_FLUSHALL",
            "ftp://example.com/",
            "dict://127.0.0.1:11211/",
            "javascript:alert(1)",
            "data:text/plain,x",
            "//example.com/",
            "/etc/passwd",
            "example.com",
            "",
            "http://",
            "http:///x",
            "http://:80/",
            "http://?x",
            "http:/example.com",
            "http://example.com:0/",
            "http://example.com:99999/",
            "http://example.com:80x/",
            "http://exa mple.com/",
            "http://example.com/\r\nX-A: b",
            "http://example.com/\x00",
            "http://example.com/\t",
            " http://example.com/",
            "http://example.com/\u2028",
            "http://example.com/\ud800",
            "http://%31%32%37.0.0.1/",
            "http://[fe80::1%25eth0]/",
            "http://[::1/",
            "http://1.2.3.4.5/",
            "http://256.256.256.256/",
            "http://0x1ffffffff/",
            "http://example.com,127.0.0.1/",
            "http://" + "a" * 9000,
            "http://a..example/",
            "http://" + "a" * 300 + ".example/",
        ],
    )
    def test_are_refused_before_any_lookup(self, url: str) -> None:
        looked_up: list[str] = []

        def resolver(host: str, port: int) -> Sequence[str]:
            looked_up.append(host)
            return ["127.0.0.1"]

        with pytest.raises(BadURLError) as caught:
            send(OutboundRequest(method="GET", url=url, timeout_s=1), policy=LOOPBACK, resolver=resolver)
        assert (looked_up, caught.value.code, caught.value.sent) == ([], "outbound.bad_url", False)

    def test_their_benign_twins_work(self) -> None:
        with serve(respond(answer(b"twin"))) as server:
            for url in (
                f"HTTP://Partner.Example:{server.port}",
                f"http://partner.example:{server.port}/a b/ü?x=a@b#f",
                f"http://bücher.example:{server.port}/",
                f"http://partner.example.:{server.port}/",
            ):
                assert get(url, LOOPBACK).body == b"twin"


def _slow_drip(connection: socket.socket, _: bytes) -> None:
    """Send the body a byte at a time, as fast as the reader empties it: never a silence, never an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    stop = threading.Event()
    while not stop.wait(0.02):
        connection.sendall(b"x")


def _dripping_head(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    stop = threading.Event()
    while not stop.wait(0.02):
        connection.sendall(b"x")


def _endless_body(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _endless_chunks(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10\r\n" + b"x" * 16 + b"\r\n")


def _endless_gzip(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    packer = zlib.compressobj(wbits=31)
    while True:
        connection.sendall(packer.compress(b"\0" * 1_000_000))


def _silence(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)


def _endless_continue(connection: socket.socket, _: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


class TestAnswersThatHoldASlot:
    @pytest.mark.parametrize("handler", [_slow_drip, _dripping_head, _silence, _endless_continue])
    def test_are_cut_at_the_time_limit(self, handler: object) -> None:
        with serve(handler) as server:  # type: ignore[arg-type]
            started = time.monotonic()
            with pytest.raises(OutboundError) as caught:
                get(server.url, LOOPBACK, timeout_s=0.4, max_bytes=10**12)
            assert time.monotonic() - started < 2
            assert server.closed.wait(5), "the connection stayed open"
        assert caught.value.sent
        assert isinstance(caught.value, OutboundTimeoutError) or handler is _endless_continue

    @pytest.mark.parametrize("handler", [_endless_body, _endless_chunks, _endless_gzip])
    def test_are_cut_at_the_size_limit(self, handler: object) -> None:
        with serve(handler) as server:  # type: ignore[arg-type]
            with pytest.raises(TooLargeError) as caught:
                get(server.url, LOOPBACK, timeout_s=30, max_bytes=200_000)
            assert server.closed.wait(5), "the connection stayed open"
        assert (caught.value.code, caught.value.sent) == ("outbound.too_large", True)
        assert caught.value.details == {"status": 200, "max_bytes": 200_000}

    @pytest.mark.parametrize("layers", [1, 2])
    def test_a_gzip_bomb_takes_no_memory(self, layers: int) -> None:
        bomb = b"\0" * 100_000_000
        for _ in range(layers):
            bomb = gzip.compress(bomb, 6)
        raw = answer(bomb, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})
        with serve(respond(raw)) as server:
            tracemalloc.start()
            try:
                with pytest.raises(TooLargeError):
                    get(server.url, LOOPBACK, timeout_s=30, max_bytes=1_000_000)
                peak_bytes = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
        assert peak_bytes < 20_000_000
