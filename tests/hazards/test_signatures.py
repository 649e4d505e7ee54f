"""Hazard row "signatures": raw bytes are checked in constant time, the rest is refused, cheaply and in words."""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from integrator.lib.signing import SignatureError, sign_standard_webhook, verify_standard_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
BODY = b'{"b": 1, "a":  2}'
GOOD = sign_standard_webhook(SECRET, "msg_1", NOW, BODY)


def refusal(headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        verify_standard_webhook(headers, body, secrets, now=NOW)
    return caught.value


class TestSignatures:
    def test_a_replay_within_the_tolerance_has_the_same_message_id(self) -> None:
        """The id is what makes it one run; the signature alone cannot."""
        later = NOW + timedelta(minutes=4)
        first = verify_standard_webhook(GOOD, BODY, [SECRET], now=NOW)
        assert verify_standard_webhook(GOOD, BODY, [SECRET], now=later) == first == "msg_1"

    @pytest.mark.parametrize("minutes", [6, -6, 9, -600])
    def test_a_clock_out_of_tolerance_is_named(self, minutes: int) -> None:
        headers = sign_standard_webhook(SECRET, "msg_1", NOW + timedelta(minutes=minutes), BODY)
        error = refusal(headers)
        assert error.code == "signature.clock"
        assert ("10 h off" if minutes == -600 else f"clock {abs(minutes)} min off") in error.message

    @pytest.mark.parametrize("seconds", [300, -300])
    def test_a_clock_at_the_edge_is_accepted(self, seconds: int) -> None:
        headers = sign_standard_webhook(SECRET, "msg_1", NOW + timedelta(seconds=seconds), BODY)
        assert verify_standard_webhook(headers, BODY, [SECRET], now=NOW) == "msg_1"

    @pytest.mark.parametrize(
        "signature",
        [
            "v1,",
            "v1",
            ",",
            "v1,=",
            GOOD["webhook-signature"][:-1],
            GOOD["webhook-signature"][:20],
            "v2,x",
            "v1a,x",
            "x",
        ],
    )
    def test_an_empty_or_cut_signature_is_malformed(self, signature: str) -> None:
        assert refusal({**GOOD, "webhook-signature": signature}).code == "signature.malformed"

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_a_missing_header_is_named(self, name: str, value: str | None) -> None:
        headers = {key: text for key, text in GOOD.items() if key != name}
        error = refusal(headers if value is None else {**headers, name: value})
        assert (error.code, error.message) == ("signature.missing", f"the header {name} is missing")

    def test_another_secret_is_named(self) -> None:
        assert "signed with another secret" in refusal(GOOD, secrets=(OTHER,)).message

    def test_a_body_that_was_written_again_is_refused(self) -> None:
        again = json.dumps(json.loads(BODY)).encode()
        assert json.loads(again) == json.loads(BODY)
        assert refusal(GOOD, body=again).code == "signature.mismatch"

    def test_the_dot_cannot_move_between_id_and_body(self) -> None:
        seconds = GOOD["webhook-timestamp"]
        moved = {**GOOD, "webhook-id": f"msg_1.{seconds}"}
        assert refusal(moved, body=BODY).code == "signature.malformed"
        assert refusal({**GOOD, "webhook-id": "msg.1"}).code == "signature.malformed"

    @pytest.mark.parametrize("stamp", ["1e9", "nan", "-1", "٣", "9" * 30, "1777627800.0", "0x1"])
    def test_a_timestamp_that_is_no_number_of_seconds_is_malformed(self, stamp: str) -> None:
        assert refusal({**GOOD, "webhook-timestamp": stamp}).code == "signature.malformed"

    def test_a_thousand_signatures_are_refused_cheaply(self) -> None:
        wrong = sign_standard_webhook(OTHER, "msg_1", NOW, BODY)["webhook-signature"]
        flood = {**GOOD, "webhook-signature": " ".join([wrong] * 1000 + [GOOD["webhook-signature"]])}
        started = time.thread_time()
        for _ in range(100):
            refusal(flood)
        assert time.thread_time() - started < 0.5

    def test_only_twenty_signatures_are_looked_at(self) -> None:
        wrong = sign_standard_webhook(OTHER, "msg_1", NOW, BODY)["webhook-signature"]
        good = GOOD["webhook-signature"]
        last = {**GOOD, "webhook-signature": " ".join([wrong] * 19 + [good])}
        assert verify_standard_webhook(last, BODY, [SECRET], now=NOW) == "msg_1"
        assert refusal({**GOOD, "webhook-signature": " ".join([wrong] * 20 + [good])}).code == "signature.mismatch"

    def test_both_secrets_serve_during_a_rotation(self) -> None:
        new = sign_standard_webhook(OTHER, "msg_1", NOW, BODY)
        for headers in (GOOD, new):
            assert verify_standard_webhook(headers, BODY, [OTHER, SECRET], now=NOW) == "msg_1"
        assert refusal(GOOD, secrets=(OTHER,)).code == "signature.mismatch"

    @pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",)])
    def test_nothing_passes_without_a_secret(self, secrets: tuple[str, ...]) -> None:
        assert refusal(GOOD, secrets=secrets).code == "signature.no_secret"

    def test_every_comparison_is_made_in_constant_time(self) -> None:
        good = GOOD["webhook-signature"]
        with mock.patch("integrator.lib.signing.comparing.hmac.compare_digest", wraps=hmac.compare_digest) as compare:
            verify_standard_webhook({**GOOD, "webhook-signature": f"{good} {good}"}, BODY, [SECRET], now=NOW)
        # Two signatures by two readings of one secret: no early way out.
        assert compare.call_count == 4

    def test_no_reason_holds_a_secret(self) -> None:
        for headers in (GOOD, {}, {**GOOD, "webhook-signature": "v1,x"}):
            assert OTHER not in refusal(headers, secrets=(OTHER,)).message
