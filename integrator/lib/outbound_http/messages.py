"""Owns the shapes of a call: request, policy, response. Holds values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from integrator.lib.outbound_http.allow_list import allow_entries
from integrator.lib.redaction import mask_headers, mask_url


class StreamedBody(Protocol):
    """A body that is too large to hold. `size_bytes` is its length, `shown` what a record shows of it."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def shown(self) -> str: ...

    def open(self) -> object:
        """Give an object with `read` and `len`, from the beginning, as requests takes it."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes from the beginning, piece by piece."""
        ...


class Sink(Protocol):
    """Where the body of a good answer goes piece by piece."""

    def write(self, chunk: bytes, /) -> object: ...


@dataclass(frozen=True, kw_only=True)
class OutboundRequest:
    """One call to make.

    `url` http or https without user name; `params` are added to its query, in order; `body` None sends none;
    `timeout_s` is elapsed time for all of it, name lookup and redirects included; `max_bytes` caps the unpacked
    answer; `follow_redirects` is how many hops GET and HEAD may take. With `sink` the unpacked body of a 2xx answer
    goes there, up to `sink_max_bytes`, and the response's own body is empty.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | StreamedBody | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    max_bytes: int = 10 * 1024 * 1024
    follow_redirects: int = 0
    sink: Sink | None = field(default=None, repr=False)
    sink_max_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class OutboundPolicy:
    """Which private addresses may be reached; public ones always may, metadata addresses never.

    Entries of `allow`: `host:port`, `[::1]:8080` or a CIDR. `narrow`, where not None, must allow the address too, so
    a connection can only take away from what the installation allows. `ca_file` names certificates to trust besides
    the system's, `ca_pem` holds some; `client_pem` is the certificate with its key by which we prove who we are (PEM).
    """

    allow: tuple[str, ...] = ()
    narrow: tuple[str, ...] | None = None
    ca_file: str | None = None
    ca_pem: str = ""
    client_pem: str = field(default="", repr=False)

    @classmethod
    def from_text(cls, text: str) -> OutboundPolicy:
        """Read a comma-separated allow-list. Raises ValueError naming an entry that is neither form."""
        entries = tuple(part.strip() for part in text.split(",") if part.strip())
        allow_entries(entries)
        return cls(allow=entries)

    def narrowed_to(self, entries: tuple[str, ...]) -> OutboundPolicy:
        """Give this policy with only those private addresses that `entries` names too."""
        return replace(self, narrow=entries)


@dataclass(frozen=True, kw_only=True)
class OutboundResponse:
    """One answer. `headers` by lower-case name, repeated ones joined by ", "; `url` is the one that answered;
    `address` is the IP address that was connected to; `elapsed_s` covers the whole call."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_s: float
    url: str = field(repr=False)
    address: str

    def safe_summary(self) -> dict[str, object]:
        """Give status, masked headers and masked address, for logs and events; never the body."""
        return {"status": self.status, "headers": mask_headers(self.headers), "url": mask_url(self.url)}
