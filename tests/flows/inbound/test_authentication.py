"""Each kind of ``auth:`` at the door: who is let in, who is refused and why, and that no secret is kept."""

from __future__ import annotations

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.models import Run, RunInput, StoredRequest
from integrator.events.models import EventPayload
from integrator.lib.signing import HmacScheme, sign_github, sign_hmac, sign_stripe
from tests.support.hooks import SECRET, SIGNED, listen, post, sign, store_secret
from tests.support.loopback import LoopbackServer, answer, respond, serve

pytestmark = pytest.mark.django_db

BODY = b'{"id":  "A-1"}'
OTHER = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CUSTOM = HmacScheme(header="X-Sig", algorithm="sha512", encoding="base64", prefix="v=", timestamp_header="X-Sig-Time")


def now(**ahead: float) -> datetime:
    return datetime.now(UTC) + timedelta(**ahead)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def make_token(key: Any, algorithm: str = "HS256", *, key_id: str | None = None, **claims: Any) -> str:
    given = {"iss": "partner-id", "aud": "orders", "exp": now(minutes=5), **claims}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyJWT's word on short secrets
        return jwt.encode(given, key, algorithm=algorithm, headers={"kid": key_id} if key_id else None)


def make_headers(kind: str, secret: str = SECRET, body: bytes = BODY) -> dict[str, str]:
    """What a rightful caller of this kind shows."""
    return {
        "basic": lambda: basic("jo", secret),
        "bearer": lambda: {"Authorization": f"Bearer {secret}"},
        "api_key": lambda: {"X-Partner": secret},
        "github": lambda: sign_github(secret, body),
        "stripe": lambda: sign_stripe(secret, now(), body),
        "shopify": lambda: sign_hmac(HmacScheme(header="X-Shopify-Hmac-Sha256", encoding="base64"), secret, body),
        "custom": lambda: sign_hmac(CUSTOM, secret, body, timestamp=now()),
        "standard_webhooks": lambda: sign(body, secret=secret),
        "jwt": lambda: {"Authorization": f"Bearer {make_token(secret)}"},
    }[kind]()


AUTH = {
    "basic": "{kind: basic, user: jo, secret: partner}",
    "bearer": "{kind: bearer, secret: partner}",
    "api_key": "{kind: api_key, header: X-Partner, secret: partner}",
    "github": "{kind: hmac, preset: github, secret: partner}",
    "stripe": "{kind: hmac, preset: stripe, secret: partner}",
    "shopify": "{kind: hmac, preset: shopify, secret: partner}",
    "custom": "{kind: hmac, header: X-Sig, algorithm: sha512, encoding: base64, prefix: 'v=', "
    "timestamp_header: X-Sig-Time, secret: partner}",
    "standard_webhooks": "{kind: standard_webhooks, secret: partner}",
    "jwt": "{kind: jwt, issuer: partner-id, audience: orders, algorithm: HS256, secret: partner}",
}


def guard(kind: str) -> None:
    store_secret()
    listen(f"  auth: {AUTH[kind]}")


@pytest.mark.parametrize("kind", AUTH)
class TestEachKind:
    def test_lets_its_caller_in_and_keeps_no_secret(self, kind: str) -> None:
        guard(kind)
        assert post(body=BODY, headers=make_headers(kind)).status_code == 202
        kept = StoredRequest.objects.get()
        stored = [
            json.dumps(kept.headers),
            RunInput.objects.get().trigger,
            *EventPayload.objects.values_list("payload", flat=True),
        ]
        assert not any(SECRET in text or base64.b64encode(f"jo:{SECRET}".encode()).decode() in text for text in stored)

    def test_refuses_another_secret(self, kind: str) -> None:
        guard(kind)
        response = post(body=BODY, headers=make_headers(kind, OTHER))
        assert response.status_code == 401
        assert response["WWW-Authenticate"]
        assert json.loads(response.content)["errors"] == []
        kept = StoredRequest.objects.get()
        assert (kept.outcome, kept.status, kept.code) == ("refused", 401, "intake.unauthenticated")
        assert "another" in kept.reason
        assert OTHER not in json.dumps(kept.headers)
        assert not Run.objects.exists()

    def test_refuses_a_call_that_shows_nothing(self, kind: str) -> None:
        guard(kind)
        assert post(body=BODY).status_code == 401
        assert "is missing" in StoredRequest.objects.get().reason

    @pytest.mark.parametrize("change", ["", "x", "cut"])
    def test_refuses_what_is_malformed(self, kind: str, change: str) -> None:
        guard(kind)
        headers = make_headers(kind)
        name = list(headers)[-1] if kind != "custom" else "x-sig"
        headers[name] = headers[name][:-4] if change == "cut" else change
        assert post(body=BODY, headers=headers).status_code == 401

    def test_lets_nobody_in_without_a_stored_secret(self, kind: str) -> None:
        listen(f"  auth: {AUTH[kind]}")
        for secret in (SECRET, "", "None"):
            response = post(body=BODY, headers=make_headers(kind, secret or "x"))
            assert response.status_code == 401
        assert "no secret is stored" not in response.content.decode().lower()
        assert StoredRequest.objects.filter(outcome="refused").count() == 3

    def test_authenticates_before_it_looks_at_the_body(self, kind: str) -> None:
        guard(kind)
        assert post(body=b"{", content_type="text/plain").status_code == 401


