"""Owns how the allow-list of private targets is written and what an entry covers. Judges no address by itself."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class AllowEntry:
    """One allowed private target: a network, or a host (name or address) with its port."""

    network: IPNetwork | None = None
    host: str | IPAddress | None = None
    port: int | None = None

    def covers(self, name: str, address: IPAddress, port: int) -> bool:
        if self.network is not None:
            return address in self.network
        return port == self.port and self.host in (name, address)


def parse_allow_entry(text: str) -> AllowEntry:
    """Read `host:port`, `[::1]:8080` or a CIDR (a bare address is a network of one). Raises ValueError."""
    entry = text.strip().lower()
    try:
        return AllowEntry(network=ip_network(entry))
    except ValueError:
        host, colon, port = entry.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or (":" in host and not bracketed) or not port.isascii() or not port.isdigit():
        raise ValueError(f"{text!r} is neither host:port nor a network like 10.0.0.0/8 ([::1]:8080 for IPv6)")
    if not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} names no port between 1 and 65535")
    literal = parse_literal(host.strip("[]"))
    return AllowEntry(host=literal or host.rstrip("."), port=int(port))


def parse_literal(host: str) -> IPAddress | None:
    """Read a host that is an address in any spelling a resolver would take (`127.1`, `0x7f000001`); None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass  # not the usual spelling; the lenient reader below decides
    try:
        return IPv4Address(socket.inet_aton(host)) if host.isascii() and host[:1].isdigit() else None
    except OSError:
        return None


@lru_cache(maxsize=256)
def allow_entries(texts: tuple[str, ...]) -> tuple[AllowEntry, ...]:
    """Read all entries of an allow-list, once for each list. Raises ValueError naming the faulty one."""
    return tuple(parse_allow_entry(text) for text in texts)
