"""Bearer, basic and API key."""

from __future__ import annotations

import base64

import pytest

from integrator.lib.signing import SignatureError, verify_api_key, verify_basic, verify_bearer


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


class TestVerifyBearer:
    @pytest.mark.parametrize("value", ["Bearer right", "bearer right", "BEARER  right "])
    def test_accepts(self, value: str) -> None:
        verify_bearer({"authorization": value}, ["old", "right"])

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "signature.missing"),
            ({"authorization": "Bearer"}, "signature.malformed"),
            ({"authorization": "Basic right"}, "signature.malformed"),
            ({"authorization": "Bearer wrong"}, "signature.mismatch"),
            ({"authorization": "Bearer righ"}, "signature.mismatch"),
        ],
    )
    def test_refuses(self, headers: dict[str, str], code: str) -> None:
        with pytest.raises(SignatureError) as caught:
            verify_bearer(headers, ["right"])
        assert caught.value.code == code

    def test_refuses_when_no_secret_is_stored(self) -> None:
        with pytest.raises(SignatureError, match="no secret"):
            verify_bearer({"authorization": "Bearer x"}, [])


class TestVerifyBasic:
    @pytest.mark.parametrize("password", ["right", "with:colon", "schlüssel"])
    def test_accepts(self, password: str) -> None:
        verify_basic(basic(f"ana:{password}"), "ana", ["old", password])

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "signature.missing"),
            ({"authorization": "Basic ***"}, "signature.malformed"),
            ({"authorization": "Bearer x"}, "signature.malformed"),
            (basic("ana"), "signature.malformed"),
            (basic("ana:wrong"), "signature.mismatch"),
            (basic("bo:right"), "signature.mismatch"),
            (basic(":"), "signature.mismatch"),
        ],
    )
    def test_refuses(self, headers: dict[str, str], code: str) -> None:
        with pytest.raises(SignatureError) as caught:
            verify_basic(headers, "ana", ["right"])
        assert caught.value.code == code


class TestVerifyApiKey:
    def test_accepts_one_of_the_active_keys(self) -> None:
        verify_api_key("right", ["old", "right"])

    @pytest.mark.parametrize(
        ("value", "code"), [(None, "signature.missing"), ("", "signature.missing"), ("rong", "signature.mismatch")]
    )
    def test_refuses(self, value: str | None, code: str) -> None:
        with pytest.raises(SignatureError) as caught:
            verify_api_key(value, ["right"], name="x-key")
        assert caught.value.code == code
        assert "x-key" in caught.value.message
