"""What a form is once its schema was read: sections of fields, in the order of the page. Pure values, no rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cases.forms.language import Node

Schema = Mapping[str, Any]
FieldType = Literal[
    "text", "textarea", "number", "date", "email", "select", "tick", "file", "json", "money", "person", "lookup",
    "table", "confirmation", "document", "comparison",
]  # fmt: skip
X_FIELDS = ("money", "person", "table", "confirmation", "document", "comparison", "lookup")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field, or one column of a table. ``schema`` is the full JSON Schema of its value.

    ``conditions`` must all be true for it to show (its own and its section's); ``compute`` is None for what is typed.
    ``options`` are (JSON value, words) of a choice, ``columns`` those of a table, ``order`` how these depend on each
    other. ``number`` is its place in the schema, which names its controls whatever the layout.
    """

    key: str
    type: FieldType
    label: str
    schema: Schema
    number: int = 0
    help: str = ""
    required: bool = False
    readonly: bool = False
    conditions: tuple[Node, ...] = ()
    compute: Node | None = None
    options: tuple[tuple[Any, str], ...] = ()
    columns: tuple[Field, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def is_output(self) -> bool:
        """Whether it only shows something: nothing of it is stored."""
        return self.type == "document"

    @property
    def name(self) -> str:
        """The name of its control: ours, since a schema's own names may hold anything."""
        return f"field-{self.number}"

    @property
    def column_names(self) -> frozenset[str]:
        """The keys of a table's columns."""
        return frozenset(column.key for column in self.columns)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields under one heading; the first may have none. ``condition`` None: it always shows."""

    title: str = ""
    help: str = ""
    condition: Node | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form. ``order`` names the fields so that each comes after those that its expressions name."""

    schema: Schema
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    order: tuple[str, ...] = ()
    by_key: Mapping[str, Field] = field(default_factory=dict)
