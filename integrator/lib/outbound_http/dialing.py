"""Owns the sockets of one call: they connect only to an address that was checked, and keep one deadline.

The check sits here, between lookup and connect, so that a name which changes its answer (rebinding) gains nothing:
the very address that was checked is the one connected to.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any

from integrator.lib.outbound_http.addresses import Resolver, check_addresses
from integrator.lib.outbound_http.allow_list import IPAddress, parse_literal
from integrator.lib.outbound_http.errors import AbortedError, OutboundTimeoutError, UnreachableError
from integrator.lib.outbound_http.messages import OutboundPolicy

TIMEOUT_MESSAGE = "The other side took longer than the time allowed for this call."
UNREACHABLE_MESSAGE = "The other side could not be reached: {reason}."


@dataclass(kw_only=True)
class Call:
    """The state of one call over all its hops. `deadline_s` is a reading of the monotonic clock."""

    policy: OutboundPolicy
    deadline_s: float
    resolver: Resolver
    abort_before_connect: Callable[[], bool] | None
    sent: bool = field(default=False)
    address: str = field(default="")

    def remaining_s(self) -> float:
        """Give the time left. Raises TimeoutError when it is over, as sockets do."""
        left = self.deadline_s - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call's time is over")
        return left


class DeadlineMixin(socket.socket):
    """Each receive and send waits for what is left of the call, so a slow drip cannot stretch it."""

    call: Call | None = None

    def _wait_only_until_deadline(self) -> None:
        if self.call is not None:
            self.settimeout(self.call.remaining_s())

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._wait_only_until_deadline()
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._wait_only_until_deadline()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._wait_only_until_deadline()
        super().sendall(*args, **kwargs)


class PlainSocket(DeadlineMixin):
    """The socket of a call, and what TLS is wrapped round."""


class TLSSocket(DeadlineMixin, ssl.SSLSocket):
    """The encrypted socket of a call."""

    def send(self, *args: Any, **kwargs: Any) -> int:
        """As usual; where the other side has hung up, its alert says why: it refused our certificate, say."""
        try:
            return super().send(*args, **kwargs)
        except (ssl.SSLEOFError, ConnectionError) as error:
            self._raise_alert(error)
            raise

    def _raise_alert(self, error: OSError) -> None:
        try:
            self.recv(1)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return  # it said nothing
        except ssl.SSLError as alert:
            raise alert from error
        except OSError:
            return


def open_socket(host: str, port: int, call: Call) -> socket.socket:
    """Look `host` up, check every address, and connect to the first that answers, all before the deadline.

    Raises RefusedError, AbortedError, UnreachableError, OutboundTimeoutError.
    """
    name = host.strip("[]").rstrip(".").lower()
    addresses = _look_up(name, port, call)
    check_addresses(name, port, addresses, call.policy)
    reason = "nothing answers there"
    for address in addresses:
        if call.abort_before_connect is not None and call.abort_before_connect():
            raise AbortedError("The call was called off before it began.")
        try:
            opened = _connect(address, port, call)
        except TimeoutError as error:
            raise OutboundTimeoutError(TIMEOUT_MESSAGE) from error
        except OSError as error:
            reason = "the connection was refused" if isinstance(error, ConnectionRefusedError) else "no way leads there"
            continue
        call.address = str(address)
        return opened
    raise UnreachableError(UNREACHABLE_MESSAGE.format(reason=reason))


def _connect(address: IPAddress, port: int, call: Call) -> socket.socket:
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    opened = PlainSocket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(call.remaining_s())
        opened.connect((str(address), port))
        # For TLS this is what bounds the handshake as a whole.
        opened.settimeout(call.remaining_s())
    except OSError:
        opened.close()
        raise
    return opened


def _look_up(name: str, port: int, call: Call) -> Sequence[IPAddress]:
    literal = parse_literal(name)
    if literal is not None:
        return (literal,)
    try:
        texts = _resolve_in_time(name, port, call)
    except TimeoutError as error:
        raise OutboundTimeoutError(TIMEOUT_MESSAGE) from error
    except (OSError, UnicodeError) as error:
        raise UnreachableError(UNREACHABLE_MESSAGE.format(reason="its name is unknown")) from error
    addresses = [ip_address(text.partition("%")[0]) for text in texts]
    if not addresses:
        raise UnreachableError(UNREACHABLE_MESSAGE.format(reason="its name has no address"))
    return addresses


def _resolve_in_time(name: str, port: int, call: Call) -> Sequence[str]:
    """Resolve in a thread of its own: the system's lookup knows no time limit."""
    answer: list[Sequence[str]] = []
    failure: list[Exception] = []

    def resolve() -> None:
        try:
            answer.append(call.resolver(name, port))
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=resolve, name="outbound-lookup", daemon=True)
    thread.start()
    thread.join(call.remaining_s())
    if failure:
        raise failure[0]
    if not answer:
        raise TimeoutError("the name lookup took too long")
    return answer[0]
