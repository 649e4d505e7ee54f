"""Adding decision tables and changing their drafts. A draft may have faults; it must only have the shape of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from flows.definition.decision_tables.checking import KEY, MAX_KEY_CHARS, MAX_NAME_CHARS
from flows.definition.decision_tables.diff import diff_tables
from flows.definition.decision_tables.table import (
    Column,
    Row,
    Table,
    TableShapeError,
    table_from_data,
    table_to_data,
)
from flows.definition.model import JSON
from flows.errors import NotFound, TableRefused
from flows.models import DecisionTable
from flows.operations.decision_tables.rights import check_right, lock_table
from flows.operations.publishing.rights import actor_of
from integrator.events.log import record
from integrator.people.models import Person, Team
from integrator.people.rights import Action

_ADDRESS = "add"  # a page beside those of the tables


@dataclass(frozen=True, kw_only=True)
class NewTable:
    """What a table begins with."""

    team_id: int
    key: str
    name: str


def add_table(new: NewTable, *, person: Person, now: datetime) -> DecisionTable:
    """This will add a table with one input, one output and an empty row. Raises NotFound, Forbidden, TableRefused."""
    with transaction.atomic(durable=True):
        team = Team.objects.filter(pk=new.team_id).first()
        if team is None:
            raise NotFound("team")
        check_right(person, team, Action.TABLE_DRAFT, what="team")
        table = Table(
            key=new.key,
            name=new.name.strip(),
            team=team.slug,
            inputs=(Column(name="input_1", label="Input 1", type="text"),),
            outputs=(Column(name="output_1", label="Output 1", type="text"),),
            rows=(Row(when=("-",), then=("",)),),
        )
        row = add_table_in(table, team, person=person, now=now)
        record_table("table.added", row, person)
    return row


def save_draft(*, key: str, document: JSON, revision: int, person: Person | None, now: datetime) -> DecisionTable:
    """This will keep ``document`` as the table's draft, if it is still at ``revision``.

    Key and team stay as they are. Raises NotFound, Forbidden, TableRefused (``table.invalid`` where the document is no
    table; ``table.changed_meanwhile`` with what the other made of it: ``{revision, document, by, differs}``).
    """
    with transaction.atomic(durable=True):
        row = lock_table(person, key, Action.TABLE_DRAFT)
        table = read_document(document, row)
        if row.revision != revision:
            raise _changed_meanwhile(row, table)
        keep_draft_in(row, table, person=person, now=now)
    return row


def read_document(document: JSON, row: DecisionTable) -> Table:
    """The posted table under the key and team of its row. Raises TableRefused ``table.invalid``."""
    try:
        table = replace(table_from_data(document), key=row.key, team=row.team.slug)
    except TableShapeError as error:
        raise refuse_shape(error) from error
    if not table.name or len(table.name) > MAX_NAME_CHARS:
        text = f"Give the table a name of at most {MAX_NAME_CHARS} characters."
        raise TableRefused("table.invalid", text, {"errors": [{"pointer": "/name", "message": text}]})
    return table


def refuse_shape(error: TableShapeError) -> TableRefused:
    """The refusal of what is no table."""
    return TableRefused(
        "table.invalid", error.message, {"errors": [{"pointer": error.pointer, "message": error.message}]}
    )


def add_table_in(table: Table, team: Team, *, person: Person | None, now: datetime) -> DecisionTable:
    """This will store a new table inside the caller's transaction, which has checked the right."""
    if not KEY.match(table.key) or len(table.key) > MAX_KEY_CHARS or table.key == _ADDRESS:
        text = f"The key has at most {MAX_KEY_CHARS} lower-case letters, digits, '-' and '_', such as triage-rules."
        raise TableRefused("table.invalid", text, {"field": "key"})
    if not table.name or len(table.name) > MAX_NAME_CHARS:
        text = f"Give the table a name of at most {MAX_NAME_CHARS} characters."
        raise TableRefused("table.invalid", text, {"field": "name"})
    row = DecisionTable(
        key=table.key, name=table.name, team=team, document=table_to_data(table), changed_at=now, changed_by=person
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        text = f"The key '{table.key}' is taken. Choose another one."
        raise TableRefused("table.key_taken", text, {"field": "key"}) from error
    return row


def keep_draft_in(row: DecisionTable, table: Table, *, person: Person | None, now: datetime) -> None:
    """This will store the draft of a row that the caller holds, with its event; the same draft changes nothing."""
    document = table_to_data(table)
    if document == row.document:
        return
    differs = diff_tables(table_from_data(row.document), table).summary
    row.document, row.name, row.revision = document, table.name, row.revision + 1
    row.changed_at, row.changed_by = now, person
    row.save(update_fields=["document", "name", "revision", "changed_at", "changed_by"])
    record_table("table.drafted", row, person, more={"revision": row.revision, "changes": differs})


def record_table(name: str, row: DecisionTable, person: Person | None, *, more: dict[str, JSON] | None = None) -> None:
    """One event about a table."""
    record(
        name,
        actor=actor_of(person),
        subject=("table", row.pk),
        data={"table": row.key, "name": row.name, **(more or {})},
        team_id=row.team_id,
    )


def _changed_meanwhile(row: DecisionTable, table: Table) -> TableRefused:
    differs = diff_tables(table_from_data(row.document), table).summary
    by = str(row.changed_by) if row.changed_by else "Somebody"
    return TableRefused(
        "table.changed_meanwhile",
        f"{by} changed this table while you did. What you have differs from it: {differs}. Nothing of yours is lost: "
        "keep your state over theirs, or load theirs.",
        {"revision": row.revision, "document": row.document, "by": by, "differs": differs},
    )
