"""Standard Webhooks, held to the official library both ways."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError

from integrator.lib.signing import SignatureError, sign_standard_webhook, verify_standard_webhook
from integrator.lib.signing.standard_webhooks import candidate_keys

PREFIXED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
BODY = '{"title": "Ärger"}'
# Texts an analyst may store; the official library takes all of them.
TEXTS = [
    PREFIXED,
    PREFIXED.removeprefix("whsec_"),
    "s3cret!",
    "demo-content",
    "a longer pass phrase, with comma",
    "abcd",
]


def official_headers(secret: str, at: datetime = NOW) -> dict[str, str]:
    # The library takes the wall time of a datetime as if it were UTC.
    signature = Webhook(secret).sign("msg_1", at, BODY)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


class TestVerifyStandardWebhook:
    @pytest.mark.parametrize("secret", TEXTS)
    def test_accepts_what_the_official_library_signs(self, secret: str) -> None:
        assert verify_standard_webhook(official_headers(secret), BODY.encode(), [secret], now=NOW) == "msg_1"

    @given(st.text(min_size=1, max_size=40))
    def test_accepts_any_text_the_official_library_takes(self, secret: str) -> None:
        try:
            headers = official_headers(secret)
        except (ValueError, EmptyWebhookSecretError):
            return
        rest = secret.removeprefix("whsec_")
        decoded = base64.b64decode(rest + "==")
        if len(decoded) * 2 >= len(rest):
            assert verify_standard_webhook(headers, BODY.encode(), [secret], now=NOW) == "msg_1"

    @pytest.mark.parametrize("secret", [*TEXTS, "schlüssel", "!", "abcde"])
    def test_accepts_a_signature_with_the_bytes_of_the_text(self, secret: str) -> None:
        signed = f"msg_1.{int(NOW.timestamp())}.{BODY}".encode()
        signature = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
        headers = {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": str(int(NOW.timestamp())),
            "Webhook-Signature": f"v1,{signature}",
        }
        assert verify_standard_webhook(headers, BODY.encode(), [secret], now=NOW) == "msg_1"

    def test_does_not_take_a_key_of_a_few_bits(self) -> None:
        assert candidate_keys("!!!!!!!!ab!!!!!!") == [b"!!!!!!!!ab!!!!!!"]
        assert candidate_keys("whsec_") == []

    def test_accepts_bytes_that_are_no_text(self) -> None:
        body = b"\xff\x00{"
        headers = sign_standard_webhook(PREFIXED, "m", NOW, body)
        assert verify_standard_webhook(headers, body, [PREFIXED], now=NOW) == "m"


class TestSignStandardWebhook:
    @pytest.mark.parametrize("secret", TEXTS)
    def test_is_accepted_by_the_official_library(self, secret: str) -> None:
        now = datetime.now(UTC)
        headers = sign_standard_webhook(secret, "msg_1", now, BODY.encode())
        assert Webhook(secret).verify(BODY.encode(), headers) == {"title": "Ärger"}

    def test_is_refused_by_the_official_library_under_another_secret(self) -> None:
        headers = sign_standard_webhook(PREFIXED, "msg_1", datetime.now(UTC), BODY.encode())
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(BODY.encode(), headers)

    def test_signs_once_with_a_prefixed_secret(self) -> None:
        headers = sign_standard_webhook(PREFIXED, "m", NOW, b"")
        assert headers["webhook-signature"].count("v1,") == 1

    @pytest.mark.parametrize(("secret", "message_id"), [("", "m"), ("whsec_", "m"), (PREFIXED, "a.b"), (PREFIXED, "")])
    def test_refuses_what_cannot_be_signed(self, secret: str, message_id: str) -> None:
        with pytest.raises(SignatureError):
            sign_standard_webhook(secret, message_id, NOW, b"")

    def test_is_verified_within_the_tolerance(self) -> None:
        headers = sign_standard_webhook(PREFIXED, "m", NOW - timedelta(seconds=300), b"x")
        assert verify_standard_webhook(headers, b"x", [PREFIXED], now=NOW) == "m"
