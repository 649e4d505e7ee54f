"""Owns one outbound call from request to response: hops, time, size, and which error a failure becomes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin

from requests import PreparedRequest, Response
from requests.exceptions import InvalidHeader, InvalidURL, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from integrator.lib.outbound_http.addresses import Resolver, system_resolver
from integrator.lib.outbound_http.connection import GuardedAdapter
from integrator.lib.outbound_http.dialing import TIMEOUT_MESSAGE, UNREACHABLE_MESSAGE, Call
from integrator.lib.outbound_http.errors import (
    BadRequestError,
    BadURLError,
    OutboundError,
    OutboundTimeoutError,
    RedirectError,
    TooLargeError,
    UnreachableError,
)
from integrator.lib.outbound_http.messages import OutboundPolicy, OutboundRequest, OutboundResponse
from integrator.lib.outbound_http.tls import UNTRUSTED, tls_reason
from integrator.lib.outbound_http.urls import check_url, origin_of
from integrator.lib.redaction import cap_text, mask_url

_CHUNK_BYTES = 65_536
_METHOD = re.compile(r"[A-Z]{1,20}")
_REFUSED_METHODS = frozenset({"CONNECT", "TRACE"})
_OWN_HEADERS_TEXT = """
    host content-length transfer-encoding connection keep-alive upgrade te trailer expect proxy-connection
