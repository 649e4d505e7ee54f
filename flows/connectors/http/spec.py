"""The shape of ``http.request``: settings, ports and words. How it is sent stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.connectors.http.page_settings import PAGE_FIELDS, check_paginate
from flows.connectors.http.sentence import tell_request
from flows.definition.expressions import is_expression
from flows.definition.kind import KindSpec, Setting
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, picked_words
from flows.definition.sampling.examples import give_http

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})  # idempotent by RFC 9110, section 9.2.2
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
BODIES = ("json", "form", "text", "multipart")
MAX_TIMEOUT_S = 300
MAX_REDIRECTS = 10
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")  # RFC 9110, 5.6.2
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})


def _describe(step: Step) -> str:
    settings = step.settings
    method = str(settings.get("method") or "GET")
    url = settings.get("url")
    connection = settings.get("connection")
    place = data_words(url) if url else f"the connection {connection}" if connection else "an address not said yet"
    body = next((settings[name] for name in BODIES if settings.get(name) is not None), None)
    said = f"{method} to {place} the {picked_words(body)}" if body is not None else f"{method} {place}"
    return f"{said}; safe to repeat" if settings.get("repeat") == "safe" else said


def _check(step: Step) -> list[tuple[str, str]]:
    settings = step.settings
    is_safe = settings.get("repeat") == "safe" or str(settings.get("method") or "GET").upper() in SAFE_METHODS
    return [
        *_check_address(step),
        *_check_body(step),
        *_check_headers(settings),
        *_check_limits(settings),
        *check_paginate(settings.get("paginate"), is_safe=is_safe),
    ]


def _check_address(step: Step) -> Iterator[tuple[str, str]]:
    settings = step.settings
    url = settings.get("url")
    if not url and not settings.get("connection"):
        yield "This step has no address. Add 'url:' with an address that begins with https:// or http://.", ""
    elif isinstance(url, str) and url and not is_expression(url):
        if settings.get("connection"):
            return
        if not url.lower().startswith(("https://", "http://")):
            yield f"'{url}' is not a web address. Begin it with https:// or http://, or name a 'connection'.", "/url"


def _check_body(step: Step) -> Iterator[tuple[str, str]]:
    given = [name for name in BODIES if step.settings.get(name) is not None]
    if len(given) > 1:
        yield f"A request has one body, but '{given[0]}' and '{given[1]}' are given. Remove one.", f"/{given[1]}"
    for name in ("form", "multipart"):
        fields = step.settings.get(name)
        if fields is not None and not isinstance(fields, dict) and not is_expression(fields):
            yield f"'{name}' must be a mapping of field names to values.", f"/{name}"
    if step.settings.get("answer") == "file" and step.settings.get("paginate") is not None:
        yield (
            "Pages are put together as data, so they cannot be kept as a file. Remove 'answer' or 'paginate'.",
            "/answer",
        )


def _check_headers(settings: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    for name in ("headers", "query"):
        fields = settings.get(name)
        if fields is None or is_expression(fields):
            continue
        if not isinstance(fields, dict):
            yield f"'{name}' must be a mapping of names to values.", f"/{name}"
        elif name == "headers":
            yield from _check_header_names(fields)


def _check_header_names(headers: dict[str, JSON]) -> Iterator[tuple[str, str]]:
    for header in headers:
        place = f"/headers/{header.replace('~', '~0').replace('/', '~1')}"
        if not _HEADER_NAME.match(header):
            yield f"'{header}' cannot be the name of a header. Use letters, digits and hyphens.", place
        elif header.lower() in _OURS:
            yield f"The header '{header}' is set by the product. Remove it.", place


def _check_limits(settings: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    for name, least, most in (("timeout_s", 0.1, MAX_TIMEOUT_S), ("follow_redirects", 0, MAX_REDIRECTS)):
        value = settings.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not least <= value <= most:
            yield f"'{name}' must lie between {least:g} and {most}, but is {value}.", f"/{name}"
        elif name == "follow_redirects" and isinstance(value, float):
            yield "'follow_redirects' must be a whole number.", "/follow_redirects"


HTTP_REQUEST_SPEC = KindSpec(
    key="http.request",
    label="HTTP request",
    group="systems",
    icon="world",
    family="outside",
    describe=_describe,
    summary="any address",
    sentence=tell_request,
    example=give_http,
    settings=(
        Setting(name="method", type="choice", label="Method", literal=True, choices=METHODS, sample="POST",
                otherwise="GET", help="What is done at the address: GET reads, POST sends something new."),
        Setting(name="url", type="url", label="Address", placeholder="https://", sample="https://partner.example/orders",
                help="The whole address, or a path when a connection is named."),
        Setting(name="query", type="mapping", label="Query", advanced=True, sample={"page": 1},
                help="Names and values put behind the address."),
        Setting(name="headers", type="mapping", label="Headers", advanced=True,
                sample={"X-Reference": "= trigger.body.request_id"},
                help="Names and values. Passwords and keys belong in a connection."),
        Setting(name="json", type="mapping", label="JSON body", sample={"decision": "= steps.review.outcome"}),
        Setting(name="form", type="mapping", label="Form body", advanced=True, sample={"name": "= trigger.body.name"}),
        Setting(name="text", type="text", label="Text body", advanced=True, lines=4, sample="= trigger.body.note"),
        Setting(name="multipart", type="mapping", label="Form with files", advanced=True,
                sample={"contract": "= trigger.files[0]", "note": "signed"},
                help="Fields by name: texts, numbers, and files of this run, which are sent as they are stored."),
        Setting(name="answer", type="choice", label="Keep the answer as", literal=True, choices=("data", "file"),
                labels={"data": "Data", "file": "A file"}, otherwise="data", advanced=True,
                sample="file", help="A file is stored as it comes, up to the largest file; the body is then "
                "its facts: file, name, type, bytes, sha256."),
        Setting(name="connection", type="text", label="Connection", literal=True, names="connection", sample="erp",
                help="The name of a stored address with its credentials."),
        Setting(name="timeout_s", type="number", label="Time limit", literal=True, advanced=True, unit="seconds",
                sample=30, help="For the whole call, answer included."),
        Setting(name="repeat", type="choice", label="After an unknown outcome", literal=True, choices=("safe", "ask"),
                labels={"safe": "Send again", "ask": "Ask a person first"},
                sample="safe", help="What happens when no answer came and nobody knows whether the call arrived. "
                "Sent again, it carries the same key, by which the partner can tell the repeat."),
        Setting(name="follow_redirects", type="number", label="Redirects to follow", literal=True, advanced=True,
                otherwise=0, sample=0, help="GET and HEAD only; each address is checked."),
        Setting(name="paginate", type="group", label="Pages", literal=True, advanced=True, fields=PAGE_FIELDS,
                sample={"style": "cursor", "items": "= body.data", "cursor": "= body.next"},
                help="Reads page after page and puts the items together as the body; one time limit for all. Pages "
                "follow by a cursor (the answer says where it stands, and `param` how it is sent), by numbers (from "
                "`start` until a page is empty or `more` is false) or by links (the header Link, or `next`). Formulas "
                "read body, headers and status of each page. It ends at `max_pages` (100) and `max_items` (10,000); "
                "the output's more says so."),
    ),
    ports=("next",),
    check=_check,
)  # fmt: skip
