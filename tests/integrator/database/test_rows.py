"""Rows as plain fields: the model's defaults, and nothing that it has not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from flows.models import Signal, StoredRequest
from integrator.database.rows import make_row, select_rows, write_rows
from integrator.lib.ids import new_uuid


class TestMakeRow:
    def test_gives_what_the_model_would_store(self) -> None:
        given = {"id": new_uuid(), "path": "p", "method": "POST", "received_at": datetime.now(UTC), "status": 202}
        instance = StoredRequest(**given)
        row = make_row(StoredRequest, given)
        assert row == {field.attname: getattr(instance, field.attname) for field in StoredRequest._meta.concrete_fields}

    def test_leaves_out_the_key_that_the_database_gives(self) -> None:
        assert "id" not in make_row(Signal, {"run_id": new_uuid(), "kind": "start", "created_at": None})

    def test_makes_defaults_anew(self) -> None:
        first, second = (make_row(StoredRequest, {}) for _ in range(2))
        assert first["headers"] is not second["headers"]
        assert first["id"] != second["id"]

    def test_refuses_a_name_that_is_no_column(self) -> None:
        with pytest.raises(TypeError, match="has no colour"):
            make_row(Signal, {"colour": "red"})


@pytest.mark.django_db
class TestSelectRows:
    def test_stores_just_what_the_orm_would(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no json_populate_recordset")
        now = datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=UTC)
        given = {
            "id": new_uuid(),
            "path": 'ä"\\',
            "method": "POST",
            "received_at": now,
            "status": 202,
            "headers": {"x": "\\u0041 ☃ '"},
            "body": "% %s \n\t\x01",
            "outcome": StoredRequest.Outcome.ACCEPTED,
        }
        with connection.cursor() as cursor:
            cursor.execute(select_rows(StoredRequest), [write_rows([make_row(StoredRequest, given)])])
        kept, meant = StoredRequest.objects.get(), StoredRequest(**given)
        for field in StoredRequest._meta.concrete_fields:
            assert getattr(kept, field.attname) == getattr(meant, field.attname), field.attname
        assert json.loads(write_rows([{"at": now}])) == [{"at": "2026-03-04 05:06:07.891234+00:00"}]
