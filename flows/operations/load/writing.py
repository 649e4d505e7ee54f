"""Bulk writes of model rows: COPY on PostgreSQL, multi-row INSERT elsewhere, a transaction a chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction
from django.db.models import AutoField, Model

from integrator.database.clock import is_postgresql

CHUNK = 5_000


def write_rows(rows: Iterable[Model]) -> int:
    """Write the rows in chunks, those of one model together; returns how many. Numbered keys are the database's."""
    total = 0
    for chunk in _chunks(iter(rows)):
        with transaction.atomic():
            for model in dict.fromkeys(type(row) for row in chunk):
                same = [row for row in chunk if type(row) is model]
                _copy(model, same) if is_postgresql() else model._default_manager.bulk_create(same)
        total += len(chunk)
    return total


def analyze(*models: type[Model]) -> None:
    """Tell the planner how the tables look now."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _copy(model: type[Model], rows: Sequence[Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def _chunks(rows: Iterator[Model]) -> Iterator[list[Model]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
