"""The door where secrets are masked."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.lib.redaction import MASK, cap_text, mask_headers, mask_secrets, mask_url

SECRET = 's3cret/with+odd chärs&"more"'


class TestMaskHeaders:
    @pytest.mark.parametrize(
        "name",
        [
            "Authorization",
            "Cookie",
            "Set-Cookie",
            "X-Api-Key",
            "Webhook-Signature",
            "X-Hub-Signature-256",
            "Stripe-Signature",
            "X-Shopify-Hmac-Sha256",
            "X-CSRF-Token",
            "My_Client_Secret",
            "X-Password",
            "Proxy-Authorization",
        ],
    )
    def test_masks(self, name: str) -> None:
        assert mask_headers({name: "value"}) == {name.lower(): MASK}

    @pytest.mark.parametrize("name", ["Content-Type", "Idempotency-Key", "Webhook-Id", "Webhook-Timestamp", "Accept"])
    def test_shows(self, name: str) -> None:
        assert mask_headers({name: "value"}) == {name.lower(): "value"}

    def test_joins_repeated_names(self) -> None:
        pairs = [("Accept", "a"), ("accept", "b"), ("Cookie", "x"), ("Cookie", "y")]
        assert mask_headers(pairs) == {"accept": "a, b", "cookie": MASK}


class TestMaskSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            SECRET,
            f"before {SECRET} after {SECRET}",
            quote(SECRET),
            quote(SECRET, safe=""),
            quote(SECRET, safe="").replace("%2F", "%2f"),
            quote_plus(SECRET),
            json.dumps({"a": SECRET}),
            json.dumps({"a": SECRET}, ensure_ascii=False),
            base64.b64encode(SECRET.encode()).decode(),
            base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
            "Basic " + base64.b64encode(f"ana:{SECRET}".encode()).decode(),
            "Basic " + base64.b64encode(f"an:{SECRET}".encode()).decode(),
            "Basic " + base64.b64encode(f"a:{SECRET}".encode()).decode(),
            "Basic " + base64.b64encode(f"{SECRET}:".encode()).decode(),
            "next=" + quote("https://a.example/?k=" + quote(SECRET, safe=""), safe=""),
            base64.b64encode(("?k=" + quote(SECRET, safe="")).encode()).decode(),
        ],
    )
    def test_leaves_no_form_of_the_secret(self, text: str) -> None:
        masked = mask_secrets({"deep": [text, {text: 1}]}, [SECRET])
        assert MASK in masked["deep"][0]
        assert text not in json.dumps(masked, ensure_ascii=False)
        for piece in (SECRET, "s3cret", base64.b64encode(SECRET.encode()).decode()[2:30]):
            assert piece not in json.dumps(masked, ensure_ascii=False)

    def test_leaves_the_rest_as_it_was(self) -> None:
        value = {"a": [1, 2.5, None, True, "text"], "b": {"c": "Basic abc"}}
        assert mask_secrets(value, ["hidden-value"]) == value
        assert mask_secrets("the user is ana", ["hidden-value"]) == "the user is ana"

    def test_passes_over_empty_secrets(self) -> None:
        assert mask_secrets("text", ["", ""]) == "text"

    def test_masks_the_longest_first(self) -> None:
        assert mask_secrets("abcdef abc", ["abc", "abcdef"]) == f"{MASK} {MASK}"

    def test_masks_a_webhook_secret_without_its_prefix(self) -> None:
        assert mask_secrets("key MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]) == (
            f"key {MASK}"
        )

    @given(st.text(min_size=8, max_size=30), st.binary(max_size=8), st.binary(max_size=8))
    def test_finds_a_secret_inside_any_base64(self, secret: str, before: bytes, after: bytes) -> None:
        word = base64.b64encode(before + secret.encode() + after).decode()
        assert mask_secrets(f"<{word}>", [secret]) == f"<{MASK}>"

    @given(st.text(), st.text(min_size=1))
    def test_never_leaves_the_secret_itself(self, text: str, secret: str) -> None:
        if not set(secret) & set(MASK):
            assert secret not in mask_secrets(text + secret + text, [secret])

    def test_takes_linear_time_on_long_words(self) -> None:
        word = "A" * 1_000_000
        assert mask_secrets(word, ["some-secret-value"]) == word


class TestMaskURL:
    @pytest.mark.parametrize(
        ("url", "masked"),
        [
            ("https://ana:pw@example.com/a?b=1", f"https://{MASK}@example.com/a?b=1"),
            ("https://ana@example.com", f"https://{MASK}@example.com"),
            ("//a:b@example.com/x", f"//{MASK}@example.com/x"),
            ("https://example.com/?token=x&page=2#top", f"https://example.com/?token={MASK}&page=2#top"),
            ("https://example.com/?api%5Fkey=x", f"https://example.com/?api%5Fkey={MASK}"),
            ("https://example.com/?sig=x&X-Amz-Signature=y", f"https://example.com/?sig={MASK}&X-Amz-Signature={MASK}"),
            ("https://example.com/mail@x?flag", "https://example.com/mail@x?flag"),
            ("not a url", "not a url"),
        ],
    )
    def test_masks(self, url: str, masked: str) -> None:
        assert mask_url(url) == masked


class TestCapText:
    @pytest.mark.parametrize(
        ("text", "max_bytes", "capped"),
        [
            ("abc", 3, "abc"),
            ("abcd", 3, "…"),
            ("abcdef", 5, "ab…"),
            ("ééé", 5, "é…"),
            ("😀😀", 7, "😀…"),
            ("abc", 2, "ab"),
        ],
    )
    def test_cuts_whole_characters(self, text: str, max_bytes: int, capped: str) -> None:
        assert cap_text(text, max_bytes) == capped

    @given(st.text(), st.integers(min_value=0, max_value=50))
    def test_never_exceeds_the_limit(self, text: str, max_bytes: int) -> None:
        assert len(cap_text(text, max_bytes).encode()) <= max_bytes
