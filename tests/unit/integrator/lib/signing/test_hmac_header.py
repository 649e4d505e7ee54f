"""HMAC in a header: the general scheme and the presets."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrator.lib.signing import (
    PRESETS,
    HmacScheme,
    SignatureError,
    sign_github,
    sign_hmac,
    sign_stripe,
    verify_hmac,
    verify_stripe,
)

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
BODY = b'{"a": 1}'
TIMED = HmacScheme(header="x-sig", timestamp_header="x-time")


def refusal(headers: dict[str, str], scheme: HmacScheme, body: bytes = BODY, secrets: tuple[str, ...] = ("s",)) -> str:
    with pytest.raises(SignatureError) as caught:
        verify_hmac(headers, body, secrets, scheme=scheme, now=NOW)
    return caught.value.code


class TestVerifyHmac:
    @pytest.mark.parametrize("algorithm", ["sha256", "sha1", "sha512"])
    @pytest.mark.parametrize("encoding", ["hex", "base64"])
    @pytest.mark.parametrize("prefix", ["", "v0="])
    def test_accepts_each_form(self, algorithm: Any, encoding: Any, prefix: str) -> None:
        scheme = HmacScheme(header="X-Sig", algorithm=algorithm, encoding=encoding, prefix=prefix)
        digest = hmac.new(b"s", BODY, getattr(hashlib, algorithm)).digest()
        text = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
        verify_hmac({"x-sig": prefix + text}, BODY, ["old", "s"], scheme=scheme, now=NOW)
        assert sign_hmac(scheme, "s", BODY) == {"x-sig": prefix + text}
        assert refusal({"x-sig": prefix + text}, scheme, body=BODY + b" ") == "signature.mismatch"
        assert refusal({"x-sig": prefix + text[:-2]}, scheme) == "signature.malformed"

    def test_accepts_githubs_own_example(self) -> None:
        """The values of GitHub's page "Validating webhook deliveries"."""
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        headers = {"X-Hub-Signature-256": signature}
        secret = "It's a Secret to Everybody"
        verify_hmac(headers, b"Hello, World!", [secret], scheme=PRESETS["github"], now=NOW)
        assert sign_github(secret, b"Hello, World!") == {"x-hub-signature-256": signature}

    def test_accepts_shopify(self) -> None:
        text = base64.b64encode(hmac.new(b"s", BODY, hashlib.sha256).digest()).decode()
        verify_hmac({"x-shopify-hmac-sha256": text}, BODY, ["s"], scheme=PRESETS["shopify"], now=NOW)
        assert refusal({"x-shopify-hmac-sha256": text}, PRESETS["shopify"], secrets=("t",)) == "signature.mismatch"

    @pytest.mark.parametrize("stamp", [SECONDS, SECONDS + "000", "2026-05-01T09:30:00Z"])
    def test_accepts_a_signed_time_in_each_spelling(self, stamp: str) -> None:
        digest = hmac.new(b"s", stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
        verify_hmac({"x-sig": digest, "x-time": stamp}, BODY, ["s"], scheme=TIMED, now=NOW)

    def test_refuses_a_time_that_is_not_signed(self) -> None:
        """Whoever caught such a call could send it again at any time under a new timestamp."""
        digest = hmac.new(b"s", BODY, hashlib.sha256).hexdigest()
        assert refusal({"x-sig": digest, "x-time": SECONDS}, TIMED) == "signature.mismatch"

    def test_refuses_a_time_out_of_tolerance(self) -> None:
        headers = sign_hmac(TIMED, "s", BODY, timestamp=NOW - timedelta(seconds=301))
        assert refusal(headers, TIMED) == "signature.clock"
        assert refusal({**headers, "x-time": SECONDS}, TIMED) == "signature.mismatch"
        assert refusal({**headers, "x-time": "soon"}, TIMED) == "signature.malformed"
        assert refusal({"x-sig": headers["x-sig"]}, TIMED) == "signature.missing"

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (None, "signature.missing"),
            ("", "signature.missing"),
            ("sha256=", "signature.malformed"),
            ("sha1=aa", "signature.malformed"),
            ("sha256=zz", "signature.malformed"),
            ("sha256=" + "0" * 64, "signature.mismatch"),
            ("x" * 10_000, "signature.malformed"),
        ],
    )
    def test_names_what_is_wrong(self, value: str | None, code: str) -> None:
        headers = {} if value is None else {"x-hub-signature-256": value}
        assert refusal(headers, PRESETS["github"]) == code

    def test_refuses_everything_without_a_secret(self) -> None:
        headers = sign_github("", BODY)
        assert refusal(headers, PRESETS["github"], secrets=("",)) == "signature.no_secret"
        assert refusal(headers, PRESETS["github"], secrets=()) == "signature.no_secret"

    def test_needs_the_time_to_sign_it(self) -> None:
        with pytest.raises(ValueError, match="x-time"):
            sign_hmac(TIMED, "s", BODY)


class TestVerifyStripe:
    def test_accepts_one_of_several(self) -> None:
        good = sign_stripe("s", NOW, BODY)["stripe-signature"].partition("v1=")[2]
        headers = {"Stripe-Signature": f"t={SECONDS},v1={'0' * 64},v1={good},v0=abc"}
        verify_stripe(headers, BODY, ["s"], now=NOW)

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            (f"v1={'0' * 64}", "signature.malformed"),
            (f"t={SECONDS}", "signature.malformed"),
            (f"t={SECONDS},v1=", "signature.malformed"),
            (f"t={SECONDS},t=1,v1={'0' * 64}", "signature.malformed"),
            (f"t=x,v1={'0' * 64}", "signature.malformed"),
            (f"t={SECONDS},v1={'0' * 64}", "signature.mismatch"),
            (f"t={int(SECONDS) + 540},v1={'0' * 64}", "signature.clock"),
        ],
    )
    def test_refuses(self, header: str, code: str) -> None:
        with pytest.raises(SignatureError) as caught:
            verify_stripe({"stripe-signature": header}, BODY, ["s"], now=NOW)
        assert caught.value.code == code
