"""The HTTP connector: one guarded call, judged and recorded. It retries nothing and opens no transaction.

Failures by code: ``outbound.*`` and ``http.redirect`` as ``integrator.lib.outbound_http`` names them, ``http.status``
for an answer other than 2xx, ``http.invalid_json`` and ``http.invalid_xml`` for one that promised these,
``http.page_*`` where pages do not follow, ``connection.*`` before the call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flows.connectors.http.addresses import find_host, join_address
from flows.connectors.http.answer_file import keep_answer
from flows.connectors.http.answers import read_body, say_failure, say_status, show_body
from flows.connectors.http.door import Door
from flows.connectors.http.exchange import record_exchange
from flows.connectors.http.multipart import make_multipart
from flows.connectors.http.pages import collect_pages
from flows.connectors.http.xml import XMLError
from flows.definition.effect import EffectAnswer, EffectCall
from flows.definition.kind import StepError
from flows.definition.model import JSON
from integrator.files.errors import FilesError
from integrator.files.limits import get_limits
from integrator.files.spool import SpoolWriter
from integrator.lib.outbound_http import (
    AbortedError,
    OutboundError,
    OutboundRequest,
    OutboundResponse,
    OutboundTimeoutError,
    StreamedBody,
    UnreachableError,
    retry_after_s,
)
from integrator.lib.redaction import cap_text, mask_headers, mask_secrets
from integrator.lib.strict_json import StrictJSONError

ANSWER_MAX_BYTES = 10 * 1024 * 1024
KEPT_MAX_BYTES = 1024 * 1024
DETAILS_MAX_BYTES = 16_384
_ADVICE = (  # by what the message says, the first that fits
    ("our client certificate has expired", "Set a new certificate in the connection."),
    ("client certificate", "Check the certificate of the connection, or ask {owner}."),
    ("certificate has expired", "Nothing was sent. Ask {owner} to renew it."),
    ("for another name", "Nothing was sent. Check the host in the address, or ask {owner}."),
    ("signed by", "Nothing was sent. Ask {owner} for its authority's certificate and add it to the connection."),
    ("does not speak TLS", "Check how the address begins and its port."),
    ("its name is unknown", "Check the host in the address, or try again."),
    ("connection was refused", "Check the host and the port in the address, or ask {owner}."),
)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Call:
    """One prepared call, with what its judgement needs. It has no repr on purpose: its door holds the secret."""

    bare: OutboundRequest
    door: Door
    host: str
    owner: str
    repeat: str
    now: datetime

    @property
    def request(self) -> OutboundRequest:
        """As it left; as it would have left where nothing did."""
        return self.door.sent or self.bare

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nothing kept may hold."""
        return self.door.secrets


class HttpConnector:
    """Sends effects of ``http.request``."""

    def send(self, call: EffectCall) -> EffectAnswer:
        """Make the call once. Raises StepError only for what is wrong before anything is sent."""
        prepared = _prepare(call)
        try:
            if call.request.get("paginate"):
                return collect_pages(
                    prepared.bare, prepared.door, call, judge=lambda response: _judge(response, prepared)
                )
            if call.request.get("answer") == "file":
                return _fetch_file(prepared, call)
            return _judge(prepared.door.fetch(prepared.bare), prepared)
        except OutboundError as error:
            return _judge_error(error, prepared)
        except StepError as error:
            if prepared.door.sent is None:
                raise
            exchange = record_exchange(prepared.request, None, prepared.secrets)
            return EffectAnswer(error=error, exchange=exchange)


def _prepare(call: EffectCall) -> _Call:
    request = call.request
    key = str(request.get("connection") or "")
    connection = call.resolve_connection(key) if key else None
    address = join_address(str(request.get("url") or ""), connection.facts if connection else None)
    body, content_type = _encode_body(call)
    headers = {name.lower(): str(value) for name, value in (request.get("headers") or {}).items()}
    if content_type:
        headers.setdefault("content-type", content_type)
    return _Call(
        bare=OutboundRequest(
            method=str(request["method"]),
            url=address,
            headers={**headers, "idempotency-key": call.idempotency_key},
            params=tuple((str(name), str(value)) for name, value in request.get("query") or ()),
            body=body,
            timeout_s=call.timeout_s,
            max_bytes=ANSWER_MAX_BYTES,
            follow_redirects=int(request.get("follow_redirects") or 0),
        ),
        door=Door(call, connection),
        host=find_host(address),
        owner=f"the owner of '{connection.facts.name}'" if connection else f"the owner of {find_host(address)}",
        repeat=call.repeat,
        now=call.now,
    )


def _fetch_file(prepared: _Call, call: EffectCall) -> EffectAnswer:
    """The call with its answer streamed to a file. What cannot be stored is a failure after the call was made."""
    try:
        with SpoolWriter("answer") as writer:
            largest = get_limits().file_bytes
            response = prepared.door.fetch(replace(prepared.bare, sink=writer, sink_max_bytes=largest))
            if not 200 <= response.status < 300:
                return _judge(response, prepared)
            body = keep_answer(writer, response.headers, response.url, call)
    except FilesError as error:
        failed = StepError(error.code, error.message, retryable=error.retryable)
        exchange = record_exchange(prepared.request, None, prepared.secrets)
        return EffectAnswer(error=failed, is_unknown=prepared.repeat != "safe", exchange=exchange)
    output = {"status": response.status, "headers": _name_headers(response.headers), "body": body}
    exchange = record_exchange(prepared.request, response, prepared.secrets)
    return EffectAnswer(output=mask_secrets(output, prepared.secrets), exchange=exchange)


