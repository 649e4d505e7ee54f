"""OAuth2 tokens: fetched once for all, renewed in time, never in plain; their owner hears of it before they fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from flows.definition.kind import StepError
from flows.engine import effects
from flows.engine.connections import resolve_connection, resolve_environment
from flows.engine.token_duty import keep_tokens_alive
from flows.models import ConnectionEnvironment, ConnectionToken, Effect
from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from integrator.secrets import vault
from integrator.secrets.rotation import rotate_secret_key
from notifications.models import Delivery
from tests.support.connections import make_place
from tests.support.flows import make_run, make_team, make_version, settle
from tests.support.loopback import answer, serve
from tests.support.token_server import TokenServer, token_server

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "cl1ent-Secret/42"
CALLING = """
format: 1
flow: calling
name: Calling
team: marketing
steps:
  call: {kind: http.request, with: {method: POST, url: /orders, connection: erp}}
"""


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server() as server:
        yield server


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


def by_client(tokens: TokenServer, base_url: str = "http://127.0.0.1:9", **more: Any) -> ConnectionEnvironment:
    return make_place(
        "oauth2_client", base_url=base_url, secret=SECRET, token_url=tokens.url, client_id="us", scope="a b", **more
    )


def by_approval(tokens: TokenServer, *, refresh: str = "refresh-1", **more: Any) -> ConnectionEnvironment:
    place = make_place(
        "oauth2_code",
        base_url="http://127.0.0.1:9",
        secret=SECRET,
        token_url=tokens.url,
        authorize_url="https://partner.example/authorize",
        client_id="us",
        **more,
    )
    if refresh:
        ConnectionToken.objects.create(environment=place, access=vault.encrypt("old"), refresh=vault.encrypt(refresh))
    return place


def make_older(life: float) -> None:
    """As if that much of the tokens' hour had passed."""
    for row in ConnectionToken.objects.all():
        now = datetime.now(UTC)
        row.expires_at = now + timedelta(hours=1 - life)
        row.renew_at = now + timedelta(hours=0.8 - life)
        row.save()


def get_token(place: ConnectionEnvironment) -> str:
    return resolve_environment(ConnectionEnvironment.objects.get(pk=place.pk)).token


class TestClientCredentials:
    def test_are_changed_for_a_token_that_is_kept_encrypted(self, tokens: TokenServer) -> None:
        place = by_client(tokens)
        assert [get_token(place) for _ in range(3)] == ["access-T0ken/1"] * 3
        assert tokens.asked == [{"grant_type": "client_credentials", "scope": "a b"}]
        assert "authorization: Basic" in tokens.heads[0].replace("Authorization", "authorization")
        row = ConnectionToken.objects.get()
        assert "access-T0ken" not in row.access
        assert vault.decrypt(row.access) == "access-T0ken/1"

    def test_go_into_the_body_where_that_is_asked_for(self, tokens: TokenServer) -> None:
        get_token(by_client(tokens, client_auth="body"))
        assert (tokens.asked[0]["client_id"], tokens.asked[0]["client_secret"]) == ("us", SECRET)
        assert "uthorization" not in tokens.heads[0]

    @pytest.mark.parametrize(("life", "number"), [(0.5, 1), (0.79, 1), (0.81, 2), (1.1, 2)])
    def test_are_renewed_at_80_percent(self, tokens: TokenServer, life: float, number: int) -> None:
        place = by_client(tokens)
        get_token(place)
        make_older(life)
        assert get_token(place) == f"access-T0ken/{number}"

    def test_without_an_end_are_kept_until_they_are_refused(self, tokens: TokenServer) -> None:
        tokens.expires_in = None
        place = by_client(tokens)
        connected = resolve_environment(place)
        assert get_token(place) == "access-T0ken/1"
        assert connected.renew is not None
        assert connected.renew().token == "access-T0ken/2"
        assert get_token(place) == "access-T0ken/2"

    def test_old_token_serves_while_it_is_good(self, tokens: TokenServer) -> None:
        place = by_client(tokens)
        get_token(place)
        make_older(0.9)
        tokens.refusal = (503, {})
        assert get_token(place) == "access-T0ken/1"
        assert get_token(place) == "access-T0ken/1"
        assert len(tokens.asked) == 2
        assert not Event.objects.filter(name="connection.token_failing").exists()

    def test_are_not_asked_for_again_and_again(self, tokens: TokenServer) -> None:
        place = by_client(tokens)
        tokens.refusal = (401, {"error": "invalid_client"})
        for _ in range(3):
            with pytest.raises(StepError, match="client secret") as caught:
                get_token(place)
            assert caught.value.code == "connection.token_refused"
        assert len(tokens.asked) == 1

    @pytest.mark.parametrize("names", [[], ["test"]])
    def test_belong_to_their_environment(self, tokens: TokenServer, names: list[str]) -> None:
        by_client(tokens)
        for name in names:
            by_client(tokens, name=name)
        assert resolve_connection(make_team().pk, "erp").token == "access-T0ken/1"
        if names:
            assert resolve_connection(make_team().pk, "erp", "test").token == "access-T0ken/2"
        else:
            with pytest.raises(StepError) as caught:
                resolve_connection(make_team().pk, "erp", "test")
            assert caught.value.code == "connection.environment_missing"


