"""What an answer is as data and in words."""

from __future__ import annotations

from typing import Any

import pytest

from flows.connectors.http.answers import find_words, read_body, say_failure, show_body
from integrator.lib.outbound_http import OutboundResponse
from integrator.lib.strict_json import StrictJSONError


def response(body: bytes, content_type: str = "") -> OutboundResponse:
    headers = {"content-type": content_type} if content_type else {}
    return OutboundResponse(status=200, headers=headers, body=body, elapsed_s=0.1, url="http://a/", address="10.0.0.1")


class TestReadBody:
    @pytest.mark.parametrize(
        ("body", "content_type", "value"),
        [
            (b'{"a": 1}', "application/json", {"a": 1}),
            (b"12345678901234567890", "application/json; charset=utf-8", 12345678901234567890),
            (b"[1]", "application/problem+json", [1]),
            (b"", "application/json", None),
            ("grün".encode("latin-1"), "text/plain; charset=ISO-8859-1", "grün"),
            (b"a\0b", "text/plain", "a\ufffdb"),
            (b"x", 'text/plain; charset="no-such"', "x"),
            (b"<a><b>1</b></a>", "application/xml", {"a": {"b": "1"}}),
            (b"<svg/>", "image/svg+xml", "<svg/>"),
            ('{"ä": 1}'.encode("latin-1"), "application/json; charset=iso-8859-1", {"ä": 1}),
            (b"plain", "", "plain"),
            (b"\xff\x00", "", {"base64": "/wA=", "type": "application/octet-stream", "bytes": 2}),
            (b"%PDF", "application/pdf", {"base64": "JVBERg==", "type": "application/pdf", "bytes": 4}),
        ],
    )
    def test_follows_the_media_type(self, body: bytes, content_type: str, value: Any) -> None:
        assert read_body(response(body, content_type)) == value

    @pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"<html>"])
    def test_is_strict_where_json_is_promised(self, body: bytes) -> None:
        with pytest.raises(StrictJSONError):
            read_body(response(body, "application/json"))
        assert show_body(response(body, "application/json")) == body.decode()


class TestSayFailure:
    @pytest.mark.parametrize(
        ("status", "body", "said"),
        [
            (503, {"detail": "in maintenance"}, "hub answered 503 Service Unavailable: “in maintenance”. Try again"),
            (404, "<html>no</html>", "hub answered 404 Not Found. Nothing is there."),
            (401, None, "hub answered 401 Unauthorized. It does not accept who we are."),
            (422, {"errors": [1]}, "Correct what is sent, then try again."),
            (429, "slow\n  down", "429 Too Many Requests: “slow down”. It wants fewer calls."),
            (599, None, "hub answered 599. Try again later, or ask the owner of hub."),
        ],
    )  # fmt: skip
    def test_is_a_sentence_with_what_to_do(self, status: int, body: Any, said: str) -> None:
        assert said in say_failure("hub", status, body, owner="the owner of hub")

    def test_keeps_the_quotation_short(self) -> None:
        assert len(find_words("x" * 5_000)) == 198  # 200 bytes, three of them for the ellipsis
