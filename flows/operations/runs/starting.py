"""Starting runs: the row, what the trigger handed over, the first signal and the event, in one transaction."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from flows.engine.bells import ring_runs
from flows.models import FlowVersion, Run, RunInput, Signal
from integrator.database.together import insert_together
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many
from integrator.lib.ids import new_uuid
from integrator.people.models import Person

EMPTY_TRIGGER: Mapping[str, Any] = {"body": None, "headers": {}, "query": {}, "files": []}


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """A run to start. ``trigger`` is ``{body, headers, query, files}``; ``state`` is given only when repeating.

    ``depth`` counts the event triggers that led to it.
    ``is_test``: calls go to the ``test`` addresses of connections, never to the live ones.
    ``environment`` names others; empty, the version and ``is_test`` say.
    ``run_id`` and ``status_token`` are given by who must name them before the run is stored; else they are made here.
    """

    version: FlowVersion
    trigger: Mapping[str, Any]
    business_key: str = ""
    requested_by: str = ""
    reserved_case_number: str = ""
    case_number: str = ""
    started_by: Person | None = None
    repeats: Run | None = None
    state: str = ""
    run_id: uuid.UUID | None = None
    is_test: bool = False
    environment: str = ""
    status_token: str = ""
    depth: int = 0


def start_run(new: NewRun, *, actor: Actor, now: datetime) -> Run:
    """This will start a run in a transaction of its own: see ``create_run_in``."""
    with transaction.atomic(durable=True):
        return create_run_in(new, actor=actor, now=now)


def create_run_in(
    new: NewRun,
    *,
    actor: Actor,
    now: datetime,
    more_events: tuple[EventDraft, ...] = (),
    more_rows: tuple[models.Model, ...] = (),
) -> Run:
    """This will insert the run with its input and start signal, and ring the bell after the commit.

    ``more_events`` are recorded in the same insert as ``run.started``, ``more_rows`` inserted in the same statement as
    the run: two statements in all on PostgreSQL.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("create_run_in joins a transaction, and none is open.")
    rows = describe_run(new, now=now)
    run = Run(**rows.run)
    run.version = new.version
    insert_together([run, RunInput(**rows.handed_over), Signal(**rows.first), *more_rows])
    record_many([*more_events, draft_started(new, rows, actor=actor)])
    ring_runs()
    return run


@dataclass(frozen=True, kw_only=True)
class RunRows:
    """The fields of a run, of what its trigger handed over, and of its first signal, by attribute."""

    run: dict[str, Any]
    handed_over: dict[str, Any]
    first: dict[str, Any]


def describe_run(new: NewRun, *, now: datetime) -> RunRows:
    """The rows of a run that is to start. Writes nothing."""
    version, run_id = new.version, new.run_id or new_uuid()
    kind = Signal.Kind.CONTINUE if new.state else Signal.Kind.START
    return RunRows(
        run={
            "id": run_id,
            "flow_id": version.flow_id,
            "version_id": version.pk,
            "team_id": version.flow.team_id,
            "started_at": now,
            "business_key": new.business_key[:300],
            "requested_by": new.requested_by[:254],
            "reserved_case_number": new.reserved_case_number,
            "case_number": new.case_number,
            "status_token": new.status_token or make_status_token(),
            "started_by_id": new.started_by.pk if new.started_by else None,
            "repeats_id": new.repeats.pk if new.repeats else None,
            "state": new.state,
            "is_test": new.is_test,
            "environment": new.environment,
        },
        handed_over={"run_id": run_id, "trigger": json.dumps(new.trigger, ensure_ascii=False)},
        first={"run_id": run_id, "kind": kind, "created_at": now},
    )


def draft_started(new: NewRun, rows: RunRows, *, actor: Actor) -> EventDraft:
    """The event ``run.started``."""
    run_id = rows.run["id"]
    return EventDraft(
        name="run.started",
        actor=actor,
        subject=("run", run_id),
        data={
            "flow": new.version.flow.key,
            "version": new.version.number,
            "business_key": rows.run["business_key"],
        },
        correlation=str(run_id),
        team_id=rows.run["team_id"],
        depth=new.depth,
    )


def make_status_token() -> str:
    """128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)
