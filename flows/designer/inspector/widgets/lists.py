"""Widgets of lists: names, cases with their conditions, which branches to wait for, a list of items."""

from __future__ import annotations

import re
from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Option, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.plain import TEXT, number_text, read_number
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of

OPERATORS = {
    "=": "is",
    "!=": "is not",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "contains": "contains",
    "exists": "is there",
}
_PATH = r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_`][\w`-]*|\[-?\d+\])*"
_LITERAL = r"-?\d+(?:\.\d+)?|true|false|null|'[^'\\]*'|\"[^\"\\]*\""
_COMPARED = re.compile(rf"=\s*({_PATH})\s*(!=|>=|<=|=|>|<)\s*({_LITERAL})\s*\Z")
_CALLED = re.compile(rf"=\s*\$(contains|exists)\(\s*({_PATH})\s*(?:,\s*({_LITERAL})\s*)?\)\s*\Z")
_PLAIN = re.compile(rf"(?:{_LITERAL})\Z")


class Names:
    """A list of names, such as the outcomes of a task."""

    template, is_group, takes_expression = "names", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a name."""
        if value is not None and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            raise Unfit
        return parts_of({"name": name} for name in value or ())

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The names, with the one typed last at its end."""
        names = [row.get("name", "").strip() for row in rows_of(parts)]
        return [name for name in (*names, parts.get("add", "").strip()) if name] or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The names and the input for one more."""
        return {"rows": rows_of(parts), "add": parts.get("add", "")}


class Cases:
    """Conditions from top to bottom, each with the port to leave by."""

    template, is_group, takes_expression = "cases", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a case, in words where its condition is a plain comparison."""
        if value is not None and not isinstance(value, list):
            raise Unfit
        return parts_of(_fill_case(row) for row in value or ())

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The cases that say something."""
        cases = [_read_case(row, f"{number}.") for number, row in enumerate(rows_of(parts))]
        return [case for case in cases if case] or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows, and what one may compare by."""
        rows = [{"op": "=", **row, "is_plain": row.get("as", "plain") == "plain"} for row in rows_of(parts)]
        return {"rows": rows, "operators": [Option(value=key, label=words) for key, words in OPERATORS.items()]}


def _fill_case(case: JSON) -> Row:
    if not isinstance(case, dict) or not set(case) <= {"when", "port"} or not isinstance(case.get("port", ""), str):
        raise Unfit
    when = case.get("when")
    row = {"port": case.get("port", ""), "was": ""}
    if when is None:
        return {**row, "as": "plain", "left": "", "op": "=", "right": ""}
    if isinstance(when, bool):
        return {**row, "as": "expression", "when": "true" if when else "false"}
    if not isinstance(when, str):
        raise Unfit
    plain = _split(when)
    return {**row, "was": when, "as": "plain", **plain} if plain else {**row, "as": "expression", "when": when}


def _split(when: str) -> Row | None:
    match = _COMPARED.match(when)
    if match:
        return {"left": match[1], "op": match[2], "right": _unquote(match[3])}
    match = _CALLED.match(when)
    if match and (match[3] is None) == (match[1] == "exists"):
        return {"left": match[2], "op": match[1], "right": _unquote(match[3] or "")}
    return None


def _unquote(literal: str) -> str:
    inner = literal[1:-1]
    return inner if literal[:1] in "'\"" and literal and inner.strip() and not _PLAIN.match(inner) else literal


def _read_case(row: Row, part: str) -> JSON:
    port, when = row.get("port", "").strip(), _read_when(row, part)
    made = {"when": when, "port": port or None}
    return {name: value for name, value in made.items() if value is not None}


def _read_when(row: Row, part: str) -> JSON:
    if row.get("as", "plain") != "plain":
        text = row.get("when", "").strip()
        if text in ("true", "false"):
            return text == "true"
        return None if not text else text if text.startswith("=") else f"= {text}"
    left, op = row.get("left", "").strip().removeprefix("=").strip(), row.get("op", "=")
    if not left:
        if row.get("right", "").strip():
            raise Unreadable("Say what is compared: choose something of the data at the left.", f"{part}left")
        return None
    kept = _split(row.get("was", "")) or {}
    if {**kept} == {"left": left, "op": op, "right": row.get("right", "")}:
        return row["was"]
    return _write_when(left, op, row.get("right", "").strip(), part)


def _write_when(left: str, op: str, right: str, part: str) -> str:
    if op == "exists":
        return f"= $exists({left})"
    if op not in OPERATORS:
        raise Unreadable("Choose how to compare.", f"{part}op")
    value = (
        right.removeprefix("=").strip() if right.startswith("=") else right if _PLAIN.match(right) else _quote(right)
    )
    return f"= $contains({left}, {value})" if op == "contains" else f"= {left} {op} {value}"


def _quote(text: str) -> str:
    if "'" not in text and "\\" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Mode:
    """Which branches a join waits for."""

    template, is_group, takes_expression = "mode", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """All, any, or a number."""
        if value in (None, "all", "any"):
            return {"choice": value or "", "number": ""}
        return {"choice": "count", "number": number_text(value)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """All, any, or a number, which begins with 1."""
        choice = parts.get("choice", "")
        if choice != "count":
            return choice or None
        number = read_number(parts.get("number", ""), "number")
        if number is not None and (number != int(number) or number < 1):
            raise Unreadable("Say for how many to wait: a whole number, 1 or more.", "number")
        return int(number) if number is not None else 1

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The three ways."""
        options = [
            Option(value="all", label="All"),
            Option(value="any", label="Any one"),
            Option(value="count", label="A number"),
        ]
        return {
            "choice": parts.get("choice", ""),
            "options": options,
            "number": parts.get("number", ""),
            "default": "All",
        }


class Items:
    """Where a list comes from: an expression, or the list itself as JSON."""

    template, is_group, takes_expression = "text", False, True

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The expression; a list is shown as JSON."""
        return TEXT.fill(setting, value)

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The expression."""
        return TEXT.read(setting, parts, facts)

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The expression."""
        return TEXT.show(setting, parts, facts)


NAMES, CASES, MODE, ITEMS = Names(), Cases(), Mode(), Items()
