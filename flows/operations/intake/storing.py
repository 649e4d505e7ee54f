"""The tables that a call ends up in: looking for the first of repeats, and storing accepted calls in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from cases.models import Case, CaseType
from flows.models import Run, RunInput, Signal, StoredRequest
from flows.operations.runs.starting import RunRows
from integrator.database.clock import is_postgresql
from integrator.database.prepared import fetch_prepared
from integrator.database.rows import make_row, select_rows, write_rows
from integrator.events.log import EventDraft, make_rows, record_many, ring_after_commit, tell_stored
from integrator.events.store import encode_rows, write_parts
from integrator.events.subscribers import has_subscribers_in_transaction


@dataclass(frozen=True, kw_only=True)
class First:
    """The accepted call that others repeat."""

    id: UUID
    run_id: UUID | None
    answer: Mapping[str, Any]
    body_sha256: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> First:
        """From the fields of its row."""
        return cls(
            id=fields["id"],
            run_id=fields["run_id"],
            answer=fields["answer"] or {},
            body_sha256=fields["body_sha256"],
        )


@dataclass(frozen=True, kw_only=True)
class AcceptedRows:
    """What an accepted call becomes: the fields of its stored request and of its run, and the events."""

    request: dict[str, Any]
    run: RunRows
    drafts: tuple[EventDraft, ...]

    @property
    def key(self) -> tuple[int, str] | None:
        """What tells repeats."""
        key = self.request["dedupe_key"]
        return None if key is None else (self.request["trigger_id"], key)


def find_firsts(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], First]:
    """The accepted calls with these keys (trigger id, key of repeats). One query, which nearly always finds none."""
    asked: dict[int, list[str]] = defaultdict(list)
    for trigger_id, key in keys:
        asked[trigger_id].append(key)
    if not asked:
        return {}
    ids: list[UUID] = []
    with connection.cursor() as cursor:  # past the ORM: this is asked for every call
        cursor.execute(*_write_question(asked))
        ids = [UUID(str(row[0])) for row in cursor.fetchall()]
    if not ids:
        return {}
    rows = StoredRequest.objects.filter(id__in=ids)
    fields = ("trigger_id", "dedupe_key", "id", "run_id", "answer", "body_sha256")
    return {(row["trigger_id"], row["dedupe_key"]): First.of(row) for row in rows.values(*fields)}


def _write_question(asked: Mapping[int, Sequence[str]]) -> tuple[str, list[int | str]]:
    parts: list[str] = []
    values: list[int | str] = []
    for trigger_id, keys in asked.items():
        parts.append(f"(trigger_id = %s AND dedupe_key IN ({', '.join(['%s'] * len(keys))}))")
        values += [trigger_id, *keys]
    return (
        f"SELECT id FROM flows_storedrequest WHERE outcome = 'accepted' AND ({' OR '.join(parts)})",  # noqa: S608 - %s only
        values,
    )


def find_open_case(team_id: int, business_key: str, *, by_number: bool = False) -> str:
    """The team's open case with this business key, newest first; "" without one. Uses the index (type, key).

    ``by_number``: a key that is the number of an open case of the team finds that case too.
    """
    if not business_key:
        return ""
    cases = Case.objects.filter(
        type__in=CaseType.objects.order_by().values("pk"),
        business_key=business_key,
        team_id=team_id,
        closed_at__isnull=True,
    )
    found = cases.order_by("-opened_at", "-id").values_list("number", flat=True).first() or ""
    if not found and by_number:
        numbered = Case.objects.filter(number=business_key, team_id=team_id, closed_at__isnull=True).order_by()
        found = numbered.values_list("number", flat=True).first() or ""
    return found


def store_accepted(accepted: Sequence[AcceptedRows]) -> set[UUID]:
    """This will insert the calls with their runs and events, and commit; the ids of the runs that are there now.

    Those are left out whose key of repeats is taken, before them in ``accepted`` or in the database.
    """
    # in the order of their keys, so that two processes never wait for each other
    in_order = sorted(accepted, key=lambda each: each.key or (0, ""))
    if is_postgresql() and not any(
        has_subscribers_in_transaction(draft.name) for each in in_order for draft in each.drafts
    ):
        return _store_at_once(in_order)
    with transaction.atomic(durable=True):
        return store_accepted_in(in_order)


def store_accepted_in(accepted: Sequence[AcceptedRows]) -> set[UUID]:
    """The same inside the caller's transaction."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(_write_statement() + " SELECT run_id FROM taken", _encode(accepted))  # noqa: S608
            stored = {UUID(str(row[0])) for row in cursor.fetchall()}
    else:
        stored = _store_in_sqlite(accepted)
    record_many([draft for each in accepted if each.run.run["id"] in stored for draft in each.drafts])
    return stored


