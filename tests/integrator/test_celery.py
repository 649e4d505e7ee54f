"""How jobs travel."""

from __future__ import annotations

import os

import pytest
from celery import current_app

from integrator.celery import QUEUES, app


class TestCeleryApp:
    def test_is_the_one_that_jobs_belong_to(self) -> None:
        assert current_app._get_current_object() is app

    def test_takes_json_only_and_keeps_no_results(self) -> None:
        assert app.conf.accept_content == ["json"]
        assert app.conf.task_serializer == "json"
        assert app.conf.task_ignore_result is True
        assert app.conf.result_backend is None
        assert app.conf.task_acks_late is False
        assert app.conf.worker_prefetch_multiplier == 1

    def test_finds_the_jobs_of_flows(self) -> None:
        app.loader.import_default_modules()
        assert {"flows.advance_runs", "flows.send_effects"} <= set(app.tasks)

    def test_routes_each_job_to_a_queue_that_is_consumed(self) -> None:
        assert {route["queue"] for route in app.conf.task_routes.values()} <= set(QUEUES)

    def test_keeps_database_connections_between_jobs(self) -> None:
        from celery.fixups.django import DjangoWorkerFixup

        assert DjangoWorkerFixup(app).db_reuse_max

    @pytest.mark.skipif("REDIS_URL" in os.environ, reason="with Redis the broker is no memory")
    def test_hears_a_bell_within_ten_milliseconds_when_embedded(self) -> None:
        with app.connection_for_read() as connection:
            assert connection.transport.polling_interval == 0.01
