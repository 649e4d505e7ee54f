"""A real SMTP server on the loopback that keeps what it takes and answers what a test told it to."""

from __future__ import annotations

import asyncio
import email
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.processes import find_free_port


@dataclass
class Mailbox:
    """What came. ``answers`` are given in turn to the data of a mail, then 250; ``refused`` addresses get theirs."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """The answer for one recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the mail, unless an answer says otherwise."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
            self.recipients.extend(envelope.rcpt_tos)
        self.began.set()
        while not self.may_answer.is_set():
            await asyncio.sleep(0.05)
        return answer

    def as_settings(self, **more: Any) -> dict[str, Any]:
        """``MAIL_SERVER`` that leads here."""
        plain = {"host": "127.0.0.1", "port": self.port, "user": "", "password": "", "tls": "none"}
        return {**plain, "sender": "Integrator <flows@example.com>", **more}


@contextmanager
def serve_mail(*, user: str = "", password: str = "", port: int = 0, tls: Any = None) -> Iterator[Mailbox]:
    """A server on a port of its own. ``user`` and ``password`` are the one sign-in it knows, ``tls`` its context."""
    box = Mailbox(port=port or find_free_port())

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=given, handled=False)

    options: dict[str, Any] = {}
    if user:
        options = {"authenticator": check, "auth_require_tls": False}
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