def _store_at_once(accepted: Sequence[AcceptedRows]) -> set[UUID]:
    """In one statement, which is its own transaction: one round trip in place of five."""
    drafts = [draft for each in accepted for draft in each.drafts]
    stored: set[UUID] = set()
    rows = fetch_prepared(_write_whole_statement(), [*_encode(accepted), encode_rows(make_rows(drafts))])
    for run_id, place, event_id, at in rows:
        stored.add(UUID(str(run_id)))
        tell_stored(drafts[place], event_id, at)
    ring_after_commit()
    return stored


def _store_in_sqlite(accepted: Sequence[AcceptedRows]) -> set[UUID]:
    """Nobody else writes meanwhile, so looking first is enough."""
    taken = set(find_firsts([each.key for each in accepted if each.key is not None]))
    fresh: list[AcceptedRows] = []
    for each in accepted:
        if each.key is None or each.key not in taken:
            fresh.append(each)
            taken |= {each.key} if each.key is not None else set()
    tables: tuple[tuple[type[models.Model], list[dict[str, Any]]], ...] = (
        (StoredRequest, [each.request for each in fresh]),
        (Run, [each.run.run for each in fresh]),
        (RunInput, [each.run.handed_over for each in fresh]),
        (Signal, [each.run.first for each in fresh]),
    )
    for model, rows in tables:
        model._default_manager.bulk_create([model(**row) for row in rows])
    return {each.run.run["id"] for each in fresh}


def _encode(accepted: Sequence[AcceptedRows]) -> list[str]:
    return [
        write_rows([make_row(StoredRequest, each.request) for each in accepted]),
        write_rows([make_row(Run, each.run.run) for each in accepted]),
        write_rows([make_row(RunInput, each.run.handed_over) for each in accepted]),
        write_rows([make_row(Signal, each.run.first) for each in accepted]),
    ]


@lru_cache(maxsize=1)
def _write_statement() -> str:
    """The unique key decides: a call whose key is taken is left out, with its run."""
    return f"""
        WITH taken AS (
            {select_rows(StoredRequest)}
            ON CONFLICT (trigger_id, dedupe_key) WHERE outcome = 'accepted' AND dedupe_key IS NOT NULL DO NOTHING
            RETURNING run_id
        ), runs AS (
            {select_rows(Run)} WHERE id IN (SELECT run_id FROM taken)
        ), inputs AS (
            {select_rows(RunInput)} WHERE run_id IN (SELECT run_id FROM taken)
        ), signals AS (
            {select_rows(Signal)} WHERE run_id IN (SELECT run_id FROM taken)
        )
    """  # noqa: S608 - our models' names


@lru_cache(maxsize=1)
def _write_whole_statement() -> str:
    return f"""
        {_write_statement()}, {write_parts("WHERE correlation IN (SELECT run_id::text FROM taken)")}
        SELECT taken.run_id, place, id, stamped_at
        FROM taken JOIN event_input ON correlation = taken.run_id::text ORDER BY place
    """  # noqa: S608 - constants and our models' names
