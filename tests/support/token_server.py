"""An OAuth2 token address on the loopback: gives out numbered tokens, and refuses what a script says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.support.loopback import LoopbackServer, answer, serve

JSON = {"Content-Type": "application/json"}


@dataclass
class TokenServer:
    """``asked`` are the forms that came, flat; ``expires_in`` and ``refresh`` shape what is given out.

    ``refusal`` is (status, body) of what is answered instead of a token.
    """

    server: LoopbackServer
    expires_in: Any = 3600
    refresh: str = ""
    refresh_expires_in: Any = None
    refusal: tuple[int, dict[str, Any]] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The token address."""
        return f"{self.server.url}/token"

    def handle(self, connection: Any, request: bytes) -> None:
        """Give out the next token."""
        head, _, body = request.partition(b"\r\n\r\n")
        self.heads.append(head.decode())
        self.asked.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
        if self.refusal is not None:
            status, refused = self.refusal
            connection.sendall(answer(json.dumps(refused).encode(), status=status, headers=JSON))
            return
        number = len(self.asked)
        given: dict[str, Any] = {"access_token": f"access-T0ken/{number}", "token_type": "Bearer"}
        given |= {"expires_in": self.expires_in} if self.expires_in is not None else {}
        given |= {"refresh_token": f"{self.refresh}/{number}"} if self.refresh else {}
        given |= {"refresh_expires_in": self.refresh_expires_in} if self.refresh_expires_in else {}
        connection.sendall(answer(json.dumps(given).encode(), headers=JSON))


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """Its server, until the block ends."""
    made: list[TokenServer] = []

    def handle(connection: Any, request: bytes) -> None:
        made[0].handle(connection, request)

    with serve(handle) as server:
        made.append(TokenServer(server=server))
        yield made[0]
