"""What watchers read."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from integrator import health


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=True)


@pytest.fixture
def _embedded(settings: Settings) -> None:
    settings.IS_EMBEDDED = True


class TestHealthz:
    def test_needs_no_database(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
class TestReadyz:
    @pytest.mark.usefixtures("_embedded")
    def test_is_ready_when_the_database_is_migrated(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "database": "ok"})
        with django_assert_num_queries(1):
            client.get("/readyz")

    @pytest.mark.usefixtures("_embedded")
    def test_is_not_ready_when_the_database_is_gone(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(connection, "cursor", refuse)
        monkeypatch.setattr(connection, "close", lambda: None)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "database": "unreachable"})

    @pytest.mark.usefixtures("_embedded")
    def test_is_not_ready_while_a_migration_is_missing(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "is_migrated", lambda: False)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "not migrated")

    def test_tells_of_a_missing_redis_but_stays_ready(self, client: Client, settings: Settings) -> None:
        settings.IS_EMBEDDED = False
        settings.REDIS_URL = "redis://127.0.0.1:9/0"
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["redis"]) == (200, "unreachable")


class TestMetrics:
    @pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
    def test_answers_a_direct_call_from_this_machine(self, client: Client, address: str) -> None:
        answer = client.get("/metrics", REMOTE_ADDR=address)
        assert answer.status_code == 200
        assert b"process_cpu_seconds_total" in answer.content

    @pytest.mark.parametrize(
        "extra",
        [
            pytest.param({"REMOTE_ADDR": "192.0.2.7"}, id="from elsewhere"),
            pytest.param({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, id="through a proxy here"),
            pytest.param({"REMOTE_ADDR": ""}, id="from nowhere known"),
        ],
    )
    def test_is_not_there_for_a_call(self, client: Client, extra: dict[str, str]) -> None:
        assert client.get("/metrics", **extra).status_code == 404

    @pytest.mark.parametrize(("given", "status"), [("Bearer right", 200), ("Bearer wrong", 404), ("", 404)])
    def test_with_a_token_only_its_bearer_reads(
        self, client: Client, settings: Settings, given: str, status: int
    ) -> None:
        settings.METRICS_TOKEN = "right"
        answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_AUTHORIZATION=given)
        assert answer.status_code == status
