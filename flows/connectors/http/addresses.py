"""Where a call goes: the step's address, joined to its connection's. Reads texts only; ``lib`` judges the hosts."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flows.definition.effect import ConnectionFacts
from flows.definition.kind import StepError
from integrator.lib.outbound_http import BadURLError
from integrator.lib.outbound_http.urls import check_url, origin_of


def join_address(url: str, connection: ConnectionFacts | None) -> str:
    """The whole address. A path is put behind the connection's base address and cannot leave it.

    Raises StepError: ``outbound.bad_url`` for what is no address, ``connection.other_host`` for a whole address that is
    not at the connection's host, since credentials are sent to nobody else.
    """
    base = connection.base_url if connection is not None else ""
    is_whole = url.lower().startswith(("http://", "https://"))
    address = url if is_whole or not base else _append(base, url)
    try:
        parsed = check_url(address)
        is_elsewhere = bool(base) and origin_of(parsed) != origin_of(check_url(base))
    except BadURLError as error:
        raise StepError(error.code, error.message) from error
    if is_elsewhere and connection is not None:
        raise StepError(
            "connection.other_host",
            f"The address lies elsewhere than the connection '{connection.name}', whose credentials go to its own host "
            "only. Write a path, or leave the connection out.",
        )
    return address


def find_host(address: str) -> str:
    """The host, with its port where that is not the scheme's own; "" for what is no address. At most 300 characters."""
    try:
        parsed = check_url(address)
    except BadURLError:
        return ""
    scheme, host, port = origin_of(parsed)
    return (host if port == (443 if scheme == "https" else 80) else f"{host}:{port}")[:300]


def _append(base: str, url: str) -> str:
    if not url:
        return base
    if url.startswith("?"):
        return base + url
    path = urlsplit(f"/{url.lstrip('/')}").path
    if ".." in unquote(path).replace("\\", "/").split("/"):
        raise StepError(
            "outbound.bad_url", "The path holds '..', so it might leave the connection's address. Take it out."
        )
    return f"{base.rstrip('/')}/{url.lstrip('/')}"
