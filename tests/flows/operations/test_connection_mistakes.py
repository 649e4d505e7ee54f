"""The mistakes that are made with connections, and what the test button says of each: a sentence with advice."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.models import ConnectionEnvironment
from flows.operations.connections.trying import Trial, try_connection
from integrator.events.models import EventPayload
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.certificates import Authority
from tests.support.connections import make_place
from tests.support.flows import make_team
from tests.support.loopback import answer, respond, serve
from tests.support.token_server import token_server

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "s3cret-Value/42"
JSON = {"Content-Type": "application/json"}
Place = ConnectionEnvironment


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@pytest.fixture
def publisher() -> Person:
    person = Person.objects.create_user("ana", "ana@example.org")
    Membership.objects.create(person=person, team=make_team(), role=Role.PUBLISHER)
    return person


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def press(place: Place, person: Person, path: str = "/status") -> Trial:
    return try_connection(
        connection_id=place.connection_id,
        environment=place.name,
        path=path,
        method="GET",
        person=person,
        now=datetime.now(UTC),
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wrong_secret(stack: ExitStack, folder: Path) -> Place:
    server = stack.enter_context(serve(respond(answer(b'{"detail":"bad token"}', status=401, headers=JSON))))
    return make_place("bearer", base_url=server.url, secret=SECRET)


def expired_certificate(stack: ExitStack, folder: Path) -> Place:
    authority = Authority()
    server = stack.enter_context(serve(respond(answer()), tls=authority.make_server(folder, until_days=-1)))
    place = make_place(base_url=f"https://127.0.0.1:{server.port}")
    place.trust = authority.pem
    place.save()
    return place


def own_authority(stack: ExitStack, folder: Path) -> Place:
    server = stack.enter_context(serve(respond(answer()), tls=Authority().make_server(folder)))
    return make_place(base_url=f"https://127.0.0.1:{server.port}")


class Plain(socketserver.BaseRequestHandler):
    """Answers whatever comes as a web server without TLS does."""

    def handle(self) -> None:
        """Say so, and hang up."""
        self.request.recv(1024)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def http_for_https(stack: ExitStack, folder: Path) -> Place:
    server = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Plain))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    return make_place(base_url=f"https://127.0.0.1:{server.server_address[1]}")


def nobody_listens(stack: ExitStack, folder: Path) -> Place:
    return make_place(base_url=f"http://127.0.0.1:{free_port()}")


def unknown_host(stack: ExitStack, folder: Path) -> Place:
    return make_place(base_url="http://no-such-host.invalid")


def refused_address(stack: ExitStack, folder: Path) -> Place:
    return make_place(base_url="http://10.9.8.7")


def refused_by_the_connection(stack: ExitStack, folder: Path) -> Place:
    place = make_place(base_url=f"http://127.0.0.1:{free_port()}")
    place.allow = ["10.0.0.0/8"]
    place.save()
    return place


def wrong_path(stack: ExitStack, folder: Path) -> Place:
    return make_place(base_url=stack.enter_context(serve(respond(answer(b"", status=404)))).url)


def wrong_token_address(stack: ExitStack, folder: Path) -> Place:
    server = stack.enter_context(serve(respond(answer(b"<html>Welcome</html>", headers={"Content-Type": "text/html"}))))
    return make_place(
        "oauth2_client", base_url=server.url, secret=SECRET, token_url=f"{server.url}/wrong", client_id="us"
    )


def dead_token_address(stack: ExitStack, folder: Path) -> Place:
    address = f"http://127.0.0.1:{free_port()}"
    return make_place("oauth2_client", base_url=address, secret=SECRET, token_url=address, client_id="us")


def refusing(code: str) -> Callable[[ExitStack, Path], Place]:
    def make(stack: ExitStack, folder: Path) -> Place:
        tokens = stack.enter_context(token_server())
        tokens.refusal = (400, {"error": code})
        return make_place(
            "oauth2_client",
            base_url="http://127.0.0.1:9",
            secret=SECRET,
            token_url=tokens.url,
            client_id="us",
            scope="orders.write",
        )

    return make


def not_approved(stack: ExitStack, folder: Path) -> Place:
    return make_place("oauth2_code", base_url="http://127.0.0.1:9", secret=SECRET, token_url="http://127.0.0.1:9")


def no_secret(stack: ExitStack, folder: Path) -> Place:
    return make_place("bearer", base_url="http://127.0.0.1:9")


MISTAKES = [
    (wrong_secret, "does not accept who we are", "Check the credentials"),
    (expired_certificate, "certificate has expired", "renew it"),
    (own_authority, "authority that is not trusted", "add it to the connection"),
    (http_for_https, "does not speak TLS", "Check how the address begins"),
    (nobody_listens, "connection was refused", "Check the host and the port"),
    (unknown_host, "name is unknown", "Check the host"),
    (refused_address, "private or reserved", "INTEGRATOR_OUTBOUND_ALLOW"),
    (refused_by_the_connection, "private or reserved", "INTEGRATOR_OUTBOUND_ALLOW"),
    (wrong_path, "Nothing is there", "Check the address"),
    (wrong_token_address, "gives out no tokens", "Correct the token address"),
    (dead_token_address, "No token could be fetched", "Check the token address"),
    (refusing("invalid_scope"), "the scope 'orders.write'", "Correct the scope"),
    (refusing("invalid_client"), "client id or the client secret", "Correct them"),
    (refusing("unauthorized_client"), "does not let this client", "Ask its owner"),
    (not_approved, "not approved", "approve it"),
    (no_secret, "no secret stored", "Set it under Connections"),
]


class TestMistakes:
    @pytest.mark.parametrize(("make", "says", "advises"), MISTAKES, ids=[made[1] for made in MISTAKES])
    def test_say_what_to_do(
        self,
        make: Callable[[ExitStack, Path], Place],
        says: str,
        advises: str,
        stack: ExitStack,
        tmp_path: Path,
        publisher: Person,
    ) -> None:
        trial = press(make(stack, tmp_path), publisher)
        assert not trial.works
        assert says in trial.said
        assert advises in trial.said
        assert trial.said.endswith(".")
        assert SECRET not in repr(trial)
        (payload,) = EventPayload.objects.filter(event__name="connection.tested").values_list("payload", flat=True)
        assert SECRET not in payload


class TestTryConnection:
    def test_shows_what_was_sent_and_answered(self, stack: ExitStack, publisher: Person) -> None:
        server = stack.enter_context(serve(respond(answer(f'{{"you":"{SECRET}"}}'.encode(), headers=JSON))))
        trial = press(make_place("bearer", base_url=server.url, secret=SECRET), publisher, "/status?x=1")
        assert trial.works
        assert trial.said == "It works: the other side answered 200 OK."
        assert trial.sent is not None
        assert trial.answered is not None
        assert trial.sent["headers"]["authorization"] == "••••"
        assert trial.answered["status"] == 200
        assert SECRET not in repr(trial)
        assert b"GET /status?x=1 " in server.requests[0]

    @pytest.mark.parametrize(("path", "method"), [("https://elsewhere.example/x", "GET"), ("/../x", "GET")])
    def test_stays_at_the_connections_host(self, stack: ExitStack, publisher: Person, path: str, method: str) -> None:
        server = stack.enter_context(serve(respond(answer())))
        trial = press(make_place("bearer", base_url=server.url, secret=SECRET), publisher, path)
        assert not trial.works
        assert server.requests == []

    def test_reads_only(self, publisher: Person) -> None:
        from flows.errors import ConnectionRefused

        place = make_place(base_url="http://127.0.0.1:9")
        with pytest.raises(ConnectionRefused):
            try_connection(
                connection_id=place.connection_id,
                environment="live",
                path="/",
                method="DELETE",
                person=publisher,
                now=datetime.now(UTC),
            )

    def test_waits_for_no_closed_gate(self, publisher: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.errors import ConnectionRefused

        monkeypatch.setattr("flows.operations.connections.trying.TURN_WITHIN_S", 0.1)
        place = make_place(base_url="http://127.0.0.1:9", rate={"requests": 1, "per_s": 60})
        press(place, publisher)
        with pytest.raises(ConnectionRefused, match="rate lets nothing out"):
            press(place, publisher)