def _encode_body(call: EffectCall) -> tuple[bytes | StreamedBody | None, str]:
    request = call.request
    if "multipart" in request:
        form = make_multipart(request["multipart"], call.run_id)
        return form, form.content_type
    if "json" in request:
        text = json.dumps(request["json"], ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode(), "application/json"
    if "form" in request:
        pairs = [(str(name), str(value)) for name, value in request["form"]]
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    if "text" in request:
        return str(request["text"]).encode(), "text/plain; charset=utf-8"
    return None, ""


def _judge(response: OutboundResponse, call: _Call) -> EffectAnswer:
    exchange = record_exchange(call.request, response, call.secrets)
    if not 200 <= response.status < 300:
        return EffectAnswer(
            error=_status_error(response, call),
            retry_after_s=retry_after_s(response.headers, call.now),
            exchange=exchange,
        )
    if len(response.body) > KEPT_MAX_BYTES:
        return EffectAnswer(error=_too_large(response, call), exchange=exchange)
    try:
        body = read_body(response)
    except (StrictJSONError, XMLError) as error:
        return EffectAnswer(error=_invalid_body(error, response, call), exchange=exchange)
    output = {"status": response.status, "headers": _name_headers(response.headers), "body": body}
    return EffectAnswer(output=mask_secrets(output, call.secrets), exchange=exchange)


def _judge_error(error: OutboundError, call: _Call) -> EffectAnswer:
    """No usable answer. Where bytes may have left and a repeat is not safe, nobody can tell what it did."""
    is_unknown = error.sent and call.repeat != "safe" and isinstance(error, OutboundTimeoutError | UnreachableError)
    step_error = StepError(
        error.code,
        _mask(_say(error, call, is_unknown=is_unknown), call),
        retryable=error.retryable,
        details=mask_secrets({**error.details, "host": call.host}, call.secrets),
    )
    return EffectAnswer(
        error=step_error,
        is_unknown=is_unknown,
        not_sent=isinstance(error, AbortedError),
        exchange=record_exchange(call.request, None, call.secrets),
    )


def _say(error: OutboundError, call: _Call, *, is_unknown: bool) -> str:
    if isinstance(error, OutboundTimeoutError):
        said = f"{call.host} did not answer within {call.bare.timeout_s:g} s."
    elif isinstance(error, UnreachableError):
        said = error.message.replace("The other side", call.host, 1)
    else:
        return error.message
    if is_unknown:
        return f"{said} The request may have arrived. Ask {call.owner}, then say whether it happened."
    advice = next((advice for words, advice in _ADVICE if words in said), "Try again, or ask {owner}.")
    return f"{said} {advice.format(owner=call.owner)}"


def _status_error(response: OutboundResponse, call: _Call) -> StepError:
    body = mask_secrets(show_body(response), call.secrets)
    details: dict[str, Any] = {
        "status": response.status,
        "headers": mask_secrets(mask_headers(response.headers), call.secrets),
        "body": _cap(body),
    }
    return StepError(
        "http.status",
        say_failure(call.host, response.status, body, owner=call.owner),
        retryable=response.status == 429 or response.status >= 500,
        details=details,
    )


def _too_large(response: OutboundResponse, call: _Call) -> StepError:
    return StepError(
        "outbound.too_large",
        f"{call.host} answered {say_status(response.status)} with {len(response.body):,} bytes; at most "
        f"{KEPT_MAX_BYTES:,} can be kept. Ask for less, such as a page at a time, or keep it as a file: "
        "'answer: file'.",
        details={"status": response.status, "bytes": len(response.body), "max_bytes": KEPT_MAX_BYTES},
    )


def _invalid_body(error: StrictJSONError | XMLError, response: OutboundResponse, call: _Call) -> StepError:
    code, promised = ("http.invalid_xml", "XML") if isinstance(error, XMLError) else ("http.invalid_json", "JSON")
    return StepError(
        code,
        f"{call.host} answered {say_status(response.status)} and promised {promised}, but sent something else. "
        f"{_mask(error.message, call)} Ask {call.owner}.",
        details={"status": response.status, "body": _cap(mask_secrets(show_body(response), call.secrets))},
    )


def _name_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """By the names that expressions use: small letters, ``_`` for ``-``. Cookies are left out: they are credentials."""
    return {name.replace("-", "_"): value for name, value in headers.items() if name != "set-cookie"}


def _cap(body: JSON) -> JSON:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return body if len(text.encode()) <= DETAILS_MAX_BYTES else cap_text(text, DETAILS_MAX_BYTES)


def _mask(text: str, call: _Call) -> str:
    masked: str = mask_secrets(text, call.secrets)
    return masked


HTTP = HttpConnector()
