"""Hands one mail to the mail server (RFC 5321) through a guarded socket: only to an address that may be called.

MailError
├── MailRefused       email.refused            the server said no for good: 5xx, or our address list does
└── MailDelayed       email.delayed            not now: 4xx, no connection, time over; a later try may fare better
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from integrator.lib.outbound_http import OutboundError, OutboundPolicy, RefusedError, system_resolver
from integrator.lib.outbound_http.dialing import Call, DeadlineMixin, open_socket
from integrator.lib.outbound_http.tls import make_tls_context

MAX_SAID = 200


class MailError(Exception):
    """A mail was not taken. ``message`` is safe to show and says what to do."""

    code = "email.error"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MailRefused(MailError):
    """Trying again would give the same."""

    code = "email.refused"


class MailDelayed(MailError):
    """A later try may fare better."""

    code = "email.delayed"
    retryable = True


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """``tls`` is ``starttls``, ``implicit`` or ``none``; ``sender`` the From line; without ``user`` no sign-in."""

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def hand_over(
    message: EmailMessage, *, sender: str, recipient: str, server: MailServer, policy: OutboundPolicy, timeout_s: float
) -> None:
    """This will send one mail to one recipient; all of it within ``timeout_s``. Raises MailRefused, MailDelayed."""
    call = Call(
        policy=policy, deadline_s=time.monotonic() + timeout_s, resolver=system_resolver, abort_before_connect=None
    )
    with _in_words(server):
        connection = _GuardedSMTP(server, call)
        try:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message, from_addr=sender, to_addrs=[recipient])
        finally:
            _leave(connection)


class _GuardedSMTP(smtplib.SMTP):
    """Connects through the guarded door, keeps one deadline, and turns TLS on before anything else is said."""

    def __init__(self, server: MailServer, call: Call) -> None:
        self._server, self._call = server, call
        super().__init__(
            server.host,
            server.port,
            local_hostname=parseaddr(server.sender)[1].partition("@")[2],  # no lookup of our own name
            timeout=max(1.0, call.remaining_s()),
        )
        if server.tls == "starttls":
            self.starttls(context=make_tls_context(call.policy))
            self._guard()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = open_socket(host, port, self._call)
        if self._server.tls == "implicit":
            opened = make_tls_context(self._call.policy).wrap_socket(opened, server_hostname=host)
        self.sock = opened
        self._guard()
        return opened

    def _guard(self) -> None:
        if isinstance(self.sock, DeadlineMixin):
            self.sock.call = self._call


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; a server that is gone by now took the mail or did not."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


@contextmanager
def _in_words(server: MailServer) -> Iterator[None]:
    try:
        yield
    except RefusedError as error:
        message = f"The mail server {server.host} may not be called. {error.message}"
        raise MailRefused(message) from error
    except OutboundError as error:
        message = f"The mail server {server.host} did not take the mail. {error.message}"
        raise MailDelayed(message) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailDelayed("The mail server did not accept our user name and password. Ask an administrator.") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _classify(*_first(error.recipients)) from error
    except smtplib.SMTPResponseException as error:
        raise _classify(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        message = "The mail server does not offer what is set up (TLS or sign-in). Ask an administrator."
        raise MailDelayed(message) from error
    except ssl.SSLError as error:
        message = f"The connection to the mail server {server.host} could not be secured. Ask an administrator."
        raise MailDelayed(message) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailDelayed("The mail server ended the connection before it had taken the mail.") from error


def _first(recipients: dict[str, tuple[int, bytes]]) -> tuple[int, bytes]:
    return next(iter(recipients.values()), (451, b""))


def _classify(code: int, said: Any) -> MailError:
    """A refusal for good (5xx) or for now, with what the server said."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    words = " ".join(text.split())[:MAX_SAID]
    heard = f"The mail server answered {code}{f' ({words})' if words else ''}."
    if 500 <= code < 600:
        return MailRefused(f"{heard} See whether the address is right.")
    return MailDelayed(heard)
