"""Rows of several tables in one statement: as if each had been saved, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from flows.models import Connection
from integrator.database.together import insert_together
from integrator.people.models import Team
from integrator.secrets.models import Secret

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def rows(team: Team) -> list[Connection | Secret]:
    return [
        Connection(team=team, key="erp", name="ERP", rate={"a": [1, None]}),
        Secret(team=team, name="partner", created_at=NOW),
    ]


@pytest.mark.django_db
class TestInsertTogether:
    def test_stores_what_save_would(self) -> None:
        team = Team.objects.create(slug="it", name="IT")
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            insert_together(rows(team))
        stored = Connection.objects.get()
        assert (stored.rate, stored.created_by, stored.kind, stored.repeat_safe) == (
            {"a": [1, None]},
            None,
            "none",
            False,
        )
        assert stored.created_at is not None
        assert Secret.objects.get().created_at == NOW
        if connection.vendor == "postgresql":
            assert sum("INSERT" in query["sql"] for query in queries) == 1

    def test_stores_all_or_nothing(self) -> None:
        team = Team.objects.create(slug="it", name="IT")
        Secret.objects.create(team=team, name="partner", created_at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_together(rows(team))
        assert not Connection.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    def test_it_refuses(self) -> None:
        with pytest.raises(RuntimeError, match="open one first"):
            insert_together([Team(slug="x", name="X")])
