"""Small decision tables for tests, written in few words."""

from __future__ import annotations

from typing import Any

from flows.definition.decision_tables.table import Table, table_from_data


def make_table(inputs: dict[str, str], outputs: dict[str, str], *rows: tuple[str, ...], **more: Any) -> Table:
    """A table of columns (name to type) and rows of cells in their order; ``otherwise`` is a list of cells."""
    ins, outs = list(inputs), list(outputs)
    other = more.pop("otherwise", None)
    return table_from_data(
        {
            "table": "triage",
            "name": "Triage",
            "team": "marketing",
            "inputs": [{"name": name, "type": kind} for name, kind in inputs.items()],
            "outputs": [{"name": name, "type": kind} for name, kind in outputs.items()],
            "rows": [
                {"when": dict(zip(ins, row, strict=False)), "then": dict(zip(outs, row[len(ins) :], strict=True))}
                for row in rows
            ],
            **({"otherwise": dict(zip(outs, other, strict=True))} if other is not None else {}),
            **more,
        }
    )
