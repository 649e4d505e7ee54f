"""What a status and a Retry-After mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from integrator.lib.outbound_http import OutboundResponse, classify_status, retry_after_s

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def response(status: int, body: bytes = b"", **headers: str) -> OutboundResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return OutboundResponse(
        status=status, headers=names, body=body, elapsed_s=0.1, url="https://example.com/?token=x", address="192.0.2.1"
    )


class TestClassifyStatus:
    @pytest.mark.parametrize("status", [200, 204, 301, 304, 399])
    def test_passes_what_is_no_failure(self, status: int) -> None:
        assert classify_status(response(status)) is None

    @pytest.mark.parametrize(
        ("status", "retryable"), [(400, False), (404, False), (409, False), (429, True), (500, True), (503, True)]
    )
    def test_tells_what_is_worth_another_try(self, status: int, retryable: bool) -> None:
        error = classify_status(response(status))
        assert error is not None
        assert (error.code, error.retryable, error.sent) == ("http.status", retryable, True)
        assert str(status) in error.message

    @pytest.mark.parametrize(
        ("body", "content_type", "shown"),
        [
            (b'{"why": "x"}', "application/json; charset=utf-8", {"why": "x"}),
            (b'{"why": "x"}', "application/problem+json", {"why": "x"}),
            (b"{", "application/json", "{"),
            (b"oops\0", "text/plain", "oops\ufffd"),
            (b"\xff", "", "\ufffd"),
        ],
    )
    def test_holds_the_answer(self, body: bytes, content_type: str, shown: Any) -> None:
        error = classify_status(response(500, body, content_type=content_type, set_cookie="s=1"))
        assert error is not None
        assert error.details["body"] == shown
        assert error.details["headers"]["set-cookie"] == "••••"

    def test_caps_a_long_answer(self) -> None:
        error = classify_status(response(500, b"x" * 1_000_000))
        assert error is not None
        assert len(error.details["body"].encode()) <= 16_384

    def test_sums_up_without_secrets(self) -> None:
        assert "token=x" not in str(response(200).safe_summary())
        assert "token=x" not in repr(response(200))


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("120", 120.0),
            (" 0 ", 0.0),
            ("999999999", 86_400.0),
            ("Fri, 01 May 2026 09:31:00 GMT", 60.0),
            ("Friday, 01-May-26 09:31:00 GMT", 60.0),
            ("Fri, 01 May 2026 09:00:00 GMT", 0.0),
            ("Fri, 01 May 2027 09:00:00 GMT", 86_400.0),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("Fri, 99 May 2026 09:31:00 GMT", None),
        ],
    )
    def test_reads(self, text: str, seconds: float | None) -> None:
        assert retry_after_s({"retry-after": text}, NOW) == seconds

    def test_gives_none_without_the_header(self) -> None:
        assert retry_after_s({}, NOW) is None
