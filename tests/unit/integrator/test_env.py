"""The database address as settings: what operators give comes last, and no transaction may stand still for long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrator.env import read_database


def read(monkeypatch: pytest.MonkeyPatch, address: str) -> Any:
    monkeypatch.setenv("DATABASE_URL", address)
    return read_database("DATABASE_URL", Path("/data"), idle_transaction_s=30)


class TestReadDatabase:
    def test_is_sqlite_in_the_data_folder_without_an_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert read(monkeypatch, "")["NAME"] == "/data/db.sqlite3"

    def test_takes_an_address_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = read(monkeypatch, "postgres://me:p%40ss@db:5433/flows?sslmode=require")
        assert [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
            "me", "p@ss", "db", 5433, "flows",
        ]  # fmt: skip
        assert found["OPTIONS"]["sslmode"] == "require"

    def test_lets_postgresql_end_a_transaction_that_stands_still(self, monkeypatch: pytest.MonkeyPatch) -> None:
        options = read(monkeypatch, "postgres://db/flows")["OPTIONS"]["options"]
        assert options == "-c idle_in_transaction_session_timeout=30s"

    def test_puts_an_operators_own_options_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        options = read(monkeypatch, "postgres://db/flows?options=-c%20search_path%3Down")["OPTIONS"]["options"]
        assert options == "-c idle_in_transaction_session_timeout=30s -c search_path=own"
