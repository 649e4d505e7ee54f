"""Mail servers that are odd, strict or hostile: what is said of each, and that none holds a worker up."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from flows.definition.kind import StepError
from flows.triggers.email import session as session_module
from flows.triggers.email.session import Mailbox, open_session

ALLOW = ("127.0.0.0/8",)
CAPABLE = "IMAP4rev1 AUTH=PLAIN"
PROOF = b"user=a@b.example\x01auth=Bearer t0ken\x01\x01"


class Server:
    """Answers line by line. ``answers`` gives by command what to send before the final OK; ``lines`` what it got."""

    def __init__(self, *, capable: str = CAPABLE, greeting: bytes = b"* OK ready\r\n") -> None:
        self.capable, self.greeting = capable, greeting
        self.answers: dict[str, bytes | Callable[[socket.socket], None]] = {
            "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n",
        }
        self.lines: list[str] = []
        self.proof = self.refused = b""

    def serve(self, connection: socket.socket) -> None:
        connection.sendall(self.greeting)
        wire = connection.makefile("rb")
        while line := wire.readline():
            text = line.decode().rstrip("\r\n")
            self.lines.append(text.partition(" ")[2])
            tag, _, rest = text.partition(" ")
            words = rest.upper().split()
            name = (words[1] if words[:1] == ["UID"] else words[0]) if words else ""
            if name == "CAPABILITY":
                connection.sendall(f"* CAPABILITY {self.capable}\r\n".encode())
            elif name == "AUTHENTICATE":
                connection.sendall(b"+ \r\n")
                self.proof = base64.b64decode(wire.readline())
                if self.proof == self.refused:
                    connection.sendall(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                    assert wire.readline() == b"\r\n"
                    connection.sendall(f"{tag} NO refused\r\n".encode())
                    continue
            said = self.answers.get(name, b"")
            if callable(said):
                said(connection)
                return
            connection.sendall(said + f"{tag} OK done\r\n".encode())
            if name == "LOGOUT":
                return


@contextmanager
def running(server: Server) -> Iterator[Mailbox]:
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(20)
                server.serve(connection)
        except OSError:
            return  # the client ended it, which is what some tests are about

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield Mailbox(
            host="127.0.0.1",
            port=listener.getsockname()[1],
            user="a@b.example",
            password='p"w',
            secret="box",
            tls="none",
            folder="INBOX",
        )
    finally:
        listener.close()
        thread.join(timeout=30)
        assert not thread.is_alive()


def fail(server: Server, *, tls: str = "none", within_s: float = 20) -> StepError:
    with running(server) as box, pytest.raises(StepError) as caught:
        fetch_one(replace(box, tls=tls), within_s)
    return caught.value


def fetch_one(box: Mailbox, within_s: float) -> None:
    with open_session(box, allow=ALLOW, within_s=within_s) as session:
        session.open_folder(may_change=True)
        session.fetch(1)


class TestSession:
    @pytest.mark.parametrize(
        ("server", "tls", "code", "words"),
        [
            (Server(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n"), "none", "email.unreachable", "is not IMAP"),
            (Server(greeting=b"* BYE full\r\n"), "none", "email.unreachable", "Check 'host', 'port' and 'tls'."),
            (Server(capable="IMAP4rev1 LOGINDISABLED STARTTLS"), "none", "email.tls", "only over TLS"),
            (Server(), "starttls", "email.tls", "does not offer STARTTLS"),
            (Server(capable="none"), "none", "email.unreachable", "is not IMAP"),
        ],
        ids=["http", "bye", "login disabled", "no starttls", "no version"],
    )
    def test_says_what_is_wrong(self, server: Server, tls: str, code: str, words: str) -> None:
        error = fail(server, tls=tls)
        assert (error.code, words in error.message) == (code, True), error.message

    def test_takes_no_endless_literal(self) -> None:
        server = Server()
        server.answers["FETCH"] = b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"
        assert fail(server).code == "email.unreachable"

    def test_takes_no_more_than_a_look_in_many_literals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session_module, "SESSION_MAX_BYTES", 1_000_000)
        sent: list[int] = []

        def chatter(connection: socket.socket) -> None:
            for _ in range(2_000):
                connection.sendall(b"* 1 FETCH (BODY[] {60000}\r\n" + b"x" * 60_000 + b")\r\n")
                sent.append(60_000)

        server = Server()
        server.answers["FETCH"] = chatter
        assert fail(server).code == "email.unreachable"
        assert sum(sent) < 20_000_000

    def test_is_over_in_time_when_a_server_drips(self) -> None:
        def drip(connection: socket.socket) -> None:
            stop = time.monotonic() + 15
            while time.monotonic() < stop:
                connection.sendall(b"*")
                threading.Event().wait(0.05)

        server = Server()
        server.answers["FETCH"] = drip
        started = time.monotonic()
        assert fail(server, within_s=1.5).code == "email.timeout"
        assert time.monotonic() - started < 10

    def test_signs_in_with_a_token(self) -> None:
        server = Server(capable="IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED")
        with running(server) as box, open_session(replace(box, token="t0ken"), allow=ALLOW, within_s=20):
            pass
        assert "AUTHENTICATE XOAUTH2" in server.lines
        assert server.proof == PROOF

    def test_says_that_a_token_is_refused_or_that_none_is_taken(self) -> None:
        server = Server(capable="IMAP4rev1 AUTH=XOAUTH2")
        server.refused = PROOF
        for each, code, words in (
            (server, "email.token_refused", "with the token of the connection 'box'"),
            (Server(), "email.sign_in", "takes no OAuth2 tokens"),
        ):
            with running(each) as box, pytest.raises(StepError) as caught:
                fetch_one(replace(box, token="t0ken"), 20)
            assert (caught.value.code, words in caught.value.message) == (code, True), caught.value.message
            assert "t0ken" not in caught.value.message

    def test_quotes_name_and_password_for_old_servers(self) -> None:
        server = Server(capable="IMAP4rev1")
        with running(server) as box, open_session(replace(box, user='a"b'), allow=ALLOW, within_s=20):
            pass
        assert 'LOGIN "a\\"b" "p\\"w"' in server.lines

    def test_copies_and_deletes_where_a_server_cannot_move(self) -> None:
        server = Server(capable=f"{CAPABLE} UIDPLUS")
        with running(server) as box, open_session(box, allow=ALLOW, within_s=20) as session:
            session.open_folder(may_change=True)
            session.move([3, 4], "Done")
        assert [line for line in server.lines if line.startswith("UID ")] == [
            'UID COPY 3,4 "Done"',
            "UID STORE 3,4 +FLAGS.SILENT (\\Deleted)",
            "UID EXPUNGE 3,4",
        ]

    def test_searches_a_very_full_folder_in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session_module, "SEARCHED_AT_ONCE", 4)
        server = Server()
        server.answers["SELECT"] = b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n"
        server.answers["SEARCH"] = b"* SEARCH 2 3\r\n"
        with running(server) as box, open_session(box, allow=ALLOW, within_s=20) as session:
            session.open_folder(may_change=True)
            assert session.find_uids(after=1, enough=2) == [2, 3]
        assert [line for line in server.lines if "SEARCH" in line] == ["UID SEARCH UID 2:5"]
