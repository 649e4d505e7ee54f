"""Handing a mail to a server: trust before anything is said, one deadline, and what each refusal means."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from integrator.lib.outbound_http import OutboundPolicy
from notifications.channels.email.server import MailDelayed, MailError, MailRefused, MailServer, hand_over
from tests.support.certificates import Authority
from tests.support.mail_server import serve_mail

ALLOWED = OutboundPolicy(allow=("127.0.0.0/8",))


def send(port: int, *, tls: str = "none", policy: OutboundPolicy = ALLOWED, timeout_s: float = 10) -> None:
    message = EmailMessage()
    message["Subject"] = "The ERP is down"
    message.set_content("Nothing answers.")
    server = MailServer(host="127.0.0.1", port=port, tls=tls, sender="flows@example.com")
    hand_over(
        message,
        sender="flows@example.com",
        recipient="lee@example.org",
        server=server,
        policy=policy,
        timeout_s=timeout_s,
    )


@contextmanager
def speaking(*lines: bytes, pause_s: float = 0.0) -> Iterator[int]:
    """A server that says these lines whatever it hears, byte by byte with a pause, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def speak() -> None:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                for byte in b"".join(lines):
                    if stop.is_set():
                        return
                    try:
                        peer.send(bytes([byte]))
                    except OSError:
                        return
                    stop.wait(pause_s)
                stop.wait(30)

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            listener.close()
            thread.join(30)


class TestSecureServers:
    def test_are_trusted_by_their_authority(self, tmp_path: Path) -> None:
        authority = Authority()
        with serve_mail(tls=authority.make_server(tmp_path)) as box:
            send(box.port, tls="starttls", policy=OutboundPolicy(allow=ALLOWED.allow, ca_pem=authority.pem))
            assert box.recipients == ["lee@example.org"]

    def test_of_nobody_we_trust_get_nothing(self, tmp_path: Path) -> None:
        with serve_mail(tls=Authority().make_server(tmp_path)) as box:
            with pytest.raises(MailDelayed, match="could not be secured"):
                send(box.port, tls="starttls")
            assert box.mails == []

    def test_are_not_spoken_to_in_plain_instead(self) -> None:
        with serve_mail() as box:
            for tls in ("starttls", "implicit"):
                with pytest.raises(MailDelayed):
                    send(box.port, tls=tls, timeout_s=3)
            assert box.mails == []


class TestDeadline:
    @pytest.mark.parametrize(
        ("lines", "pause_s"),
        [((), 0.0), ((b"220 hello\r\n",), 0.0), ((b"220 " + b"x" * 400 + b"\r\n",), 0.1)],
        ids=["silent", "silent after hello", "dripping"],
    )
    def test_is_kept_however_slow_the_server(self, lines: tuple[bytes, ...], pause_s: float) -> None:
        with speaking(*lines, pause_s=pause_s) as port:
            began = time.monotonic()
            with pytest.raises(MailDelayed):
                send(port, timeout_s=1.5)
            assert time.monotonic() - began < 8


class TestRefusals:
    @pytest.mark.parametrize(
        ("answer", "sort"),
        [
            ("550 no such user", MailRefused),
            ("552 too much", MailRefused),
            ("421 busy", MailDelayed),
            ("452 later", MailDelayed),
        ],
    )
    def test_are_told_apart_by_their_number(self, answer: str, sort: type[MailError]) -> None:
        for place in ("recipient", "data"):
            with serve_mail() as box:
                if place == "recipient":
                    box.refused["lee@example.org"] = answer
                else:
                    box.answers = [answer]
                with pytest.raises(MailError) as caught:
                    send(box.port)
            assert type(caught.value) is sort, place
            assert answer.partition(" ")[2] in caught.value.message

    def test_of_strange_length_are_cut(self) -> None:
        with speaking(b"554 " + b"no " * 150 + b"\r\n") as port, pytest.raises(MailRefused) as caught:
            send(port, timeout_s=5)
        assert len(caught.value.message) < 400

    def test_of_our_own_list_come_before_anything_is_said(self) -> None:
        with serve_mail() as box:
            with pytest.raises(MailRefused, match="INTEGRATOR_OUTBOUND_ALLOW"):
                send(box.port, policy=OutboundPolicy())
            assert not box.began.is_set()
