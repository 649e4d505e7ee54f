"""Decision tables in from files and out to files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from flows.definition.decision_tables.csv_file import write_csv
from flows.definition.decision_tables.table import TableShapeError, table_from_data
from flows.definition.decision_tables.table_file import read_table_file, write_table_file
from flows.errors import NotFound, TableRefused
from flows.models import DecisionTable
from flows.operations.decision_tables.drafting import add_table_in, keep_draft_in, record_table, refuse_shape
from flows.operations.decision_tables.publishing import TablePublished, publish_in
from flows.operations.decision_tables.rights import check_right
from flows.queries.decision_tables import get_table_for
from integrator.people.models import Person, Team
from integrator.people.rights import Action


@dataclass(frozen=True, kw_only=True)
class TableImported:
    """The table with its new draft, and what publishing came to (None: it was not asked for)."""

    table: DecisionTable
    published: TablePublished | None


def import_table(
    *, text: str | bytes, person: Person | None, publish: bool = False, note: str = "", now: datetime
) -> TableImported:
    """This will keep the file as the draft of its table, making the table if there is none.

    Raises NotFound for a team that is not there or not seen, Forbidden, TableRefused. What is refused changes nothing.
    """
    try:
        table = read_table_file(text)
    except TableShapeError as error:
        raise refuse_shape(error) from error
    with transaction.atomic(durable=True):
        team = Team.objects.filter(slug=table.team).first()
        if team is None:
            raise NotFound("team")
        check_right(person, team, Action.TABLE_DRAFT, what="team")
        row = DecisionTable.objects.select_for_update(no_key=True).filter(key=table.key).first()
        if row is not None and row.team_id != team.pk:
            raise TableRefused(
                "table.key_taken", f"The key '{table.key}' is taken by another team. Choose another one."
            )
        if row is None:
            row = add_table_in(table, team, person=person, now=now)
        else:
            keep_draft_in(row, table, person=person, now=now)
        record_table("table.imported", row, person)
        if not publish:
            return TableImported(table=row, published=None)
        check_right(person, team, Action.TABLE_PUBLISH, what="team")
        return TableImported(table=row, published=publish_in(row, note=note, person=person, now=now))


def export_table(*, key: str, person: Person | None) -> str:
    """This will give the draft as a canonical file and record that it was taken out. Raises NotFound."""
    with transaction.atomic(durable=True):
        row = get_table_for(person, key)
        record_table("table.exported", row, person)
        return write_table_file(table_from_data(row.document))


def export_csv_rows(*, key: str, person: Person | None) -> str:
    """This will give the rows of the draft as CSV and record that they were taken out. Raises NotFound."""
    with transaction.atomic(durable=True):
        row = get_table_for(person, key)
        record_table("table.exported", row, person, more={"form": "csv"})
        return write_csv(table_from_data(row.document))