class TestSigned:
    @pytest.mark.parametrize("kind", ["github", "stripe", "shopify", "custom", "standard_webhooks"])
    def test_a_reserialised_body_is_another_one(self, kind: str) -> None:
        guard(kind)
        assert post(body=b'{"id": "A-1"}', headers=make_headers(kind)).status_code == 401

    def test_the_api_key_may_stand_in_the_query_and_is_masked_there(self) -> None:
        store_secret("s3cret-key")
        listen("  auth: {kind: api_key, query: partner_code, secret: partner}")
        assert post("orders?partner_code=s3cret-key&x=1", {}).status_code == 202
        assert post("orders?partner_code=wrong-key", {}).status_code == 401
        assert post("orders?partner_code=s3cret-key&partner_code=s3cret-key", {}).status_code == 401
        accepted = StoredRequest.objects.get(outcome="accepted")
        assert accepted.query == {"partner_code": "••••", "x": "1"}
        assert json.loads(RunInput.objects.get().trigger)["query"] == {"x": "1"}
        assert "wrong-key" not in json.dumps(list(StoredRequest.objects.values_list("query", flat=True)))

    @pytest.mark.parametrize("minutes", [6, -6])
    def test_a_clock_six_minutes_off_is_named(self, minutes: int) -> None:
        guard("standard_webhooks")
        assert post(body=BODY, headers=sign(BODY, at=now(minutes=minutes))).status_code == 401
        assert StoredRequest.objects.get().reason.startswith("Clock 6 min off")

    @pytest.mark.parametrize("minutes", [4, -4])
    def test_a_clock_four_minutes_off_is_fine(self, minutes: int) -> None:
        guard("standard_webhooks")
        assert post(body=BODY, headers=sign(BODY, at=now(minutes=minutes))).status_code == 202

    def test_a_replay_in_tolerance_is_one_run(self) -> None:
        guard("standard_webhooks")
        headers = sign(BODY, at=now(minutes=-4))
        first, second = post(body=BODY, headers=headers), post(body=BODY, headers=headers)
        assert (first.status_code, second.status_code) == (202, 202)
        assert json.loads(second.content) == {**json.loads(first.content), "duplicate": True}
        assert Run.objects.count() == 1

    def test_a_dot_in_the_id_is_refused(self) -> None:
        guard("standard_webhooks")
        headers = {**sign(BODY), "webhook-id": "msg.1"}
        assert post(body=BODY, headers=headers).status_code == 401

    def test_thousands_of_signatures_do_no_harm(self) -> None:
        guard("standard_webhooks")
        headers = sign(BODY)
        headers["webhook-signature"] = " ".join(["v1,AAAA"] * 1000 + [headers["webhook-signature"]])
        assert post(body=BODY, headers=headers).status_code == 401


class TestRotation:
    @pytest.mark.parametrize("kind", AUTH)
    def test_the_old_secret_serves_beside_the_new_one_while_it_is_kept(self, kind: str) -> None:
        guard(kind)
        store_secret(OTHER, keep_old_s=3600)
        for secret in (SECRET, OTHER):
            body = json.dumps({"id": secret}).encode()
            headers = (
                sign(body, secret=secret, message_id=secret[6:10])
                if kind == "standard_webhooks"
                else make_headers(kind, secret, body)
            )
            assert post(body=body, headers=headers).status_code == 202

    def test_the_old_secret_is_refused_where_it_is_not_kept(self) -> None:
        guard("bearer")
        store_secret(OTHER)
        assert post(body=BODY, headers=make_headers("bearer", SECRET)).status_code == 401
        assert post(body=BODY, headers=make_headers("bearer", OTHER)).status_code == 202

    def test_the_old_secret_is_refused_once_its_time_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        guard("bearer")
        store_secret(OTHER, keep_old_s=60)
        assert post(body=BODY, headers=make_headers("bearer", SECRET)).status_code == 202
        later = now(seconds=61)
        monkeypatch.setattr("integrator.secrets.store.timezone.now", lambda: later)
        assert post(body=BODY, headers=make_headers("bearer", SECRET)).status_code == 401


