"""The kind ``http.request``: from evaluated settings to an effect, and from its answer to the step's output.

It sends nothing; ``sender.py`` does. Errors: ``http.bad_setting`` for a value that cannot be sent, ``connection.*``,
``outbound.bad_url``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from flows.connectors.http.addresses import find_host, join_address
from flows.connectors.http.multipart import UnfitPart, read_parts
from flows.connectors.http.spec import BODIES, HTTP_REQUEST_SPEC, MAX_REDIRECTS, MAX_TIMEOUT_S, METHODS, SAFE_METHODS
from flows.definition.effect import ConnectionFacts
from flows.definition.kind import Advance, EffectRequest, KindSpec, Outcome, Send, StepCall, StepError
from flows.definition.model import JSON, Step

DEFAULT_TIMEOUT_S = 30.0
DEFAULT_PAGES_TIMEOUT_S = 120.0


class HttpRequest:
    """Call an address; the answer's status, headers and body are the output."""

    spec: KindSpec = HTTP_REQUEST_SPEC

    def execute(self, call: StepCall) -> Outcome:
        """Plan the call. Nothing is opened here; the connection's secret is joined just before it leaves."""
        settings = call.settings
        connection = _find_connection(call)
        url = settings.get("url") or ""
        if not isinstance(url, str):
            raise _bad_setting("url", "must be a text")
        address = join_address(url, connection)
        method = _read_method(settings)
        pages = settings.get("paginate")
        default_s = DEFAULT_PAGES_TIMEOUT_S if pages else DEFAULT_TIMEOUT_S
        timeout_s = _read_number(settings, "timeout_s", default_s, most=MAX_TIMEOUT_S)
        request: dict[str, JSON] = {
            "method": method,
            "url": url,
            "query": [list(pair) for pair in _read_pairs(settings, "query")],
            "headers": dict(_read_pairs(settings, "headers", repeats=False)),
            "connection": connection.key if connection else "",
            "environment": connection.environment if connection else "",
            "timeout_s": timeout_s,
            "follow_redirects": int(_read_number(settings, "follow_redirects", 0, most=MAX_REDIRECTS)),
            **({"paginate": pages} if pages else {}),
            **({"answer": "file"} if settings.get("answer") == "file" else {}),
            **_read_body(call),
        }
        effect = EffectRequest(
            connector="http",
            request=request,
            repeat=_read_repeat(settings, method, connection),
            timeout_s=timeout_s,
            host=find_host(address),
            environment_id=connection.environment_id if connection else None,
        )
        return Send(effect=effect)

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """The target answered: go on with ``{status, headers, body}``."""
        return Advance(output=news["output"])


def _find_connection(call: StepCall) -> ConnectionFacts | None:
    """The named connection, None without one. Raises StepError for a name that the team has not."""
    key = call.settings.get("connection")
    if not key:
        return None
    connection = call.connection_of(str(key)) if call.connection_of is not None else None
    if connection is None:
        raise StepError(
            "connection.unknown",
            f"There is no connection '{key}' in the team {call.run.team}. Add it under Connections, then try again.",
        )
    return connection


def _read_method(settings: Mapping[str, JSON]) -> str:
    method = str(settings.get("method") or "GET").upper()
    if method not in METHODS:
        raise _bad_setting("method", f"must be one of {', '.join(METHODS)}")
    return method


def _read_repeat(
    settings: Mapping[str, JSON], method: str, connection: ConnectionFacts | None
) -> Literal["safe", "ask"]:
    """What the step says, else what the method promises, else what the connection says, else ``ask``."""
    written = settings.get("repeat")
    if written in ("safe", "ask"):
        return "safe" if written == "safe" else "ask"
    if method in SAFE_METHODS or (connection is not None and connection.repeat_safe):
        return "safe"
    return "ask"


def _read_number(settings: Mapping[str, JSON], name: str, default: float, *, most: float) -> float:
    value = settings.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise _bad_setting(name, f"must be a number from 0 to {most:g}")
    return value or default


def _read_pairs(settings: Mapping[str, JSON], name: str, *, repeats: bool = True) -> Iterator[tuple[str, str]]:
    """Names and texts of a mapping; null leaves a name out, a list repeats it."""
    fields = settings.get(name)
    if fields is None:
        return
    if not isinstance(fields, dict):
        raise _bad_setting(name, "must be a mapping of names to values")
    for key, value in fields.items():
        for item in value if isinstance(value, list) and repeats else [value]:
            if item is not None:
                yield key, _as_text(item, f"{name}/{key}")


def _read_body(call: StepCall) -> dict[str, JSON]:
    """The one body that is given: ``{"json": any}``, ``{"form": [[name, text]]}``, ``{"text": text}``,
    ``{"multipart": [[name, text or facts]]}`` or nothing."""
    settings = call.settings
    for name in BODIES:
        if settings.get(name) is None and call.step.settings.get(name) is None:
            continue
        if name == "json":
            return {"json": settings.get("json")}
        if name == "form":
            return {"form": [list(pair) for pair in _read_pairs(settings, "form")]}
        if name == "multipart":
            return {"multipart": _read_multipart(settings.get("multipart"))}
        return {"text": _as_text(settings.get("text"), "text")}
    return {}


def _read_multipart(fields: JSON) -> list[JSON]:
    """``[[name, text or facts of a file]]``."""
    try:
        return [list(part) for part in read_parts(fields)]
    except UnfitPart as error:
        raise _bad_setting(str(error), "must be a text, a number or a file, or a list of them by name") from error


def _as_text(value: JSON, field: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise _bad_setting(field, "must be a text or a number")


def _bad_setting(field: str, what: str) -> StepError:
    return StepError("http.bad_setting", f"The setting '{field}' {what}.", details={"field": field})


HTTP_REQUEST = HttpRequest()
