"""Owns what an answer means: which statuses are failures, and when to come back. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integrator.lib.outbound_http.errors import StatusError
from integrator.lib.outbound_http.messages import OutboundResponse
from integrator.lib.redaction import cap_text, mask_headers
from integrator.lib.strict_json import JSON, StrictJSONError, parse

MAX_RETRY_AFTER_S = 24 * 3600.0
MAX_DETAILS_BYTES = 16_384


def classify_status(response: OutboundResponse) -> StatusError | None:
    """Give the failure that a 4xx or 5xx answer is, or None; 429 and 5xx are worth another try.

    `details`: status, masked headers, body (JSON where it is JSON, else text, at most 16 KiB). Secrets that the other
    side echoes are for the caller to mask, who knows them.
    """
    if response.status < 400:
        return None
    headers = mask_headers(response.headers)
    details = {"status": response.status, "headers": headers, "body": _shown_body(response)}
    retryable = response.status == 429 or response.status >= 500
    return StatusError(f"The other side answered {response.status}.", retryable=retryable, details=details)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read Retry-After (RFC 9110, section 10.2.3), seconds or date, from lower-case headers; None without a usable one.

    Never negative, at most 24 hours. `now` is aware.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,18}", text, re.ASCII):
        return min(float(text), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _shown_body(response: OutboundResponse) -> JSON:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if len(response.body) <= MAX_DETAILS_BYTES and (media_type.endswith("+json") or media_type == "application/json"):
        try:
            return parse(response.body)
        except StrictJSONError:
            return _shown_text(response.body)  # claims to be JSON and is not: shown as it came
    return _shown_text(response.body)


def _shown_text(body: bytes) -> str:
    return cap_text(body[: MAX_DETAILS_BYTES * 2].decode(errors="replace").replace("\0", "\ufffd"), MAX_DETAILS_BYTES)