class TestMasks:
    def test_a_secret_that_stands_in_a_refused_body_is_masked(self) -> None:
        store_secret("s3cret-token-9")
        listen("  auth: {kind: bearer, secret: partner}\n  schema: {type: object, required: [id]}")
        body: dict[str, Any] = {"echo": "s3cret-token-9"}
        response = post(body=body, headers={"Authorization": "Bearer s3cret-token-9", "X-Echo": "s3cret-token-9"})
        assert response.status_code == 400
        kept = StoredRequest.objects.get()
        assert "s3cret-token-9" not in json.dumps([kept.body, kept.headers, kept.errors])
        assert kept.headers["x-echo"] == "••••"

    def test_a_long_refused_body_is_cut(self) -> None:
        store_secret()
        listen(SIGNED)
        post(body=b"x" * 200_000)
        kept = StoredRequest.objects.get()
        assert (len(kept.body), kept.body_bytes) == (65_534, 200_000)


KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
RULE = "kind: jwt, issuer: partner-id, audience: orders, algorithm: RS256"


def show_token(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(KEY, 'RS256', key_id='k1', **claims)}"}


def make_key_set() -> bytes:
    public: dict[str, Any] = jwt.get_algorithm_by_name("RS256").to_jwk(KEY.public_key(), as_dict=True)
    return json.dumps({"keys": [{**public, "kid": "k1"}]}).encode()


def listen_to_issuer(target: LoopbackServer) -> None:
    listen(f"  auth: {{{RULE}, jwks_url: '{target.url}/jwks.json'}}")


class TestTokens:
    """``kind: jwt`` with the issuer's key, as it stands in the flow or as it is found at an address."""

    def test_with_the_public_key_in_the_flow(self) -> None:
        pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        listen(f"  auth: {{{RULE}, public_key: {json.dumps(pem)}}}")
        assert post(headers=show_token()).status_code == 202
        assert post(headers=show_token(aud="billing")).status_code == 401
        assert StoredRequest.objects.get(status=401).reason.startswith(
            "The token's audience is billing, expected orders. Compare"
        )

    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"exp": 1_000_000_000}, "The token expired "),
            ({"iss": "somebody"}, "The token's issuer is somebody, expected partner-id."),
            ({"aud": ["a", "b"]}, 'The token\'s audience is ["a", "b"], expected orders.'),
        ],
    )
    def test_tell_the_desk_why_and_not_the_caller(self, claims: dict[str, Any], reason: str) -> None:
        guard("jwt")
        response = post(headers={"Authorization": f"Bearer {make_token(SECRET, **claims)}"})
        assert StoredRequest.objects.get().reason.startswith(reason)
        assert json.loads(response.content)["detail"] == "The call cannot be accepted as yours."

    def test_with_the_issuers_key_set(self, settings: Any) -> None:
        with serve(respond(answer(make_key_set()))) as target:
            settings.OUTBOUND_ALLOW = [target.address]
            listen_to_issuer(target)
            assert [post(headers=show_token()).status_code for _ in range(3)] == [202] * 3
            stranger = make_token(KEY, "RS256", key_id="k9")
            assert post(headers={"Authorization": f"Bearer {stranger}"}).status_code == 401
            assert target.connections == 1
        assert "The key k9 is not in the key set" in StoredRequest.objects.get(status=401).reason

    @pytest.mark.parametrize("fault", ["away", "forbidden", "status", "no set"])
    def test_are_not_judged_while_the_key_set_cannot_be_had(self, fault: str, settings: Any) -> None:
        said = answer(b"<html>") if fault == "no set" else answer(make_key_set(), status=500)
        with serve(respond(said)) as target:
            settings.OUTBOUND_ALLOW = [] if fault == "forbidden" else [target.address]
            listen_to_issuer(target)
            if fault != "away":
                response = post(headers=show_token())
        if fault == "away":
            response = post(headers=show_token())
        assert (response.status_code, response["Retry-After"]) == (503, "60")
        kept = StoredRequest.objects.get()
        assert (kept.code, kept.reason.startswith("The key set http://")) == ("intake.keys_unreachable", True)
        assert not Run.objects.exists()
