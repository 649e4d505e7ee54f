"""Rows as plain fields instead of model instances, for the few places that insert very many. Calls no ``save``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import models

Row: TypeAlias = "dict[str, Any]"  # attribute (``team_id``) → value, of every column but a key the database gives out


def make_row(model: type[models.Model], given: Mapping[str, Any]) -> Row:
    """The row with the model's defaults for what is not ``given``. Raises TypeError for a name that it has not."""
    constant, made = _defaults(model)
    row = {**constant, **given}
    for name, field in made.items():
        if name not in row:
            row[name] = field.get_default()
    if len(row) > len(constant) + len(made):
        unknown = ", ".join(sorted(row.keys() - constant.keys() - made.keys()))
        raise TypeError(f"{model.__name__} has no {unknown}")
    return row


def select_rows(model: type[models.Model]) -> str:
    """``INSERT INTO table (…) SELECT … FROM rows`` for PostgreSQL; its one parameter is ``write_rows`` of the rows."""
    constant, made = _defaults(model)
    table = f'"{model._meta.db_table}"'
    names = ", ".join(f'"{name}"' for name in (*constant, *made))
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608 - our models' names
        f"FROM json_populate_recordset(NULL::{table}, %s::json) AS given"
    )


def write_rows(rows: Sequence[Row]) -> str:
    """Rows as one parameter: a JSON list. Times and UUIDs become text, which PostgreSQL reads as what its column is."""
    return _ENCODER.encode(rows)


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> tuple[Row, dict[str, models.Field[Any, Any]]]:
    """Defaults that are the same for each row, and the fields whose default is made for each."""
    constant: Row = {}
    made: dict[str, models.Field[Any, Any]] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField):
            continue
        if field.column != field.attname or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            raise TypeError(f"{model.__name__}.{field.name} cannot be written as a plain row")
        if callable(field.default):
            made[field.attname] = field
        else:
            constant[field.attname] = field.get_default()
    return constant, made


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=str)
