"""Plays a flow for real with answers that were written down, and makes what came of it comparable with a simulation."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.models import Task
from cases.operations import complete_task
from flows.engine.simulation import Asked, Given, Simulated, WrittenBook
from flows.models import Effect, FlowVersion, MessageWait, Run, Wait
from flows.operations.messages import NewMessage, publish_message
from integrator.events.actors import SYSTEM
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from integrator.timers.models import Timer
from tests.support.flows import make_run, make_team, settle
from tests.support.loopback import answer, serve

PEOPLE = {"lee": "marketing", "ada": "legal", "bo": "brand", "cy": "operations"}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MOST_ROUNDS = 200
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_CASE = re.compile(r"C-\d{4}-(\d{6}|SAMPLE-\d+)")


def make_people() -> None:
    """One person who may answer in each team."""
    for name, team in PEOPLE.items():
        person = Person.objects.create_user(name, f"{name}@example.org")
        Membership.objects.create(person=person, team=make_team(team), role=Role.APPROVER)


@contextmanager
def answering_target(answers: Mapping[str, Any]) -> Iterator[str]:
    """A target whose paths are named by steps and answer as written; its address. A list is used up call by call."""
    turns: Counter[str] = Counter()
    lock = threading.Lock()

    def take(connection: socket.socket, request: bytes) -> None:
        step = request.split(b" ", 2)[1].decode().strip("/")
        with lock:
            turn = turns[step]
            turns[step] += 1
        written = answers.get(step, {})
        one = written[min(turn, len(written) - 1)] if isinstance(written, list) else written
        body = json.dumps(one.get("body")).encode()
        headers = {"content-type": "application/json", **one.get("headers", {})}
        connection.sendall(answer(body, status=one.get("status", 200), headers=headers))

    with serve(take) as server:
        yield server.url


def play(version: FlowVersion, body: Any, answers: Mapping[str, Any], **more: Any) -> Run:
    """Start a run and answer for everybody until nothing more is answered."""
    run = make_run(version, body, **more)
    book = WrittenBook(answers)
    for _ in range(MOST_ROUNDS):
        settle()
        if Effect.objects.filter(run=run, status="planned").update(due_at=LONG_AGO):
            continue
        waits = list(Wait.objects.filter(run=run, closed_at=None).order_by("opened_at", "id"))
        retries = [wait for wait in waits if _is_retry(run, wait)]
        if retries:
            _fire(retries[0])
            continue
        asked = [_as_asked(wait) for wait in waits]
        chosen = book.choose(asked)
        if chosen:
            _give(run, *chosen[0])
        elif waits and all(each.kind == "timer" for each in asked):
            _fire(min(waits, key=lambda wait: (wait.due_at or LONG_AGO, wait.id)))
        else:
            break
    run.refresh_from_db()
    return run


def tell_run(run: Run) -> list[tuple[Any, ...]]:
    """The visits of a real run: step, item, status, exit, output and error, without what differs each time."""
    rows = run.visits.order_by("sequence")
    return _sort(
        (row.key, row.index, row.status, row.port, _plain(json.loads(row.output)), _plain(json.loads(row.error)))
        for row in rows
    )


def tell_simulated(simulated: Simulated) -> list[tuple[Any, ...]]:
    """The same of a simulation."""
    return _sort(
        (visit.step, visit.index, visit.status, visit.port, _plain(visit.output), _plain(visit.error))
        for visit in simulated.visits
    )


def plain(value: Any) -> Any:
    """A value without ids, times, numbers of cases and headers."""
    return _plain(value)


def _sort(rows: Iterator[tuple[Any, ...]] | Any) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in {"headers", "run"}}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return _CASE.sub("case", _TIME.sub("time", _UUID.sub("id", value)))
    return value


def _is_retry(run: Run, wait: Wait) -> bool:
    return run.visits.filter(id=wait.visit_id, status="retrying").exists()


def _as_asked(wait: Wait) -> Asked:
    kind: Any = wait.kind
    if kind == "task" and Task.objects.filter(origin=str(wait.id), approval__isnull=False).exists():
        kind = "approval"
    visit = wait.run.visits.get(id=wait.visit_id)
    return Asked(
        id=wait.id,
        kind=kind,
        step=wait.step_key,
        visit=visit.visit,
        index=visit.index,
        subject=wait.subject,
        due_at=wait.due_at,
    )


def _give(run: Run, asked: Asked, given: Given) -> None:
    value = given.value
    if asked.kind == "timer" or value.get("timeout"):
        _fire(Wait.objects.get(id=asked.id))
    elif asked.kind == "message":
        awaited = MessageWait.objects.get(id=asked.id)
        new = NewMessage(
            team_id=run.team_id,
            name=awaited.name,
            key=awaited.key,
            data=value.get("data"),
            message_id=str(value.get("id", "")),
        )
        publish_message(new=new, actor=SYSTEM, now=datetime.now(UTC))
    else:
        for row in value.get("decisions", [value]):
            _decide(asked, row)


def _decide(asked: Asked, row: Mapping[str, Any]) -> None:
    tasks = Task.objects.filter(origin=str(asked.id), status="open").order_by("position")
    task = tasks.filter(entry_ref=row["approver"]).first() if row.get("approver") else tasks.first()
    assert task is not None
    complete_task(
        task_id=task.id,
        person=Person.objects.get(username=row["by"]),
        outcome=row["outcome"],
        data=row.get("data"),
        comment=row.get("comment"),
        now=datetime.now(UTC),
    )


def _fire(wait: Wait) -> None:
    moved = Timer.objects.filter(subject=wait.id).update(due_at=LONG_AGO + timedelta(seconds=1))
    assert moved, f"{wait.step_key} has no timer"
