"""Owns how requests reaches the guarded sockets: connections and the adapter of one call.

Host header, SNI and certificate check keep the name, whatever address was dialled. No proxy, no pool between calls.
"""

from __future__ import annotations

import socket
from functools import partial
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import parse_url

from integrator.lib.outbound_http.dialing import Call, DeadlineMixin, open_socket
from integrator.lib.outbound_http.tls import make_tls_context


class _GuardedMixin(HTTPConnection):
    call: Call

    def _new_conn(self) -> socket.socket:
        return open_socket(self.host, self.port or self.default_port or 0, self.call)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, DeadlineMixin):
            self.sock.call = self.call

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.call.sent = True
        super().send(data)


class _GuardedHTTPConnection(_GuardedMixin):
    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        self.call = call
        super().__init__(*args, **kwargs)


class _GuardedHTTPSConnection(_GuardedMixin, HTTPSConnection):
    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        self.call = call
        super().__init__(*args, **kwargs)


class GuardedAdapter(HTTPAdapter):
    """The transport of requests for one call: its own pool of one connection, no proxy, no retry."""

    def __init__(self, call: Call) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._call = call

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        url = parse_url(request.url or "")
        if url.scheme == "https":
            context = make_tls_context(self._call.policy)
            tls = HTTPSConnectionPool(url.host or "", url.port or 443, ssl_context=context)
            tls.ConnectionCls = partial(_GuardedHTTPSConnection, call=self._call)  # type: ignore[assignment]
            return tls
        plain = HTTPConnectionPool(url.host or "", url.port or 80)
        plain.ConnectionCls = partial(_GuardedHTTPConnection, call=self._call)  # type: ignore[assignment]
        return plain

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the pool as it is: its context verifies, and loading the certificates again takes 20 ms a call."""
