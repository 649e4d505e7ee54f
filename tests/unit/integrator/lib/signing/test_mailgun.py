"""The signature of Mailgun's forms: of time and token, each refusal in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrator.lib.signing import SignatureError, sign_mailgun, verify_mailgun

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
FIELDS = sign_mailgun("key", NOW, "token-1")


class TestVerifyMailgun:
    def test_gives_the_token_of_what_one_of_the_secrets_signed(self) -> None:
        assert verify_mailgun(FIELDS, ["new", "key"], now=NOW + timedelta(minutes=4)) == "token-1"

    def test_signs_time_and_token_by_hmac_sha256(self) -> None:
        assert FIELDS["timestamp"] == "1777627800"
        assert len(FIELDS["signature"]) == 64

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"token": "token-2"}, "signature.mismatch"),
            ({"timestamp": "1777627801"}, "signature.mismatch"),
            ({"signature": "00" * 32}, "signature.mismatch"),
            ({"signature": "00"}, "signature.malformed"),
            ({"signature": "zz"}, "signature.malformed"),
            ({"token": "x" * 201}, "signature.malformed"),
            ({"timestamp": "soon"}, "signature.malformed"),
            ({"token": ""}, "signature.missing"),
        ],
    )
    def test_refuses_what_was_changed(self, changed: dict[str, str], code: str) -> None:
        with pytest.raises(SignatureError) as caught:
            verify_mailgun({**FIELDS, **changed}, ["key"], now=NOW)
        assert caught.value.code == code

    def test_refuses_a_time_that_is_over_and_a_missing_secret(self) -> None:
        with pytest.raises(SignatureError, match="clock"):
            verify_mailgun(FIELDS, ["key"], now=NOW + timedelta(minutes=6))
        with pytest.raises(SignatureError):
            verify_mailgun(FIELDS, [], now=NOW)
