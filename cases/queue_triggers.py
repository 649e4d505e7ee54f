"""The triggers that keep the queue of unanswered tasks, for both databases; laid around migrations, and checked.

SQLite forgets triggers of a table that a migration makes anew, and cannot rename a table that a trigger names. So they
go before migrations and come after them, where what they missed is put right. PostgreSQL keeps them.
"""

# ruff: noqa: S608 - the statements are made of literals of this file alone

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

QUEUE, TASKS, CANDIDATES = "cases_queuerow", "cases_task", "cases_taskcandidate"
_ACTIVE = "('open', 'claimed')"
_COLUMNS = "task_id, person_id, team_id, is_approval, rank, due_at, created_at"
_NO_DATE = {"sqlite": "'9999-12-31 00:00:00'", "postgresql": "'9999-12-31 00:00:00+00'::timestamptz"}
_NAMES = {
    "cases_queue_asked": CANDIDATES,
    "cases_queue_unasked": CANDIDATES,
    "cases_queue_asked_else": CANDIDATES,
    "cases_queue_shown": TASKS,
}
_FORMER = {"cases_queue_task": TASKS}  # laid by earlier versions: the others are laid anew where it is
_RANK = "CASE t.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END"


def _select(vendor: str, where: str) -> str:
    """The rows that the queue holds in truth, of the tasks ``t`` and candidates ``c`` that fit."""
    return (
        f"SELECT c.task_id, c.person_id, c.team_id, t.kind = 'approve', {_RANK},"
        f" coalesce(t.due_at, {_NO_DATE[vendor]}), t.created_at"
        f" FROM {CANDIDATES} c JOIN {TASKS} t ON t.id = c.task_id WHERE t.status IN {_ACTIVE}{where}"
    )


def _insert(vendor: str, where: str) -> str:
    return f"INSERT INTO {QUEUE} ({_COLUMNS}) {_select(vendor, where)};"


_WHOLE = f"DELETE FROM {QUEUE} WHERE task_id = {{row}}.task_id;"
_MOVED = f"(OLD.status IN {_ACTIVE}) <> (NEW.status IN {_ACTIVE})"


def _sqlite_statements() -> list[str]:
    again = _insert("sqlite", " AND c.task_id = NEW.task_id")
    one = _insert("sqlite", " AND c.id = NEW.id")
    of_task = _insert("sqlite", " AND c.task_id = NEW.id")
    gone = f"DELETE FROM {QUEUE} WHERE task_id = OLD.task_id AND person_id IS OLD.person_id AND team_id IS OLD.team_id;"
    return [
        f"CREATE TRIGGER cases_queue_asked AFTER INSERT ON {CANDIDATES} BEGIN {one} END",
        f"CREATE TRIGGER cases_queue_unasked AFTER DELETE ON {CANDIDATES} BEGIN {gone} END",
        f"CREATE TRIGGER cases_queue_asked_else AFTER UPDATE OF task_id, person_id, team_id ON {CANDIDATES} BEGIN"
        f" {_WHOLE.format(row='NEW')} {again} END",
        f"CREATE TRIGGER cases_queue_shown AFTER UPDATE OF status, due_at, created_at, priority ON {TASKS}"
        f" WHEN {_MOVED} OR OLD.due_at IS NOT NEW.due_at OR OLD.created_at <> NEW.created_at"
        " OR OLD.priority <> NEW.priority BEGIN"
        f" DELETE FROM {QUEUE} WHERE task_id = NEW.id; {of_task} END",
    ]


def _postgresql_statements() -> list[str]:
    pg = "postgresql"
    bodies = {
        "cases_queue_asked": _insert(pg, " AND c.id = NEW.id"),
        "cases_queue_unasked": f"DELETE FROM {QUEUE} WHERE task_id = OLD.task_id"
        " AND person_id IS NOT DISTINCT FROM OLD.person_id AND team_id IS NOT DISTINCT FROM OLD.team_id;",
        "cases_queue_asked_else": f"{_WHOLE.format(row='NEW')} {_insert(pg, ' AND c.task_id = NEW.task_id')}",
        "cases_queue_shown": f"DELETE FROM {QUEUE} WHERE task_id = NEW.id; {_insert(pg, ' AND c.task_id = NEW.id')}",
    }
    on = {
        "cases_queue_asked": f"AFTER INSERT ON {CANDIDATES} FOR EACH ROW",
        "cases_queue_unasked": f"AFTER DELETE ON {CANDIDATES} FOR EACH ROW",
        "cases_queue_asked_else": f"AFTER UPDATE OF task_id, person_id, team_id ON {CANDIDATES} FOR EACH ROW",
        "cases_queue_shown": f"AFTER UPDATE OF status, due_at, created_at, priority ON {TASKS} FOR EACH ROW"
        f" WHEN ({_MOVED} OR OLD.due_at IS DISTINCT FROM NEW.due_at OR OLD.created_at <> NEW.created_at"
        " OR OLD.priority <> NEW.priority)",
    }
    made = []
    for name, body in bodies.items():
        function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        made.append(f"{function} $$ BEGIN {body} RETURN NULL; END $$")
        made.append(f"CREATE TRIGGER {name} {on[name]} EXECUTE FUNCTION {name}()")
    return made


def lay_triggers(connection: BaseDatabaseWrapper) -> None:
    """This will lay the triggers anew and put right whatever the queue missed without them."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop_triggers(connection)
        for statement in _sqlite_statements() if connection.vendor == "sqlite" else _postgresql_statements():
            cursor.execute(statement)
        cursor.execute(f"DELETE FROM {QUEUE}")
        cursor.execute(_insert(connection.vendor, ""))


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """This will take the triggers away, those that are there."""
    with connection.cursor() as cursor:
        for name, table in {**_NAMES, **_FORMER}.items():
            where = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")


def count_faults(connection: BaseDatabaseWrapper) -> int:
    """This will count rows that the queue holds and should not, and those it lacks. Reads all unanswered tasks."""
    truth, held = _select(connection.vendor, ""), f"SELECT {_COLUMNS} FROM {QUEUE}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM (SELECT * FROM ({truth}) a EXCEPT SELECT * FROM ({held}) b) x)"
            f" + (SELECT count(*) FROM (SELECT * FROM ({held}) c EXCEPT SELECT * FROM ({truth}) d) y)"
            f" + abs((SELECT count(*) FROM ({truth}) e) - (SELECT count(*) FROM ({held}) f))"
        )
        return int(cursor.fetchone()[0])


def before_migrations(*, using: str, plan: Any = (), **kwargs: Any) -> None:
    """For ``pre_migrate``: makes room for migrations, where there are any to apply."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        drop_triggers(connection)


def after_migrations(*, using: str, plan: Any = (), **kwargs: Any) -> None:
    """For ``post_migrate``: lays the triggers where they are missing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if {QUEUE, TASKS, CANDIDATES} <= tables and not has_triggers(connection):
        lay_triggers(connection)


def has_triggers(connection: BaseDatabaseWrapper) -> bool:
    """Whether all of the triggers are there."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return set(_NAMES) <= {row[0] for row in cursor.fetchall()}
