"""How calls prove who they are, each kind at a server on the loopback: what arrives there, and what is kept of it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.connectors.http.sign_in.registry import find_connection_kind, list_connection_kinds
from flows.definition.effect import ResolvedConnection
from integrator.lib.signing import HmacScheme, verify_hmac, verify_standard_webhook
from tests.support.certificates import Authority
from tests.support.http_calls import NOW, call, make_connection
from tests.support.loopback import LoopbackServer, answer, respond, serve

SECRET = "s3cret-Value/42"
TOKEN = "access-T0ken/77"
NEWER = "access-T0ken/78"
JSON = {"Content-Type": "application/json"}


def head(server: LoopbackServer, place: int = -1) -> tuple[str, dict[str, str], bytes]:
    """(request line, headers by lower-case name, body) of a request that came."""
    raw, _, body = server.requests[place].partition(b"\r\n\r\n")
    first, *lines = raw.decode().split("\r\n")
    return first, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def mutual(authority: Authority, tmp_path: Path) -> Iterator[LoopbackServer]:
    """A server that lets in only clients of the authority."""
    with serve(respond(answer(b'{"ok":true}', headers=JSON)), tls=authority.make_server(tmp_path, asks=True)) as server:
        yield server


class TestEveryKind:
    @pytest.mark.parametrize("key", list_connection_kinds())
    def test_has_words_and_a_look_at_its_settings(self, key: str) -> None:
        kind = list_connection_kinds()[key]
        assert (kind.key, bool(kind.label), bool(kind.help)) == (key, True, True)
        typed = {field.name: field.default or "https://partner.example/x" for field in kind.fields}
        settings = kind.read({**typed, **({"key_name": "X-Key"} if key == "api_key" else {"user": "jo"})})
        faults = list(kind.find_faults(settings if key != "hmac" else {**settings, "timestamp_header": ""}))
        assert faults == []

    def test_unknown_is_none(self) -> None:
        assert find_connection_kind("telepathy") is None


class TestHmac:
    @pytest.mark.parametrize(
        ("settings", "scheme"),
        [
            ({"header": "X-Signature"}, HmacScheme(header="X-Signature")),
            (
                {
                    "header": "X-Sig",
                    "algorithm": "sha512",
                    "encoding": "base64",
                    "prefix": "v1=",
                    "timestamp_header": "X-At",
                },
                HmacScheme(
                    header="X-Sig", algorithm="sha512", encoding="base64", prefix="v1=", timestamp_header="X-At"
                ),
            ),
        ],
    )
    def test_signs_the_very_bytes(self, settings: dict[str, str], scheme: HmacScheme) -> None:
        with serve(respond(answer())) as server:
            connection = make_connection("hmac", SECRET, settings=settings, base_url=server.url)
            found = call(connection, method="POST", url="/in", json={"ä": 1})
        _, headers, body = head(server)
        verify_hmac(headers, body, [SECRET], scheme=scheme, now=NOW)
        signature = headers[scheme.header.lower()].removeprefix(scheme.prefix)
        assert signature not in json.dumps(found.exchange)
        assert found.exchange["request"]["body"] == '{"ä":1}'

    def test_signs_an_empty_body_too(self) -> None:
        with serve(respond(answer())) as server:
            call(make_connection("hmac", SECRET, settings={"header": "X-S"}, base_url=server.url), url="/in")
        _, headers, _ = head(server)
        verify_hmac(headers, b"", [SECRET], scheme=HmacScheme(header="X-S"), now=NOW)


class TestStandardWebhooks:
    def test_signs_with_an_id_that_stays(self) -> None:
        with serve(respond(answer())) as server:
            connection = make_connection("standard_webhooks", "whsec_c2VjcmV0LWZvci10ZXN0cw==", base_url=server.url)
            found = [call(connection, method="POST", url="/in", json={"a": 1}) for _ in range(2)]
        ids = [
            verify_standard_webhook(headers, body, [connection.secret], now=NOW)
            for _, headers, body in (head(server, place) for place in (0, 1))
        ]
        assert ids[0] == ids[1]
        assert found[0].exchange["request"]["headers"]["webhook-signature"] == "••••"

    def test_says_that_a_secret_holds_no_key(self) -> None:
        from flows.definition.kind import StepError

        with pytest.raises(StepError, match="holds no key"):
            call(make_connection("standard_webhooks", "whsec_", base_url="http://127.0.0.1:9"), url="/in")


class TestClientCertificate:
    def test_is_shown_to_a_server_that_asks(self, mutual: LoopbackServer, authority: Authority) -> None:
        connection = make_connection(
            "client_certificate",
            authority.make("us"),
            base_url=f"https://127.0.0.1:{mutual.port}",
            trust=authority.pem,
        )
        found = call(connection, url="/orders")
        assert found.error is None
        assert found.output["body"] == {"ok": True}
        assert found.exchange["answer"]["status"] == 200
        assert "PRIVATE" not in json.dumps(found.exchange)

    @pytest.mark.parametrize(
        ("kind", "secret", "words"),
        [
            ("none", "", "client certificate"),
            ("client_certificate", "of another authority", "client certificate"),
            ("client_certificate", "expired", "Set a new certificate"),
        ],
    )
    def test_is_missed_in_words(
        self, mutual: LoopbackServer, authority: Authority, kind: str, secret: str, words: str
    ) -> None:
        made = {"of another authority": Authority("Other").make("us"), "expired": authority.make("us", until_days=-1)}
        connection = make_connection(
            kind, made.get(secret, ""), base_url=f"https://127.0.0.1:{mutual.port}", trust=authority.pem
        )
        found = call(connection, url="/orders")
        assert found.error is not None
        assert found.error.code == "outbound.unreachable"
        assert words in found.error.message

    def test_goes_nowhere_without_encryption(self, authority: Authority) -> None:
        from flows.definition.kind import StepError

        with serve(respond(answer())) as server, pytest.raises(StepError, match="https://"):
            call(make_connection("client_certificate", authority.make("us"), base_url=server.url), url="/")
        assert server.requests == []

    @pytest.mark.parametrize(
        ("pem", "words"),
        [
            ("nothing", "BEGIN CERTIFICATE"),
            ("certificate alone", "below the certificate"),
            ("another key", "does not belong"),
            ("locked", "asks for a password"),
        ],
    )
    def test_is_looked_at_before_it_is_kept(self, authority: Authority, pem: str, words: str) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        from tests.support.certificates import make_key_pem

        whole = authority.make("us")
        certificate = whole[: whole.index("-----BEGIN PRIVATE")]
        key = ec.generate_private_key(ec.SECP256R1())
        texts = {
            "nothing": "hello",
            "certificate alone": certificate,
            "another key": certificate + make_key_pem(key),
            "locked": certificate + make_key_pem(key, password="pw"),
        }
        kind = list_connection_kinds()["client_certificate"]
        with pytest.raises(ValueError, match=words):
            kind.read_secret(texts[pem])
        assert kind.read_secret(whole)["certificate_of"] == "CN=us"


class TestTLSOfTheOtherSide:
    def test_trusts_the_authority_of_the_connection_alone(self, authority: Authority, tmp_path: Path) -> None:
        with serve(respond(answer()), tls=authority.make_server(tmp_path)) as server:
            address = f"https://127.0.0.1:{server.port}"
            assert call(make_connection(base_url=address, trust=authority.pem), url="/").error is None
            refused = call(make_connection(base_url=address), url="/")
        assert refused.error is not None
        assert "authority" in refused.error.message
        assert "Nothing was sent" in refused.error.message
        assert not refused.is_unknown

    def test_says_that_a_certificate_has_expired(self, authority: Authority, tmp_path: Path) -> None:
        with serve(respond(answer()), tls=authority.make_server(tmp_path, until_days=-1)) as server:
            connection = make_connection(base_url=f"https://127.0.0.1:{server.port}", trust=authority.pem)
            found = call(connection, method="POST", url="/", json={})
        assert found.error is not None
        assert "has expired" in found.error.message
        assert "renew it" in found.error.message
        assert not found.is_unknown


class TestTokens:
    def answer_by_token(self, *, challenge: bool) -> Any:
        extra = {"WWW-Authenticate": "Bearer"} if challenge else {}

        def handle(connection: Any, request: bytes) -> None:
            is_new = NEWER.encode() in request
            raw = answer(b'{"ok":1}', headers=JSON) if is_new else answer(b"", status=401, headers=extra)
            connection.sendall(raw)

        return handle

    def renewing(self, server: LoopbackServer, renewed: list[str]) -> ResolvedConnection:
        def renew() -> ResolvedConnection:
            renewed.append("once")
            return make_connection("oauth2_client", SECRET, base_url=server.url, token=NEWER, renew=renew)

        return make_connection("oauth2_client", SECRET, base_url=server.url, token=TOKEN, renew=renew)

    @pytest.mark.parametrize(
        ("method", "challenge", "calls"), [("GET", False, 2), ("POST", True, 2), ("POST", False, 1)]
    )
    def test_are_renewed_once_and_tried_again_where_nothing_happened(
        self, method: str, challenge: bool, calls: int
    ) -> None:
        renewed: list[str] = []
        with serve(self.answer_by_token(challenge=challenge)) as server:
            found = call(self.renewing(server, renewed), method=method, url="/x")
        assert renewed == ["once"]
        assert len(server.requests) == calls
        assert (found.error is None) == (calls == 2)
        assert TOKEN not in json.dumps([found.exchange, found.output])
        assert NEWER not in json.dumps([found.exchange, found.output])

    def test_are_not_renewed_for_ever(self) -> None:
        renewed: list[str] = []
        with serve(respond(answer(b"", status=401))) as server:
            found = call(self.renewing(server, renewed), url="/x")
        assert (renewed, len(server.requests)) == (["once"], 2)
        assert found.error is not None
        assert found.error.code == "http.status"

    def test_that_cannot_be_renewed_are_told_with_the_call(self) -> None:
        from flows.definition.kind import StepError

        def renew() -> ResolvedConnection:
            raise StepError("connection.token_refused", "No token.")

        with serve(respond(answer(b"", status=401))) as server:
            found = call(
                make_connection("oauth2_client", SECRET, base_url=server.url, token=TOKEN, renew=renew), url="/x"
            )
        assert found.error is not None
        assert found.error.code == "connection.token_refused"
        assert found.exchange["request"]["headers"]["authorization"] == "••••"


class TestRedirects:
    def test_carry_no_certificate_to_another_host(self, authority: Authority, tmp_path: Path) -> None:
        seen: list[Any] = []

        def note(connection: ssl.SSLSocket, _: bytes) -> None:
            seen.append(connection.getpeercert())
            connection.sendall(answer())

        optional = authority.make_server(tmp_path, asks=True)
        optional.verify_mode = ssl.CERT_OPTIONAL
        with serve(note, tls=optional) as other:  # type: ignore[arg-type]  # a TLS socket is what comes
            moved = answer(status=302, headers={"Location": f"https://127.0.0.1:{other.port}/"})
            with serve(respond(moved), tls=authority.make_server(tmp_path, asks=True)) as server:
                connection = make_connection(
                    "client_certificate",
                    authority.make("us"),
                    base_url=f"https://127.0.0.1:{server.port}",
                    trust=authority.pem,
                )
                found = call(connection, url="/", follow_redirects=2)
        assert found.error is None
        assert seen in ([None], [{}])
