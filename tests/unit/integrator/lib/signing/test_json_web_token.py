"""Tokens of an issuer: one algorithm, the right key, issuer, audience and time; each refusal in words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from integrator.lib.signing import (
    KEY_ALGORITHMS,
    SignatureError,
    TokenKey,
    TokenRule,
    make_shared_keys,
    read_key_id,
    read_key_set,
    read_public_key,
    verify_token,
)

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
PRIVATE: dict[str, Any] = {
    algorithm: ec.generate_private_key(CURVES[algorithm])
    if algorithm in CURVES
    else ed25519.Ed25519PrivateKey.generate()
    if algorithm == "EdDSA"
    else RSA
    for algorithm in KEY_ALGORITHMS
}
SECRET = "a secret that is long enough for every algorithm of the HMAC family"
OTHER = "another secret that is long enough for every algorithm of that family"
CLAIMS = {"iss": "https://login.example", "aud": "orders", "exp": AT + 300, "sub": "partner"}


def pem(private: Any) -> str:
    text: str = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return text


def make_rule(algorithm: str = "HS256") -> TokenRule:
    return TokenRule(issuer="https://login.example", audience="orders", algorithm=algorithm)


def show(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def make_token(algorithm: str = "HS256", key: Any = SECRET, *, headers: Any = None, **claims: Any) -> str:
    given = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers=headers)


def refuse(token: str, keys: list[TokenKey] | None = None, algorithm: str = "HS256") -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        verify_token(
            show(token), make_shared_keys([SECRET]) if keys is None else keys, rule=make_rule(algorithm), now=NOW
        )
    return caught.value


class TestVerifyToken:
    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    def test_accepts_a_shared_secret_old_or_new(self, algorithm: str) -> None:
        token = make_token(algorithm)
        verify_token(show(token), make_shared_keys([OTHER, SECRET]), rule=make_rule(algorithm), now=NOW)
        assert refuse(token, make_shared_keys([OTHER]), algorithm).code == "signature.mismatch"

    @pytest.mark.parametrize("algorithm", KEY_ALGORITHMS)
    def test_accepts_a_public_key(self, algorithm: str) -> None:
        token = make_token(algorithm, PRIVATE[algorithm])
        verify_token(show(token), [read_public_key(pem(PRIVATE[algorithm]))], rule=make_rule(algorithm), now=NOW)

    def test_accepts_the_example_of_the_standard(self) -> None:
        """RFC 7515, appendix A.1, which expired long ago: its signature is right, its time is not."""
        secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        key = TokenKey(key=base64.urlsafe_b64decode(secret + "=="))
        token = (
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        )
        rule = TokenRule(issuer="joe", audience="x", algorithm="HS256")
        with pytest.raises(SignatureError, match="expired"):
            verify_token(show(token), [key], rule=rule, now=NOW)
        at_that_time = datetime.fromtimestamp(1_300_819_000, UTC)
        with pytest.raises(SignatureError, match="audience is not given, expected x"):
            verify_token(show(token), [key], rule=rule, now=at_that_time)

    def test_takes_an_audience_among_several(self) -> None:
        verify_token(show(make_token(aud=["x", "orders"])), make_shared_keys([SECRET]), rule=make_rule(), now=NOW)

    @pytest.mark.parametrize(
        ("claims", "code", "words"),
        [
            ({"exp": AT - 180}, "signature.clock", "the token expired 3 min ago"),
            ({"exp": AT - 7_200}, "signature.clock", "the token expired 2 h ago"),
            ({"nbf": AT + 300}, "signature.clock", "the token is good only in 5 min"),
            ({"exp": None}, "signature.claim", "says no time of expiry"),
            ({"exp": "soon"}, "signature.malformed", "the token's exp is no Unix time"),
            ({"exp": True}, "signature.malformed", "the token's exp is no Unix time"),
            ({"exp": 1e300}, "signature.malformed", "the token's exp is no Unix time"),
            ({"iss": "https://evil.example"}, "signature.claim", "issuer is https://evil.example, expected https://lo"),
            ({"iss": None}, "signature.claim", "issuer is not given"),
            ({"aud": "billing"}, "signature.claim", "audience is billing, expected orders"),
            ({"aud": ["a", "b"]}, "signature.claim", 'audience is ["a", "b"], expected orders'),
            ({"aud": None}, "signature.claim", "audience is not given, expected orders"),
        ],
    )
    def test_says_in_words_what_a_token_claims_wrongly(self, claims: dict[str, Any], code: str, words: str) -> None:
        payload = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
        token = jwt.PyJWS().encode(json.dumps(payload).encode(), SECRET, algorithm="HS256")
        error = refuse(token)
        assert (error.code, words in error.message) == (code, True), error.message

    @pytest.mark.parametrize("off", [-59, 59])
    def test_lets_clocks_be_a_minute_off(self, off: int) -> None:
        token = make_token(exp=AT + off, nbf=AT + off)
        verify_token(show(token), make_shared_keys([SECRET]), rule=make_rule(), now=NOW)

    @pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "a.b.c.d", "..", "x" * 9_000, "\u2603.a.b"])
    def test_refuses_what_is_no_token(self, token: str) -> None:
        assert refuse(token).code in {"signature.malformed", "signature.missing"}

    def test_takes_a_short_secret_without_a_word(self) -> None:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
        body = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).rstrip(b"=")
        mark = base64.urlsafe_b64encode(hmac.digest(b"short", head + b"." + body, hashlib.sha256)).rstrip(b"=")
        token = b".".join([head, body, mark]).decode()
        verify_token(show(token), make_shared_keys(["short"]), rule=make_rule(), now=NOW)

    def test_refuses_everything_without_a_key(self) -> None:
        assert refuse(make_token(), make_shared_keys([""])).code == "signature.no_secret"

    def test_says_nothing_about_claims_before_the_signature_is_right(self) -> None:
        assert refuse(make_token(key=OTHER, exp=AT - 9_000)).code == "signature.mismatch"


class TestAlgorithm:
    """RFC 8725, 2.1: what the token says it is signed with decides nothing."""

    def test_none_is_refused(self) -> None:
        token = jwt.encode(CLAIMS, None, algorithm="none")
        assert refuse(token).message == "the token is signed with none, expected HS256"
        assert refuse(token, [read_public_key(pem(RSA))], "RS256").code == "signature.mismatch"

    def test_a_public_key_is_no_secret(self) -> None:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
        body = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).rstrip(b"=")
        mark = hmac.digest(pem(RSA).encode(), head + b"." + body, hashlib.sha256)
        token = b".".join([head, body, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()
        assert refuse(token, [read_public_key(pem(RSA))], "RS256").code == "signature.mismatch"
        assert refuse(token, [read_public_key(pem(RSA))], "HS256").code == "signature.malformed"

    def test_another_one_of_the_same_key_is_refused(self) -> None:
        token = make_token("PS256", RSA)
        assert refuse(token, [read_public_key(pem(RSA))], "RS256").code == "signature.mismatch"

    def test_a_private_key_is_no_public_key(self) -> None:
        with pytest.raises(ValueError):
            read_public_key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")


def make_jwk(private: Any, algorithm: str = "RS256", **more: Any) -> dict[str, Any]:
    return {**jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True), **more}


class TestKeySets:
    def test_gives_keys_by_id(self) -> None:
        data = json.dumps({"keys": [make_jwk(RSA, kid="one"), make_jwk(OTHER_RSA, kid="two", use="sig")]}).encode()
        keys = read_key_set(data, "RS256")
        assert [key.key_id for key in keys] == ["one", "two"]
        verify_token(show(make_token("RS256", OTHER_RSA)), keys, rule=make_rule("RS256"), now=NOW)

    @pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
    def test_reads_other_curves(self, algorithm: str) -> None:
        data = json.dumps({"keys": [make_jwk(PRIVATE[algorithm], algorithm)]}).encode()
        keys = read_key_set(data, algorithm)
        verify_token(show(make_token(algorithm, PRIVATE[algorithm])), keys, rule=make_rule(algorithm), now=NOW)

    @pytest.mark.parametrize(
        "jwk",
        [
            {"kty": "oct", "k": "c2VjcmV0"},
            make_jwk(RSA, use="enc"),
            make_jwk(RSA, alg="RS512"),
            {"kty": "RSA", "n": "!", "e": "AQAB"},
            {"kty": "RSA"},
            {},
            "RSA",
        ],
    )
    def test_leaves_out_what_cannot_have_signed(self, jwk: Any) -> None:
        assert read_key_set(json.dumps({"keys": [jwk]}).encode(), "RS256") == []

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"keys": 1}', b"<html>", b"null"])
    def test_refuses_what_is_no_set(self, data: bytes) -> None:
        with pytest.raises(ValueError, match="no JWK set"):
            read_key_set(data, "RS256")

    def test_reads_the_name_of_a_key_from_the_token(self) -> None:
        assert read_key_id(show(make_token(headers={"kid": "one"})), "HS256") == "one"
        assert read_key_id(show(make_token()), "HS256") is None
        with pytest.raises(SignatureError, match="expected RS256"):
            read_key_id(show(make_token()), "RS256")
