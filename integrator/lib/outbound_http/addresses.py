"""Owns which addresses may be called. Decides on IP addresses only; opens no connection.

The special ranges are written out instead of asking `ipaddress`, whose answers differ between Python versions:
IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4291.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from integrator.lib.outbound_http.allow_list import IPAddress, allow_entries
from integrator.lib.outbound_http.errors import RefusedError
from integrator.lib.outbound_http.messages import OutboundPolicy

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]

REFUSED_MESSAGE = (
    "This address is private or reserved, and the installation does not allow calls to it. "
    "An administrator can add it to INTEGRATOR_OUTBOUND_ALLOW."
)
METADATA_MESSAGE = "This address belongs to the machine's own cloud or to its metadata service and is never called."

METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
        ),
    )
)
_SPECIAL_V4_TEXT = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
_SPECIAL_V4 = tuple(map(IPv4Network, _SPECIAL_V4_TEXT.split()))
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")))
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_V4_IN_THE_LAST_BITS = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48"))
)
_NO_V4 = frozenset(map(IPv6Address, ("::", "::1")))
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def embedded_addresses(address: IPAddress) -> Iterator[IPv4Address]:
    """Give every IPv4 address that `address` carries or leads to by translation or tunnel."""
    if isinstance(address, IPv4Address) or address in _NO_V4:
        return
    bits = int(address)
    if any(address in network for network in _V4_IN_THE_LAST_BITS) or (bits >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(bits & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        yield IPv4Address((bits >> 80) & 0xFFFFFFFF)
    if address in _TEREDO:
        yield IPv4Address((bits >> 64) & 0xFFFFFFFF)
        yield IPv4Address(~bits & 0xFFFFFFFF)


def is_public(address: IPAddress) -> bool:
    """Whether `address` is an ordinary host of the internet; an IPv6 wrapping counts as what it wraps."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    wrapped = list(embedded_addresses(address))
    if not all(map(is_public, wrapped)):
        return False
    if any(address in network for network in (_V4_IN_THE_LAST_BITS[0], _V4_IN_THE_LAST_BITS[3])):
        return True
    return address in _GLOBAL_V6 and not any(address in network for network in _SPECIAL_V6)


def is_metadata(address: IPAddress) -> bool:
    """Whether `address` is, in any wrapping, one that hands out credentials of the machine."""
    return address in METADATA or any(wrapped in METADATA for wrapped in embedded_addresses(address))


def check_addresses(name: str, port: int, addresses: Sequence[IPAddress], policy: OutboundPolicy) -> None:
    """Refuse the host when any of its addresses may not be called: one public record does not excuse a private one.

    `name` is the host as written, lower case. Raises RefusedError, before anything was connected.
    """
    for address in addresses:
        if is_metadata(address):
            raise RefusedError(METADATA_MESSAGE)
    for address in addresses:
        if not is_public(address) and not _is_allowed(name, address, port, policy):
            raise RefusedError(REFUSED_MESSAGE)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system for the addresses of `host`. Raises OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_allowed(name: str, address: IPAddress, port: int, policy: OutboundPolicy) -> bool:
    lists = (policy.allow,) if policy.narrow is None else (policy.allow, policy.narrow)
    return all(any(entry.covers(name, address, port) for entry in allow_entries(texts)) for texts in lists)
