"""An answer that comes in pages: each page its own request under one visit, the items put together, up to a cap.

``http.page_items`` a page has no items where they should be · ``http.page_repeats`` a page leads back to one that was
read · ``http.page_elsewhere`` the next page is on another host · ``connection.rate`` no turn came within the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

from flows.connectors.http.door import Door
from flows.connectors.http.exchange import record_exchange
from flows.connectors.http.page_links import find_next_link
from flows.definition.effect import EffectAnswer, EffectCall
from flows.definition.expressions import ExpressionError, compile_value
from flows.definition.kind import StepError
from flows.definition.model import JSON
from integrator.lib.outbound_http import BadURLError, OutboundRequest, OutboundResponse
from integrator.lib.outbound_http.urls import check_url, origin_of
from integrator.lib.redaction import mask_secrets, mask_url

DEFAULT_PAGES, MAX_PAGES = 100, 1_000
DEFAULT_ITEMS, MAX_ITEMS = 10_000, 100_000
ITEMS_MAX_BYTES = 10 * 1024 * 1024
PAGES_TOLD = 200

Judge = Callable[[OutboundResponse], EffectAnswer]


@dataclass(kw_only=True)
class _Reading:
    """What was read so far. ``has_more``: a cap ended it, not the last page."""

    settings: Mapping[str, Any]
    call: EffectCall
    items: list[JSON] = field(default_factory=list)
    items_bytes: int = 0
    told: list[dict[str, JSON]] = field(default_factory=list)
    pages: int = 0
    last_count: int = 0
    seen: set[str] = field(default_factory=set)
    has_more: bool = False

    def evaluate(self, name: str, page: Mapping[str, JSON], *, is_list: bool = False) -> JSON:
        """One expression of ``paginate`` over a page; None for missing data. Raises StepError for what cannot be."""
        try:
            value = compile_value(self.settings[name])
            return value.evaluate(page, now=self.call.now, want="list" if is_list else "any")
        except ExpressionError as error:
            if not is_list and error.code == "expression.failed":
                return None  # no such member: there is no further page
            raise StepError(error.code, f"paginate/{name}: {error.message}") from error


def collect_pages(first: OutboundRequest, door: Door, call: EffectCall, *, judge: Judge) -> EffectAnswer:
    """Read page after page; the output is the last page's with ``body`` all items, ``pages`` and ``more``.

    A page that fails fails the whole, since what is read is safe to read again. Raises OutboundError, StepError.
    """
    settings: Mapping[str, Any] = call.request["paginate"]
    reading = _Reading(settings=settings, call=call)
    request: OutboundRequest | None = _first_page(first, settings)
    answer = EffectAnswer()
    while request is not None:
        if reading.pages and not call.take_turn(max(0.0, door.remaining_s)):
            raise StepError(
                "connection.rate",
                f"The connection's rate let only {reading.pages} pages through within {call.timeout_s:g} s. Allow "
                "more "
                "time, or ask for more items a page.",
                retryable=True,
            )
        response = door.fetch(request)
        answer = judge(response)
        if answer.error is not None:
            return replace(answer, exchange=_tell(door, response, reading))
        page: Mapping[str, Any] = answer.output
        _take_items(reading, page, response)
        request = _next_page(request, response, reading, page)
    output = {**answer.output, "body": reading.items, "pages": reading.pages, "more": reading.has_more}
    return replace(
        answer, output=output, exchange={**answer.exchange, "pages": mask_secrets(reading.told, door.secrets)}
    )


def _first_page(request: OutboundRequest, settings: Mapping[str, Any]) -> OutboundRequest:
    if settings["style"] != "page":
        return request
    return _with_param(request, str(settings.get("param") or "page"), str(settings.get("start", 1)))


def _take_items(reading: _Reading, page: Mapping[str, JSON], response: OutboundResponse) -> None:
    found: Any = reading.evaluate("items", page, is_list=True) if "items" in reading.settings else page["body"]
    if not isinstance(found, list):
        raise StepError(
            "http.page_items",
            f"Page {reading.pages + 1} is no list of items. Say in paginate where they are, such as items: "
            '"= body.data".',
        )
    reading.pages += 1
    reading.last_count = len(found)
    reading.items += found
    reading.items_bytes += len(json.dumps(found, ensure_ascii=False).encode())
    if reading.items_bytes > ITEMS_MAX_BYTES:
        raise StepError(
            "outbound.too_large",
            f"The items of {reading.pages} pages have more than {ITEMS_MAX_BYTES:,} bytes. Ask for fewer with "
            "max_items or max_pages, or for less of each.",
        )
    if len(reading.told) < PAGES_TOLD:
        reading.told.append({
            "page": reading.pages,
            "url": mask_url(response.url),
            "status": response.status,
            "items": len(found),
            "bytes": len(response.body),
            "elapsed_s": round(response.elapsed_s, 4),
        })  # fmt: skip
    reading.seen.add(response.url)


def _next_page(
    request: OutboundRequest, response: OutboundResponse, reading: _Reading, page: Mapping[str, JSON]
) -> OutboundRequest | None:
    """The request for the page after this one; None after the last, or where a cap is reached."""
    found = _STYLES[reading.settings["style"]](request, response, reading, page)
    most = int(reading.settings.get("max_items") or DEFAULT_ITEMS)
    if len(reading.items) > most or (found is not None and len(reading.items) == most):
        del reading.items[most:]
        reading.has_more = True
        return None
    if found is not None and reading.pages >= int(reading.settings.get("max_pages") or DEFAULT_PAGES):
        reading.has_more = True
        return None
    return found


def _by_cursor(
    request: OutboundRequest, response: OutboundResponse, reading: _Reading, page: Mapping[str, JSON]
) -> OutboundRequest | None:
    cursor = reading.evaluate("cursor", page)
    if cursor is None or cursor is False or cursor == "":
        return None
    text = cursor if isinstance(cursor, str) else json.dumps(cursor)
    _refuse_repeats(reading, f"cursor {text}")
    return _with_param(request, str(reading.settings.get("param") or "cursor"), text)


def _by_page(
    request: OutboundRequest, response: OutboundResponse, reading: _Reading, page: Mapping[str, JSON]
) -> OutboundRequest | None:
    """Until a page is empty, or ``more`` says that it was the last."""
    is_last = not reading.last_count or ("more" in reading.settings and not reading.evaluate("more", page))
    number = int(reading.settings.get("start", 1)) + reading.pages
    return None if is_last else _with_param(request, str(reading.settings.get("param") or "page"), str(number))


def _by_link(
    request: OutboundRequest, response: OutboundResponse, reading: _Reading, page: Mapping[str, JSON]
) -> OutboundRequest | None:
    """The header Link (RFC 8288) with rel=next, or where ``next`` finds an address in the page."""
    if "next" in reading.settings:
        target = reading.evaluate("next", page)
    else:
        target = find_next_link(response.headers.get("link", ""))
    if not isinstance(target, str) or not target:
        return None
    address = urljoin(response.url, target)
    _refuse_repeats(reading, f"link {address}")
    try:
        is_elsewhere = origin_of(check_url(address)) != origin_of(check_url(request.url))
    except BadURLError as error:
        raise StepError(error.code, f"The address of the next page cannot be used. {error.message}") from error
    if is_elsewhere:
        raise StepError(
            "http.page_elsewhere",
            "The next page lies on another host, which gets no credentials of ours. Ask the other side for links to "
            "its own address.",
        )
    return replace(request, url=address, params=())


_STYLES = {"cursor": _by_cursor, "page": _by_page, "link": _by_link}
STYLES = tuple(_STYLES)


def _refuse_repeats(reading: _Reading, what: str) -> None:
    if what in reading.seen:
        raise StepError(
            "http.page_repeats",
            f"Page {reading.pages} leads back to one that was read already, so the pages never end. Check paginate, or "
            "ask the owner of the other side.",
        )
    reading.seen.add(what)


def _with_param(request: OutboundRequest, name: str, value: str) -> OutboundRequest:
    kept = tuple(pair for pair in request.params if pair[0] != name)
    return replace(request, params=(*kept, (name, value)))


def _tell(door: Door, response: OutboundResponse, reading: _Reading) -> dict[str, JSON]:
    """The exchange of the page that failed, with what was read before it."""
    sent = door.sent
    exchange = record_exchange(sent, response, door.secrets) if sent is not None else {}
    return {**exchange, "pages": mask_secrets(reading.told, door.secrets)}
