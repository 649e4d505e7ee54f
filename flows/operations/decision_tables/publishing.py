"""Publishes the draft of a decision table as its next immutable version, which runs use from then on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from flows.definition.decision_tables.checking import TableFault, check_table, run_tests
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.table import Table, table_from_data
from flows.errors import TableRefused
from flows.models import DecisionTable, DecisionTableVersion
from flows.operations.decision_tables.drafting import record_table
from flows.operations.decision_tables.rights import lock_table, refuse_faults
from integrator.people.models import Person
from integrator.people.rights import Action

MAX_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class TablePublished:
    """The live version; ``is_new`` False: the draft is what was live already, so nothing was changed."""

    version: DecisionTableVersion
    is_new: bool
    warnings: list[TableFault]

    @property
    def message(self) -> str:
        """What happened, for people."""
        if not self.is_new:
            return f"Nothing changed: version {self.version.number} is the same already."
        return f"Version {self.version.number} is live. Runs use it from now on."


def publish_table(*, key: str, revision: int | None, note: str, person: Person | None, now: datetime) -> TablePublished:
    """This will publish the draft as it was at ``revision`` (None: as it is).

    Raises NotFound, Forbidden, TableRefused (``table.invalid`` with all faults; ``table.tests_failed``;
    ``table.changed_meanwhile``).
    """
    with transaction.atomic(durable=True):
        row = lock_table(person, key, Action.TABLE_PUBLISH)
        if revision is not None and row.revision != revision:
            raise TableRefused(
                "table.changed_meanwhile",
                "The table was changed after you loaded this page. Look at it again, then publish.",
                {"revision": row.revision},
            )
        return publish_in(row, note=note, person=person, now=now)


def publish_in(row: DecisionTable, *, note: str, person: Person | None, now: datetime) -> TablePublished:
    """This will publish inside the caller's transaction, which holds the row and has checked the right."""
    table = table_from_data(row.document)
    findings = check_table(table)
    faults = [fault for fault in findings if fault.severity == "error"]
    if faults:
        raise refuse_faults(faults)
    _refuse_failing_tests(table)
    digest = hashlib.sha256(json.dumps(row.document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if row.live_version is not None and row.live_version.digest == digest:
        return TablePublished(version=row.live_version, is_new=False, warnings=findings)
    version = DecisionTableVersion.objects.create(
        table=row,
        number=(row.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        document=row.document,
        digest=digest,
        note=note.strip()[:MAX_NOTE],
        published_at=now,
        published_by=person,
    )
    row.live_version = version
    row.save(update_fields=["live_version"])
    record_table(
        "table.published", row, person, more={"version": version.number, "digest": digest, "note": version.note}
    )
    return TablePublished(version=version, is_new=True, warnings=findings)


def _refuse_failing_tests(table: Table) -> None:
    failed = [result.name for result in run_tests(table, compile_table(table)) if not result.passed]
    if failed:
        which = f"The test “{failed[0]}” fails" if len(failed) == 1 else f"{len(failed)} tests fail"
        raise TableRefused(
            "table.tests_failed",
            f"{which}, so the table was not published. Change the rows, or what the test expects.",
            {"tests": failed},
        )
