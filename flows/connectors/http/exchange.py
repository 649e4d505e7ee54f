"""What is kept of one call: the request and the answer with every secret masked, bodies capped. Makes no call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flows.connectors.http.answers import decode_text, is_text_type, read_media_type
from flows.definition.model import JSON
from integrator.lib.outbound_http import OutboundRequest, OutboundResponse, StreamedBody
from integrator.lib.redaction import cap_text, mask_headers, mask_secrets, mask_url

BODY_MAX_BYTES = 65_536


def record_exchange(
    request: OutboundRequest, response: OutboundResponse | None, secrets: Collection[str]
) -> dict[str, JSON]:
    """This will give ``{"request": {method, url, query, headers, body, body_bytes}, "answer": … or None}``.

    The answer has ``{status, headers, body, body_bytes, elapsed_s, address}``; a body is None when there was none or it
    is no text. Masked before it is cut, so that no half of a secret stays.
    """
    sent: dict[str, Any] = {
        "method": request.method,
        "url": mask_url(request.url),
        "query": [[name, value] for name, value in request.params],
        "headers": mask_headers(request.headers),
        "body": _show_sent(request.body),
        "body_bytes": _measure(request.body),
    }
    return {"request": _finish(sent, secrets), "answer": _record_answer(response, secrets)}


def _show_sent(body: bytes | StreamedBody | None) -> str | None:
    if body is None:
        return None
    return decode_text(body, "utf-8") if isinstance(body, bytes) else body.shown


def _measure(body: bytes | StreamedBody | None) -> int:
    return len(body) if isinstance(body, bytes) else body.size_bytes if body is not None else 0


def _record_answer(response: OutboundResponse | None, secrets: Collection[str]) -> JSON:
    if response is None:
        return None
    media_type, charset = read_media_type(response.headers.get("content-type", ""))
    is_shown = bool(response.body) and is_text_type(media_type)
    answer: dict[str, Any] = {
        "status": response.status,
        "headers": mask_headers(response.headers),
        "body": decode_text(response.body, charset) if is_shown else None,
        "body_bytes": len(response.body),
        "elapsed_s": round(response.elapsed_s, 4),
        "address": response.address,
    }
    return _finish(answer, secrets)


def _finish(part: dict[str, Any], secrets: Collection[str]) -> JSON:
    masked = mask_secrets(part, secrets)
    if masked["body"] is not None:
        masked["body"] = cap_text(masked["body"], BODY_MAX_BYTES)
    return masked