class TestRotation:
    def test_moves_tokens_to_the_new_key(self, tokens: TokenServer, settings: Any, tmp_path: Path) -> None:
        settings.SECRETS_KEY_PATH = tmp_path / "secrets.key"
        place = by_approval(tokens)
        tokens.refresh = "refresh"
        make_older(1.1)
        assert get_token(place) == "access-T0ken/1"
        before = ConnectionToken.objects.get()
        rotate_secret_key(actor=SYSTEM)
        after = ConnectionToken.objects.get()
        assert before.access != after.access
        assert before.refresh != after.refresh
        assert get_token(place) == "access-T0ken/1"
        make_older(1.1)
        assert get_token(place) == "access-T0ken/2"
        assert tokens.asked[-1]["refresh_token"] == "refresh/1"


class TestApprovals:
    def test_need_somebody_first(self, tokens: TokenServer) -> None:
        with pytest.raises(StepError) as caught:
            get_token(by_approval(tokens, refresh=""))
        assert caught.value.code == "connection.not_approved"
        assert tokens.asked == []

    def test_renew_with_the_newest_refresh_token(self, tokens: TokenServer) -> None:
        place = by_approval(tokens)
        tokens.refresh = "refresh"
        make_older(1.1)
        get_token(place)
        make_older(1.1)
        get_token(place)
        assert [asked["refresh_token"] for asked in tokens.asked] == ["refresh-1", "refresh/1"]
        assert "refresh/2" not in ConnectionToken.objects.get().refresh

    def test_are_kept_alive_without_a_run(self, tokens: TokenServer) -> None:
        place = by_approval(tokens)
        make_older(0.5)
        assert keep_tokens_alive(datetime.now(UTC)) == 0
        make_older(0.85)
        assert keep_tokens_alive(datetime.now(UTC)) == 1
        assert get_token(place) == "access-T0ken/1"

    def test_tell_their_owner_once_before_they_fail(self, tokens: TokenServer) -> None:
        maker = Person.objects.create_user("mia", "mia@example.org")
        place = by_approval(tokens, created_by=maker)
        make_older(0.85)
        tokens.refusal = (400, {"error": "invalid_grant", "error_description": f"revoked {SECRET}"})
        assert get_token(place) == "old"
        payload = EventPayload.objects.get(event__name="connection.token_failing").payload
        assert f'"owners":[{maker.pk}]' in payload
        assert "Approve the connection again" in payload
        assert SECRET not in payload
        ConnectionToken.objects.update(failed_at=datetime.now(UTC) - timedelta(hours=1))
        keep_tokens_alive(datetime.now(UTC))
        assert Event.objects.filter(name="connection.token_failing").count() == 1
        assert len(tokens.asked) == 2
        (told,) = Delivery.objects.filter(person=maker, channel="in_app")
        assert told.alert.severity == "warning"
        assert "gets no new token" in told.alert.title
        assert SECRET not in told.alert.body

    def test_tell_the_leads_where_the_maker_has_left(self, tokens: TokenServer) -> None:
        lead = Person.objects.create_user("lia", "lia@example.org")
        Membership.objects.create(person=lead, team=make_team(), role=Role.LEAD)
        gone = Person.objects.create_user("gone", "gone@example.org", is_active=False)
        place = by_approval(tokens, created_by=gone)
        ConnectionToken.objects.update(refresh_expires_at=datetime.now(UTC) + timedelta(days=6))
        keep_tokens_alive(datetime.now(UTC))
        keep_tokens_alive(datetime.now(UTC))
        (payload,) = EventPayload.objects.filter(event__name="connection.token_failing").values_list(
            "payload", flat=True
        )
        assert f'"owners":[{lead.pk}]' in payload
        assert "approval ends" in payload
        assert ConnectionToken.objects.get().environment == place


class TestFiftyAtOnce:
    """50 runs meet an expired token: one asks for a new one, all go out with it."""

    def test_make_one_refresh(self, tokens: TokenServer) -> None:
        arrived: list[bytes] = []
        lock = threading.Lock()

        def note(connected: Any, request: bytes) -> None:
            with lock:
                arrived.append(request)
            connected.sendall(answer(b"{}", headers={"Content-Type": "application/json"}))

        with serve(note) as target:
            place = by_client(tokens, base_url=target.url)
            get_token(place)
            make_older(1.1)
            version = make_version(CALLING)
            runs = [make_run(version) for _ in range(50)]
            from flows.engine import runner

            while runner.advance_runs():
                pass
            assert Effect.objects.filter(status="planned").count() == 50
            if connection.vendor == "postgresql":
                self._send_together(12)
            settle()
        assert [asked["grant_type"] for asked in tokens.asked] == ["client_credentials"] * 2
        assert len(arrived) == 50
        assert all(b"access-T0ken/2" in request for request in arrived)
        for run in runs:
            run.refresh_from_db()
            assert run.status == "completed"

    @staticmethod
    def _send_together(workers: int) -> None:
        together = threading.Barrier(workers)

        def work() -> None:
            try:
                together.wait(60)
                effects.send_effects()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result(60)

    def test_waiting_for_one_who_died_ends(self, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
        place = by_client(tokens)
        get_token(place)
        make_older(1.1)
        ConnectionToken.objects.update(renewing_until=datetime.now(UTC) + timedelta(seconds=0.3))
        assert get_token(place) == "access-T0ken/2"
        make_older(1.1)
        ConnectionToken.objects.update(renewing_until=datetime.now(UTC) + timedelta(seconds=60))
        monkeypatch.setattr("flows.engine.tokens.WAIT_S", 0.1)
        with pytest.raises(StepError) as caught:
            get_token(place)
        assert (caught.value.code, caught.value.retryable) == ("connection.token_busy", True)
