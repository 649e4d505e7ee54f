"""Who may change decision tables, and their rows for those who may. A stranger cannot tell what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.definition.decision_tables.checking import TableFault
from flows.errors import Forbidden, NotFound, TableRefused
from flows.models import DecisionTable
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can

_WHO = {
    Action.TABLE_DRAFT: "Analysts and publishers of {team} may change its decision tables. Ask one of them.",
    Action.TABLE_PUBLISH: "Publishers of {team} may publish its decision tables. Ask one of them.",
}


def check_right(person: Person | None, team: Team, action: Action, *, what: str) -> None:
    """Raises NotFound(``what``) for strangers to the team, Forbidden for those who may only look. None: a command."""
    if person is None or can(person, action, team):
        return
    if not can(person, Action.TABLE_READ, team):
        raise NotFound(what)
    raise Forbidden("table", _WHO[action].format(team=team))


def lock_table(person: Person | None, key: str, action: Action) -> DecisionTable:
    """The table, held for a change. Raises NotFound, Forbidden."""
    row = DecisionTable.objects.select_for_update(no_key=True).filter(key=key).first()
    if row is None:
        raise NotFound("table")
    check_right(person, row.team, action, what="table")
    return row


def refuse_faults(faults: Sequence[TableFault]) -> TableRefused:
    """The refusal of a table with faults; ``details["errors"]`` has them all by pointer."""
    count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
    errors: list[dict[str, Any]] = [{"pointer": fault.pointer, "message": fault.message} for fault in faults]
    return TableRefused(
        "table.invalid", f"The table has {count}, so it was not published. {faults[0].message}", {"errors": errors}
    )
