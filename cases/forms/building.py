"""A form as its builder draws it: sections of rows, each with where it can move, and the row that is open. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cases.forms.designing import DesignFault
from cases.forms.editing import list_sections
from cases.forms.meeting import write_seen
from cases.forms.palette import SHAPES, sort_of
from cases.forms.properties import Part, fill_properties, list_parts
from cases.forms.reading import read_form

_NOT_IN_ROWS = ("prefill",)  # a case fills in a table as a whole


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """One thing to say about the open field, with what is said."""

    part: Part
    value: str


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field or column. ``up``, ``down``, ``remove`` are edits as a query; "" where it cannot go further.

    ``seen`` is what its panel shows, "" for a closed one.
    """

    key: str
    table: str
    label: str
    icon: str
    sort: str
    is_required: bool
    condition: str
    formula: str
    up: str
    down: str
    remove: str
    place: str
    is_open: bool
    parts: tuple[PartRow, ...] = ()
    columns: tuple[FieldRow, ...] = ()
    faults: tuple[str, ...] = ()
    seen: str = ""

    @property
    def path(self) -> str:
        """How the address names it: ``amount``, or ``lines.amount`` for a column."""
        return f"{self.table}.{self.key}" if self.table else self.key


@dataclass(frozen=True, kw_only=True)
class SectionRow:
    """A section of the builder; without a title it is the fields above the first heading."""

    number: int
    title: str
    help: str
    show: str
    rows: tuple[FieldRow, ...]
    up: str
    down: str
    remove: str


def lay_out(schema: Mapping[str, Any], *, chosen: str = "", faults: Iterable[DesignFault] = ()) -> list[SectionRow]:
    """The builder's rows. ``chosen`` is the path of the open field, ``faults`` those of the design."""
    sections = list_sections(schema)
    by_key = _sort_faults(faults)
    counts = [len(section["fields"]) for section in sections]
    found = []
    for number, section in enumerate(sections):
        rows = tuple(
            _row(schema, key, chosen, by_key, steps=_steps(counts, number, index))
            for index, key in enumerate(section["fields"])
        )
        is_titled = bool(section.get("title"))
        first = 0 if sections[0].get("title") else 1
        found.append(
            SectionRow(
                number=number,
                title=str(section.get("title") or ""),
                help=str(section.get("description") or ""),
                show=str(section.get("show") or ""),
                rows=rows,
                up=_edit("move-section", section=number, index=number - 1) if is_titled and number > first else "",
                down=_edit("move-section", section=number, index=number + 1)
                if is_titled and number + 1 < len(sections)
                else "",
                remove=_edit("remove-section", section=number) if is_titled else "",
            )
        )
    return found


def _edit(name: str, **given: object) -> str:
    return urlencode({"edit": name, **given})


def _steps(counts: list[int], section: int, index: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Where a field goes one step up and down, across the borders of sections."""
    up = (section, index - 1) if index else (section - 1, counts[section - 1]) if section else None
    is_last = index + 1 == counts[section]
    down = (section, index + 1) if not is_last else (section + 1, 0) if section + 1 < len(counts) else None
    return up, down


def _row(schema: Mapping[str, Any], key: str, chosen: str, faults: Mapping[str, list[str]], *, steps: Any) -> FieldRow:
    shape = schema["properties"][key]
    up, down = (
        _edit("move-field", key=key, section=place[0], index=place[1]) if place is not None else "" for place in steps
    )
    is_open = chosen == key or chosen.startswith(f"{key}.")
    columns: tuple[FieldRow, ...] = ()
    if is_open and shape.get("x-field") == "table":
        columns = _columns(key, shape, chosen)
    return _make(shape, key=key, table="", up=up, down=down, columns=columns, faults=tuple(faults.get(key, ())),
                 is_open=is_open, is_required=key in schema.get("required", ()))  # fmt: skip


def _columns(table: str, shape: Mapping[str, Any], chosen: str) -> tuple[FieldRow, ...]:
    items = shape.get("items") or {}
    properties = items.get("properties") or {}
    rows = []
    for index, (key, below) in enumerate(properties.items()):
        up = _edit("move-field", key=key, table=table, index=index - 1) if index else ""
        down = _edit("move-field", key=key, table=table, index=index + 1) if index + 1 < len(properties) else ""
        rows.append(_make(below, key=key, table=table, up=up, down=down, is_open=chosen == f"{table}.{key}",
                          is_required=key in items.get("required", ())))  # fmt: skip
    return tuple(rows)


def _make(shape: Mapping[str, Any], **more: Any) -> FieldRow:
    sort = SHAPES.get(sort_of(shape))
    values = fill_properties(shape) if more["is_open"] else {}
    remove = {"key": more["key"], **({"table": more["table"]} if more["table"] else {})}
    return FieldRow(
        label=str(shape.get("title") or more["key"]),
        icon=sort.icon if sort else "braces",
        sort=sort.label if sort else "Field",
        condition=str(shape.get("x-show-if") or ""),
        formula=str(shape.get("x-compute") or ""),
        remove=_edit("remove-field", **remove),
        place=f"{more['table']}.{more['key']}" if more["table"] else more["key"],
        seen=write_seen(shape, is_required=more["is_required"]) if more["is_open"] else "",
        parts=tuple(
            PartRow(part=part, value=values[part.name])
            for part in (list_parts(shape) if values else ())
            if not (more["table"] and part.name in _NOT_IN_ROWS)
        ),
        **more,
    )


def _sort_faults(faults: Iterable[DesignFault]) -> dict[str, list[str]]:
    by_key: dict[str, list[str]] = {}
    for fault in faults:
        by_key.setdefault(fault.field, []).append(fault.message)
    return by_key


def has_field(schema: Mapping[str, Any], path: str) -> bool:
    """Whether a field or column of this path is there."""
    table, _, column = path.partition(".")
    field = read_form(schema).by_key.get(table)
    return field is not None and (not column or column in field.column_names)