"""
_OWN_HEADERS = frozenset(_OWN_HEADERS_TEXT.split())
_DEFAULT_HEADERS = {"user-agent": "Integrator", "accept": "*/*", "accept-encoding": "gzip, deflate"}
# Everything else may be a credential: an API key can be called anything.
_KEPT_FOR_STRANGERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BAD_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def send(
    request: OutboundRequest,
    *,
    policy: OutboundPolicy,
    abort_before_connect: Callable[[], bool] | None = None,
    resolver: Resolver = system_resolver,
) -> OutboundResponse:
    """Make one call and give its answer, whatever its status; nothing is retried and no connection stays open.

    `abort_before_connect` is asked just before each socket opens; True ends the call with AbortedError. Proxies,
    .netrc and other environment are not read. Raises the OutboundError family; `classify_status` judges the status.
    """
    started = time.monotonic()
    call = Call(
        policy=policy,
        deadline_s=started + request.timeout_s,
        resolver=resolver,
        abort_before_connect=abort_before_connect,
    )
    try:
        return _follow(request, call, started)
    except OutboundError as error:
        error.sent = error.sent or call.sent
        raise


def _follow(request: OutboundRequest, call: Call, started: float) -> OutboundResponse:
    url = check_url(request.url)
    method = _check_method(request.method)
    headers = _check_headers(request.headers)
    prepared = _prepare(method, request.url, headers, request)
    hops_left = request.follow_redirects
    while True:
        response = _exchange(prepared, call, request, started)
        target = _redirect_target(response)
        if target is None:
            return response
        if method not in ("GET", "HEAD") or hops_left <= 0:
            raise _redirect_error(response, target, followed=request.follow_redirects > 0)
        hops_left -= 1
        url, previous = check_url(target), url
        if origin_of(url) != origin_of(previous):
            headers = {name: value for name, value in headers.items() if name in _KEPT_FOR_STRANGERS}
            call.policy = replace(call.policy, client_pem="")
        prepared = _prepare(method, url.url, headers, None)


def _prepare(
    method: str, url: str, headers: Mapping[str, str | bytes], first: OutboundRequest | None
) -> PreparedRequest:
    """Build what goes over the wire; query parameters and body belong to the first hop only."""
    prepared = PreparedRequest()
    try:
        prepared.prepare(
            method=method,
            url=url,
            headers=dict(headers),
            params=list(first.params) if first is not None else None,
            data=_open_body(first),
        )
    except InvalidHeader as error:
        raise BadRequestError("A header has a name or value that cannot be sent.") from error
    except (RequestException, UnicodeError, ValueError) as error:
        raise BadURLError("The address cannot be read; check host, port and query.") from error
    check_url(prepared.url or "")
    # A connection serves one call; saying so lets the other side free its slot too.
    prepared.headers["Connection"] = "close"
    return prepared


def _open_body(request: OutboundRequest | None) -> Any:
    """What requests sends: nothing after the first hop, and a streamed body from its beginning."""
    body = request.body if request is not None else None
    return body if body is None or isinstance(body, bytes) else body.open()


def _exchange(prepared: PreparedRequest, call: Call, request: OutboundRequest, started: float) -> OutboundResponse:
    adapter = GuardedAdapter(call)
    response: Response | None = None
    try:
        response = adapter.send(prepared, stream=True, timeout=call.remaining_s())
        body = _take_body(response, request, call)
    except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        raise _translate(error, call) from error
    finally:
        if response is not None:
            response.raw.close()
        adapter.close()
    return OutboundResponse(
        status=response.status_code,
        headers={name.lower(): _BAD_IN_HEADER.sub("\ufffd", value) for name, value in response.headers.items()},
        body=body,
        elapsed_s=time.monotonic() - started,
        url=prepared.url or "",
        address=call.address,
    )


def _take_body(response: Response, request: OutboundRequest, call: Call) -> bytes:
    """The unpacked body; nothing where a good answer went to the sink."""
    if request.sink is not None and 200 <= response.status_code < 300:
        for piece in _read(response, request.sink_max_bytes, call):
            request.sink.write(piece)
        return b""
    return b"".join(_read(response, request.max_bytes, call))


def _read(response: Response, max_bytes: int, call: Call) -> Iterator[bytes]:
    """Give the unpacked body, never holding more than one chunk beyond the limit."""
    left = max_bytes
    while True:
        call.remaining_s()
        piece = response.raw.read(min(_CHUNK_BYTES, left + 1), decode_content=True)
        if not piece:
            return
        left -= len(piece)
        if left < 0:
            details = {"status": response.status_code, "max_bytes": max_bytes}
            raise TooLargeError(f"The answer is larger than {max_bytes:,} bytes.", sent=True, details=details)
        yield piece


def _translate(error: Exception, call: Call) -> OutboundError:
    if isinstance(error, Timeout | PoolTimeoutError | TimeoutError) or time.monotonic() >= call.deadline_s:
        return OutboundTimeoutError(TIMEOUT_MESSAGE, sent=call.sent)
    if isinstance(error, InvalidURL):
        return BadURLError("The address cannot be read; check host and port.", sent=call.sent)
    tls = tls_reason(error)
    if tls is not None or isinstance(error, SSLError):
        reason = tls or UNTRUSTED
    elif call.sent:
        reason = "the connection broke before the whole answer was there, or the answer was garbled"
    else:
        reason = "the connection broke"
    return UnreachableError(UNREACHABLE_MESSAGE.format(reason=reason), sent=call.sent)


def _redirect_target(response: OutboundResponse) -> str | None:
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location:
        return None
    # Header bytes arrive as latin-1; addresses in the wild are UTF-8 (RFC 9110, section 10.2.2 allows neither).
    target = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(response.url, target)
    except ValueError:
        return target  # not an address; whoever follows it is told so


def _redirect_error(response: OutboundResponse, target: str, *, followed: bool) -> RedirectError:
    details = {"status": response.status, "location": cap_text(mask_url(target), 2_000)}
    what = "more often than this step follows" if followed else "and this step does not follow"
    advice = "Write the address it leads to, or let the step follow such answers."
    return RedirectError(f"The answer points to another address, {what}. {advice}", sent=True, details=details)


def _check_method(method: str) -> str:
    upper = method.upper()
    if not _METHOD.fullmatch(upper) or upper in _REFUSED_METHODS:
        raise BadRequestError(f"The method {cap_text(method, 40)!r} cannot be sent.")
    return upper


def _check_headers(headers: Mapping[str, str]) -> dict[str, str | bytes]:
    """Give the headers by lower-case name with our defaults; text beyond ASCII goes as UTF-8."""
    checked: dict[str, str | bytes] = dict(_DEFAULT_HEADERS)
    for name, value in headers.items():
        key = name.lower()
        if not _HEADER_NAME.fullmatch(name) or key in _OWN_HEADERS:
            raise BadRequestError(f"The header {cap_text(name, 80)!r} cannot be set.")
        text = value.strip(" \t")
        if _BAD_IN_HEADER.search(text):
            raise BadRequestError(f"The value of the header {name!r} holds control characters.")
        checked[key] = text if text.isascii() else text.encode(errors="replace")
    return checked
