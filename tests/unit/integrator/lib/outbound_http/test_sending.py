"""One call over the loopback: what goes out, what comes back, what each failure becomes."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrator.lib.outbound_http import (
    AbortedError,
    BadRequestError,
    OutboundError,
    OutboundPolicy,
    OutboundRequest,
    OutboundResponse,
    OutboundTimeoutError,
    RedirectError,
    UnreachableError,
    send,
)
from tests.support.loopback import LoopbackServer, answer, respond, serve

LOOPBACK = OutboundPolicy(allow=("127.0.0.0/8",))


def to_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def call(server: LoopbackServer, path: str = "/", *, name: str = "127.0.0.1", **fields: Any) -> OutboundResponse:
    values: dict[str, Any] = {"method": "GET", "url": f"http://{name}:{server.port}{path}", "timeout_s": 5, **fields}
    return send(OutboundRequest(**values), policy=LOOPBACK, resolver=to_loopback)


class TestSend:
    def test_gives_the_answer(self) -> None:
        raw = answer(b"{}", status=201, headers={"X-One": "1", "Set-Cookie": "a"})
        with serve(respond(raw.replace(b"\r\n\r\n", b"\r\nset-cookie: b\r\n\r\n", 1))) as server:
            response = call(server, "/a?b=1")
        assert (response.status, response.body, response.address) == (201, b"{}", "127.0.0.1")
        assert response.headers["x-one"] == "1"
        assert response.headers["set-cookie"] == "a, b"
        assert response.url == f"{server.url}/a?b=1"
        assert 0 < response.elapsed_s < 5

    def test_sends_method_query_headers_and_body(self) -> None:
        with serve(respond(answer())) as server:
            call(
                server,
                "/p?a=1",
                method="post",
                params=(("b", "x y"), ("b", "ü"), ("c", "")),
                headers={"X-Name": "Ärger", "Content-Type": "text/plain"},
                body=b"\x00\xff",
            )
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert lines[0] == b"POST /p?a=1&b=x+y&b=%C3%BC&c= HTTP/1.1"
        assert {b"content-length: 2", b"connection: close"} <= {line.lower() for line in lines}
        assert b"x-name: \xc3\x84rger" in lines
        assert f"Host: 127.0.0.1:{server.port}".encode() in lines
        assert body == b"\x00\xff"

    def test_keeps_the_name_in_the_host_header(self) -> None:
        with serve(respond(answer())) as server:
            call(server, name="partner.example")
        assert f"Host: partner.example:{server.port}".encode() in server.requests[0]

    def test_says_that_a_post_without_body_has_none(self) -> None:
        with serve(respond(answer())) as server:
            call(server, method="POST")
        assert b"content-length: 0" in server.requests[0].lower()

    @pytest.mark.parametrize("status", [204, 304, 404, 500])
    def test_gives_any_status_as_an_answer(self, status: int) -> None:
        with serve(respond(answer(b"", status=status))) as server:
            assert call(server).status == status

    def test_unpacks_gzip_and_chunks(self) -> None:
        packed = gzip.compress(b"x" * 1000)
        chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        with serve(respond(head + chunked)) as server:
            assert call(server).body == b"x" * 1000

    def test_takes_an_answer_of_just_the_limit(self) -> None:
        with serve(respond(answer(b"x" * 1000))) as server:
            assert len(call(server, max_bytes=1000).body) == 1000

    def test_reads_no_proxy_and_no_netrc(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("NETRC", os.fspath(tmp_path / "netrc"))
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with serve(respond(answer())) as server:
            call(server)
        assert b"authorization" not in server.requests[0].lower()

    def test_connects_to_the_next_address_when_one_does_not_answer(self) -> None:
        with serve(respond(answer())) as server:
            response = send(
                OutboundRequest(method="GET", url=f"http://partner.example:{server.port}/", timeout_s=5),
                policy=LOOPBACK,
                resolver=lambda host, port: ["127.0.0.99", "127.0.0.1"],
            )
        assert response.address == "127.0.0.1"

    def test_serves_many_threads(self) -> None:
        with serve(respond(answer())) as server:
            found: list[int] = []
            threads = [threading.Thread(target=lambda: found.append(call(server).status)) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert found == [200] * 16


class TestSendFails:
    def test_when_nothing_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(UnreachableError) as caught:
            call(LoopbackServer(port=port))
        assert (caught.value.sent, caught.value.retryable) == (False, True)

    def test_when_the_name_is_unknown(self) -> None:
        def unknown(host: str, port: int) -> Sequence[str]:
            raise socket.gaierror("no such name")

        request = OutboundRequest(method="GET", url="http://nowhere.example/")
        with pytest.raises(UnreachableError, match="name is unknown") as caught:
            send(request, policy=LOOPBACK, resolver=unknown)
        assert not caught.value.sent

    def test_when_the_lookup_hangs(self) -> None:
        never = threading.Event()

        def hang(host: str, port: int) -> Sequence[str]:
            never.wait(10)
            return []

        request = OutboundRequest(method="GET", url="http://slow.example/", timeout_s=0.05)
        with pytest.raises(OutboundTimeoutError) as caught:
            send(request, policy=LOOPBACK, resolver=hang)
        never.set()
        assert not caught.value.sent

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            b"nonsense\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        ],
    )
    def test_when_the_answer_breaks_off(self, raw: bytes) -> None:
        with serve(respond(raw)) as server, pytest.raises(UnreachableError) as caught:
            call(server, method="POST", body=b"x")
        assert caught.value.sent

    def test_when_the_answer_is_packed_wrongly(self) -> None:
        raw = answer(b"not gzip", headers={"Content-Encoding": "gzip"})
        with serve(respond(raw)) as server, pytest.raises(UnreachableError) as caught:
            call(server)
        assert caught.value.sent

    def test_before_the_socket_opens_when_called_off(self) -> None:
        with serve(respond(answer())) as server:
            request = OutboundRequest(method="GET", url=server.url)
            with pytest.raises(AbortedError) as caught:
                send(request, policy=LOOPBACK, abort_before_connect=lambda: True)
            assert server.connections == 0
            assert send(request, policy=LOOPBACK, abort_before_connect=lambda: False).status == 200
        assert (caught.value.code, caught.value.sent) == ("outbound.aborted", False)

    @pytest.mark.parametrize(
        "fields",
        [
            {"method": "GET /"},
            {"method": "CONNECT"},
            {"method": "TRACE"},
            {"method": ""},
            {"headers": {"X-A": "a\r\nX-B: b"}},
            {"headers": {"X-A": "a\0"}},
            {"headers": {"X A": "a"}},
            {"headers": {"X-A\r\n": "a"}},
            {"headers": {"": "a"}},
            {"headers": {"Host": "other"}},
            {"headers": {"Transfer-Encoding": "chunked"}},
            {"headers": {"content-length": "0"}},
        ],
    )
    def test_before_the_socket_opens_on_what_cannot_be_sent(self, fields: dict[str, Any]) -> None:
        with serve(respond(answer())) as server, pytest.raises(BadRequestError) as caught:
            call(server, **fields)
        assert (server.connections, caught.value.sent) == (0, False)

    def test_without_secrets_in_its_words(self) -> None:
        request = OutboundRequest(method="GET", url="http://127.0.0.1:9/?token=hidden", headers={"X-A": "hidden"})
        with pytest.raises(OutboundError) as caught:
            send(request, policy=OutboundPolicy())
        assert "hidden" not in f"{caught.value} {caught.value.details} {request!r}"


class TestRedirects:
    def test_are_not_followed_unless_asked(self) -> None:
        raw = answer(b"", status=302, headers={"Location": "/next?token=hidden"})
        with serve(respond(raw)) as server, pytest.raises(RedirectError) as caught:
            call(server)
        error = caught.value
        assert (error.code, error.sent, error.retryable, len(server.requests)) == ("http.redirect", True, False, 1)
        assert error.details == {"status": 302, "location": f"{server.url}/next?token=••••"}

    def test_are_followed_as_often_as_asked(self) -> None:
        def handler(connection: socket.socket, request: bytes) -> None:
            path = request.split(b" ")[1]
            step = {b"/?q=1": "/1", b"/1": "2", b"/2": "/3"}.get(path)
            raw = answer(b"", status=301, headers={"Location": step}) if step else answer(b"end")
            connection.sendall(raw)

        fields: dict[str, Any] = {"params": (("q", "1"),), "headers": {"Authorization": "Bearer x"}}
        with serve(handler) as server:
            response = call(server, follow_redirects=3, **fields)
            assert (response.body, response.url) == (b"end", f"{server.url}/3")
            assert all(b"authorization: Bearer x" in request for request in server.requests)
            with pytest.raises(RedirectError, match="more often"):
                call(server, follow_redirects=2, **fields)

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_are_not_followed_with_other_methods(self, method: str) -> None:
        raw = answer(b"", status=307, headers={"Location": "/next"})
        with serve(respond(raw)) as server, pytest.raises(RedirectError):
            call(server, method=method, body=b"x", follow_redirects=5)
        assert len(server.requests) == 1

    def test_give_another_host_no_credentials(self) -> None:
        secret = {"Authorization": "Bearer hidden", "Cookie": "hidden", "X-Custom": "hidden", "Accept": "text/x"}
        with serve(respond(answer(b"end"))) as other:
            raw = answer(b"", status=302, headers={"Location": f"http://other.example:{other.port}/"})
            with serve(respond(raw)) as server:
                assert call(server, headers=secret, follow_redirects=1).body == b"end"
        assert b"hidden" in server.requests[0]
        assert b"hidden" not in other.requests[0]
        assert b"accept: text/x" in other.requests[0]

    def test_do_not_get_credentials_back_on_returning(self) -> None:
        places: list[str] = []
        with serve(
            lambda connection, _: connection.sendall(answer(b"", status=302, headers={"Location": places[0]}))
        ) as b:
            start = answer(b"", status=302, headers={"Location": f"{b.url}/"})

            def home(connection: socket.socket, request: bytes) -> None:
                connection.sendall(answer(b"end") if request.startswith(b"GET /back") else start)

            with serve(home) as a:
                places.append(f"{a.url}/back")
                assert call(a, headers={"Authorization": "hidden"}, follow_redirects=2).body == b"end"
        assert [b"hidden" in request for request in a.requests] == [True, False]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for partner.example and 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("partner.example"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "partner.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_tls(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    return context


class TestTLS:
    def get(self, url: str, ca_file: Path | None, timeout_s: float = 5) -> OutboundResponse:
        policy = OutboundPolicy(allow=("127.0.0.0/8",), ca_file=None if ca_file is None else os.fspath(ca_file))
        request = OutboundRequest(method="GET", url=url, timeout_s=timeout_s)
        return send(request, policy=policy, resolver=to_loopback)

    @pytest.mark.parametrize("name", ["partner.example", "127.0.0.1"])
    def test_checks_the_certificate_for_the_name(self, name: str, authority: Path, server_tls: ssl.SSLContext) -> None:
        asked: list[str | None] = []
        server_tls.sni_callback = lambda sock, server_name, ctx: asked.append(server_name)
        with serve(respond(answer(b"safe")), tls=server_tls) as server:
            assert self.get(f"https://{name}:{server.port}/", authority).body == b"safe"
        assert asked == [name if name.endswith("example") else None]

    def test_refuses_another_name(self, authority: Path, server_tls: ssl.SSLContext) -> None:
        with serve(respond(answer()), tls=server_tls) as server, pytest.raises(UnreachableError, match="TLS") as caught:
            self.get(f"https://other.example:{server.port}/", authority)
        assert not caught.value.sent
        assert server.requests == []

    def test_refuses_an_unknown_authority(self, server_tls: ssl.SSLContext) -> None:
        with serve(respond(answer()), tls=server_tls) as server, pytest.raises(UnreachableError, match="TLS"):
            self.get(f"https://partner.example:{server.port}/", None)

    def test_ends_a_handshake_that_hangs(self, authority: Path) -> None:
        """The server reads what comes and never answers the greeting."""
        with serve(lambda connection, _: None) as server:
            started = datetime.now(UTC)
            with pytest.raises(OutboundTimeoutError) as caught:
                self.get(f"https://partner.example:{server.port}/", authority, timeout_s=0.2)
        assert datetime.now(UTC) - started < timedelta(seconds=3)
        assert not caught.value.sent

    def test_ends_a_drip_at_the_time_limit(self, authority: Path, server_tls: ssl.SSLContext) -> None:
        def drip(connection: socket.socket, _: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x")

        policy = OutboundPolicy(allow=("127.0.0.0/8",), ca_file=os.fspath(authority))
        with serve(drip, tls=server_tls) as server:
            url = f"https://partner.example:{server.port}/"
            request = OutboundRequest(method="GET", url=url, timeout_s=0.3, max_bytes=10**12)
            with pytest.raises(OutboundTimeoutError) as caught:
                send(request, policy=policy, resolver=to_loopback)
        assert caught.value.sent
