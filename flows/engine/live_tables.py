"""The decision tables that steps use: the live version found anew each time, compiled once per version and process."""

from __future__ import annotations

import threading
from collections import OrderedDict

from flows.definition.decision_tables.compiling import CompiledTable, compile_table
from flows.definition.decision_tables.deciding import LiveTable
from flows.definition.decision_tables.table import table_from_data
from flows.definition.kind import StepError
from flows.models import DecisionTable, DecisionTableVersion

CACHE_SIZE = 200


def find_table(team_id: int, key: str) -> LiveTable:
    """The live version of the team's table, made ready. One query, one more the first time for each version.

    Raises StepError ``decision.unknown_table`` (one of another team is unknown too), ``decision.not_published``.
    """
    rows = DecisionTable.objects.filter(team_id=team_id, key=key)
    row = rows.values_list("live_version_id", "live_version__number").first()
    if row is None:
        raise StepError(
            "decision.unknown_table", f"This team has no decision table '{key}'. Check the key in the step."
        )
    if row[0] is None:
        raise StepError(
            "decision.not_published", f"The decision table '{key}' is not published. Publish it, then try again."
        )
    return LiveTable(key=key, version=row[1], compiled=COMPILED_TABLES.get(row[0]))


class CompiledTables:
    """Compiled versions by id, the least used dropped first. Thread-safe; versions never change, so nothing expires."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tables: OrderedDict[int, CompiledTable] = OrderedDict()

    def get(self, version_id: int) -> CompiledTable:
        """The compiled version; read and compiled when it is not kept."""
        with self._lock:
            found = self._tables.get(version_id)
            if found is not None:
                self._tables.move_to_end(version_id)
                return found
        document = DecisionTableVersion.objects.values_list("document", flat=True).get(id=version_id)
        made = compile_table(table_from_data(document))
        with self._lock:
            self._tables[version_id] = made
            while len(self._tables) > CACHE_SIZE:
                self._tables.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget all, for tests: ids begin anew with each of their databases."""
        with self._lock:
            self._tables.clear()


COMPILED_TABLES = CompiledTables()
