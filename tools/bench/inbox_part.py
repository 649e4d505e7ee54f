"""A page of the inbox out of a million open tasks: database time of ours against one query written by hand."""

# ruff: noqa: S608 - the statements are made of names of our own tables alone

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from cases.models import QueueRow, Task, TaskCandidate
from cases.queries.queue import DUE_FIRST, URGENT_FIRST, Part, get_queue_page
from cases.queue_triggers import drop_triggers, lay_triggers
from flows.operations.load.writing import analyze
from integrator.database.keyset import Order
from integrator.people.models import Membership, Person, Team
from tools.bench.database_time import time_calls
from tools.bench.report import Comparison, Note, measure_in_turns

OPEN_TASKS = 1_000_000
SEEDED = 2_000
PAGE = 50
CALLS = 20
PAGES = 2  # that each call reads
COPIED = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
LATER = {"sqlite": "datetime(t.{}, '+' || (k.n * 7) || ' minutes')", "postgresql": "t.{} + k.n * interval '7 minutes'"}


def measure_inbox(*, rounds: int, count: int = OPEN_TASKS) -> tuple[Comparison, list[Note]]:
    """Pages a second of database time for an approver of three teams, and milliseconds for others beside it."""
    fill(count)
    people = make_people()
    ours, bare = measure_in_turns(
        lambda: 1 / time_calls(lambda: read_page(people["approver"]), calls=CALLS, pages=PAGES),
        lambda: 1 / time_calls(lambda: read_by_hand(people["approver"]), calls=CALLS, pages=PAGES),
        rounds=rounds,
    )
    comparison = Comparison(
        name=f"a page of the inbox of {count:,} open tasks",
        unit="pages",
        ours=ours,
        bare=bare,
        bare_name="one query by hand over the same rows",
        aim=0.15,
    )
    return comparison, [
        Note(name=f"database ms of a page of the inbox{way} (below 50 wanted)", text=_measure_each(people, order))
        for way, order in (("", DUE_FIRST), (" by priority", URGENT_FIRST))
    ]


def _measure_each(people: Mapping[str, Person], order: Order) -> str:
    spent = {
        name: 1_000 * time_calls(partial(read_page, person, order), calls=CALLS, pages=PAGES)
        for name, person in people.items()
    }
    return ", ".join(f"{name} {took:.1f}" for name, took in spent.items())


def fill(count: int) -> None:
    """Make open tasks up to ``count``: some as the product would, then copies of them, minutes later each."""
    if Task.objects.active().count() >= count:
        return
    call_command("seed_load", open_tasks=SEEDED, verbosity=0, skip_checks=True)
    drop_triggers(connection)
    vendor = connection.vendor
    with transaction.atomic(), connection.cursor() as cursor:
        numbers = "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < %s)"
        cursor.execute(
            f"CREATE TEMP TABLE bench_copies AS {numbers} SELECT t.id AS old_id, {COPIED[vendor]} AS new_id, k.n AS n"
            " FROM k CROSS JOIN (SELECT id FROM cases_task WHERE status IN ('open', 'claimed') LIMIT %s) t",
            [count // SEEDED, SEEDED],
        )
        changed = {"id": "k.new_id", **{name: LATER[vendor].format(name) for name in ("due_at", "created_at")}}
        _copy(cursor, Task, changed, "t.id")
        _copy(cursor, TaskCandidate, {"task_id": "k.new_id"}, "t.task_id")
        cursor.execute("DROP TABLE bench_copies")
    lay_triggers(connection)
    analyze(Task, TaskCandidate, QueueRow)


def _copy(cursor: Any, model: Any, changed: dict[str, str], key: str) -> None:
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changed]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM bench_copies k JOIN {table} t ON {key} = k.old_id"
    )


def make_people() -> dict[str, Person]:
    """An approver of three teams, a lead of one, somebody of no team, and an admin."""
    wanted: dict[str, list[tuple[str | None, str]]] = {
        "approver": [("legal", "approver"), ("brand", "approver"), ("hr", "approver")],
        "lead": [("legal", "lead")],
        "asked by name alone": [],
        "admin": [(None, "admin")],
    }
    people = {}
    for name, roles in wanted.items():
        person, _ = Person.objects.get_or_create(username=f"bench-{name.replace(' ', '-')}")
        for slug, role in roles:
            team = Team.objects.get(slug=slug) if slug else None
            Membership.objects.get_or_create(person=person, team=team, role=role)
        people[name] = person
    return people


def read_page(person: Person, order: Order = DUE_FIRST) -> Sequence[object]:
    """The second page of the inbox, as the page reads it."""
    first = get_queue_page(person, Part(), order=order, size=PAGE)
    return get_queue_page(person, Part(), order=order, size=PAGE, cursor=first.next or "").rows


def read_by_hand(person: Person) -> Sequence[object]:
    """The same two pages by the shortest SQL that gives the tasks of three teams in order."""
    teams = list(Membership.objects.filter(person=person).values_list("team_id", flat=True))
    part = (
        "SELECT * FROM (SELECT task_id, due_at, created_at FROM cases_queuerow WHERE team_id = %s AND due_at >= %s"
        " ORDER BY due_at, created_at, task_id LIMIT 51) p{}"
    )
    union = " UNION ALL ".join(part.format(place) for place in range(len(teams)))
    columns = ", ".join(f't."{field.column}"' for field in Task._meta.concrete_fields)
    sql = (
        f"SELECT {columns} FROM ({union} ORDER BY 2, 3, 1 LIMIT 51) q JOIN cases_task t ON t.id = q.task_id"
        " ORDER BY q.due_at, q.created_at, q.task_id"
    )
    rows: list[Any] = []
    since = "0001-01-01 00:00:00"
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(sql, [value for team in teams for value in (team, since)])
            rows = cursor.fetchall()
            place = next(n for n, field in enumerate(Task._meta.concrete_fields) if field.column == "due_at")
            since = rows[-1][place] or since
    return rows
