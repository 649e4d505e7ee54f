"""A call that is tried out: what would be sent, and how an answer that was written down would be judged. Opens nothing.

No secret is read: what a connection adds for its sign-in is not part of what is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flows.connectors.http.addresses import find_host, join_address
from flows.connectors.http.answers import say_failure
from flows.definition.effect import ConnectionFacts, EffectAnswer
from flows.definition.kind import StepError
from flows.definition.model import JSON
from integrator.lib.outbound_http import retry_after_s
from integrator.lib.redaction import cap_text, mask_headers, mask_url

BODY_MAX_CHARS = 65_536


def show_request(request: Mapping[str, JSON], connection: ConnectionFacts | None) -> dict[str, JSON]:
    """``{method, url, query, headers, body, connection}``, masked as in the record of a call; ``body`` may be None."""
    address = join_address(str(request.get("url") or ""), connection)
    body, content_type = _write_body(request)
    headers = {str(name).lower(): str(value) for name, value in (request.get("headers") or {}).items()}
    if content_type:
        headers.setdefault("content-type", content_type)
    return {
        "method": str(request.get("method") or "GET"),
        "url": mask_url(address),
        "query": [[str(name), str(value)] for name, value in request.get("query") or ()],
        "headers": mask_headers(headers),
        "body": cap_text(body, BODY_MAX_CHARS) if body is not None else None,
        "connection": connection.name if connection else "",
    }


def judge_written(
    written: Mapping[str, Any], request: Mapping[str, JSON], connection: ConnectionFacts | None, now: datetime
) -> EffectAnswer:
    """How ``{status?, headers?, body?}`` is judged: as the sender judges one that came. Status 200 without one."""
    status = written.get("status", 200)
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
        raise StepError("try.answer_invalid", "The status of an answer is a whole number from 100 to 599.")
    headers = {
        str(name).lower().replace("_", "-"): str(value) for name, value in (written.get("headers") or {}).items()
    }
    body = written.get("body")
    if 200 <= status < 300:
        named = {name.replace("-", "_"): value for name, value in headers.items() if name != "set-cookie"}
        return EffectAnswer(output={"status": status, "headers": named, "body": body})
    host = find_host(join_address(str(request.get("url") or ""), connection))
    owner = f"the owner of '{connection.name}'" if connection else f"the owner of {host}"
    return EffectAnswer(
        error=StepError(
            "http.status",
            say_failure(host, status, body, owner=owner),
            retryable=status == 429 or status >= 500,
            details={"status": status, "headers": mask_headers(headers), "body": body},
        ),
        retry_after_s=retry_after_s(headers, now),
    )


def _write_body(request: Mapping[str, JSON]) -> tuple[str | None, str]:
    if "multipart" in request:
        parts = [f"{name}: {_tell_part(value)}" for name, value in request["multipart"]]
        return "\n".join(parts), "multipart/form-data"
    if "json" in request:
        return json.dumps(request["json"], ensure_ascii=False, indent=2), "application/json"
    if "form" in request:
        pairs = [(str(name), str(value)) for name, value in request["form"]]
        return urlencode(pairs), "application/x-www-form-urlencoded"
    if "text" in request:
        return str(request["text"]), "text/plain; charset=utf-8"
    return None, ""


def _tell_part(value: JSON) -> str:
    if isinstance(value, dict):
        return f"({value.get('name', 'file')}, {value.get('type', 'file')}, {value.get('bytes', '?')} bytes)"
    return str(value)
