"""Rows of several tables in one statement: a round trip instead of one each. Calls no ``save`` and sends no signal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import connection, models

from integrator.database.clock import is_postgresql

Fields: TypeAlias = "tuple[models.Field[Any, Any], ...]"


def insert_together(rows: Sequence[models.Model]) -> None:
    """This will insert new rows in their order, on PostgreSQL in one statement, inside the caller's transaction.

    Keys that the database gives out are not read back. Raises RuntimeError outside a transaction, and what the database
    refuses (IntegrityError …).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Rows that belong together are inserted in one transaction: open one first.")
    if not is_postgresql():
        for row in rows:
            row.save(force_insert=True)
        return
    filled = [(row, _filled_fields(row)) for row in rows]
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection) for row, fields in filled for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_make_statement(tuple((type(row), fields) for row, fields in filled)), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _filled_fields(row: models.Model) -> Fields:
    """The fields that hold something; a column left out is NULL, or a key that the database gives out."""
    given = row.__dict__
    return tuple(
        field for field in row._meta.concrete_fields if given[field.attname] is not None or _fills_itself(field)
    )


def _fills_itself(field: models.Field[Any, Any]) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))


@lru_cache(maxsize=256)
def _make_statement(parts: tuple[tuple[type[models.Model], Fields], ...]) -> str:
    *first, last = (_make_insert(model, fields) for model, fields in parts)
    named = ", ".join(f"part{place} AS ({statement})" for place, statement in enumerate(first))
    return f"WITH {named} {last}" if named else last


def _make_insert(model: type[models.Model], fields: Fields) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - our models' names
