"""Widgets of human work: who is asked, by which rule they decide, what they see."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.definition.phrases import data_words
from flows.definition.validation.people import SHOW_AS
from flows.definition.words import join_words, slug_words
from flows.designer.inspector.widgets.base import Facts, Offered, Option, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.plain import number_text, read_number
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of

RULES = {
    "all": ("All", "The first rejection ends it and needs a comment. Who was not asked in time is told why."),
    "any": ("Any one", "The first approval decides. It is rejected when all have rejected."),
    "quorum": ("At least n", "Approved with so many approvals; rejected when so many can no longer be reached."),
    "veto": ("Veto", "The majority decides, but one rejection by somebody with a veto ends it."),
}

MARKS = "Of a team any one decides, with “each” everybody. By the rule Veto, a rejection by those with “veto” ends it."

NAMED = 4  # of several who may be meant
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class People:
    """People and teams as chips. ``approvers`` may ask each member of a team, and give a veto."""

    template, is_group, takes_expression = "people", True, False

    def __init__(self, *, marks: bool) -> None:
        self.marks = marks

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row for each who is asked."""
        entries = value if isinstance(value, list) else [] if value is None else [value]
        return parts_of(self._fill_row(entry) for entry in entries)

    def _fill_row(self, entry: JSON) -> Row:
        row: Row = {}
        if self.marks and isinstance(entry, dict) and set(entry) <= {"who", "veto"}:
            row, entry = ({"veto": "true"} if entry.get("veto") is True else {}), entry.get("who")
        if not isinstance(entry, str):
            raise Unfit
        if self.marks and entry.startswith("each:team:"):
            row["each"], entry = "true", entry.removeprefix("each:")
        return {"who": entry, **row}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The list, with who was typed last at its end."""
        entries = [self._read_row(row) for row in rows_of(parts) if row.get("who", "").strip()]
        typed = parts.get("add", "").strip()
        if typed:
            entries.append(find_who(typed, facts))
        return entries or None

    def _read_row(self, row: Row) -> JSON:
        who = row["who"].strip()
        if row.get("each") and who.startswith("team:"):
            who = f"each:{who}"
        return {"who": who, "veto": True} if row.get("veto") else who

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """Chips in words, and whom one may add."""
        rows = [row for row in rows_of(parts) if row.get("who", "").strip()]
        known = facts.name_people([row["who"].strip() for row in rows])
        return {
            "takes_all": setting.whole_teams,
            "rows": [self._show_row(row, known) for row in rows],
            "options": facts.find_people(""),
            "marks": self.marks,
            "add": parts.get("add", ""),
            "meaning": MARKS if self.marks else "",
        }

    def _show_row(self, row: Row, known: Mapping[str, Offered]) -> dict[str, Any]:
        who = row["who"].strip()
        option, is_team = known.get(who), who.startswith("team:")
        return {
            "who": who,
            "label": option.label if option else slug_words(who[5:]) if is_team else data_words(who),
            "is_unknown": option is None and not is_expression(who),
            "is_team": is_team,
            "count": option.hint if option else "",
            "each": bool(row.get("each")),
            "veto": bool(row.get("veto")),
        }


def find_who(typed: str, facts: Facts) -> str:
    """Who was meant: by reference, by name, or the only one whose name begins so or holds it. Raises ``Unreadable``.

    An expression stays as it is, and so does a whole e-mail address, whose owner may come later. Who else is not here
    is refused, so that half a name does not become somebody unknown.
    """
    if is_expression(typed) or typed in facts.name_people([typed]):
        return typed
    found = facts.find_people(typed)
    words = typed.casefold()
    exact = [one for one in found if words in (one.label.casefold(), one.value.removeprefix("team:").casefold())]
    begin = [one for one in found if one.label.casefold().startswith(words)]
    if not found and _ADDRESS.fullmatch(typed):
        return typed
    for fitting in (exact, begin, found):
        if len(fitting) == 1:
            return fitting[0].value
        if fitting:
            raise Unreadable(
                f"“{typed}” may be {_name_some(fitting)}. Type more of it, or choose from the list.", "add"
            )
    raise Unreadable(f"Nobody here is called “{typed}”. Choose from the list, or type a user name.", "add")


def who_is_written(typed: str, facts: Facts) -> str:
    """The same of one among others in a line: who is not here stays as written, for it may have stood there before."""
    return find_who(typed, facts) if " " in typed or facts.find_people(typed) else typed


def _name_some(found: Sequence[Offered]) -> str:
    """``Legal, Legal EMEA or 3 more``; who is called the same is told apart by the reference."""
    labels = [one.label for one in found]
    said = [one.label if labels.count(one.label) == 1 else f"{one.label} ({one.value})" for one in found]
    if len(said) > NAMED:
        said = [*said[: NAMED - 1], f"{len(said) - NAMED + 1} more"]
    return join_words(said, "or")


class Rule:
    """How several answers make one decision."""

    template, is_group, takes_expression = "rule", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The rule, and how many for a quorum."""
        if isinstance(value, dict) and set(value) == {"quorum"}:
            return {"choice": "quorum", "number": number_text(value["quorum"])}
        if value is not None and value not in ("all", "any", "veto"):
            raise Unfit
        return {"choice": value or "", "number": ""}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The rule; a quorum begins with 2."""
        choice = parts.get("choice", "")
        if choice != "quorum":
            return choice or None
        number = read_number(parts.get("number", ""), "number")
        if number is None:
            return {"quorum": 2}
        if number != int(number) or number < 1:
            raise Unreadable("Say how many must agree: a whole number, 1 or more.", "number")
        return {"quorum": int(number)}

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rules with what each means."""
        choice = parts.get("choice", "")
        return {
            "choice": choice,
            "options": [Option(value=key, label=label, hint=hint) for key, (label, hint) in RULES.items()],
            "meaning": RULES.get(choice or str(setting.otherwise or ""), ("", ""))[1],
            "default": RULES.get(str(setting.otherwise or ""), ("", ""))[0],
            "number": parts.get("number", ""),
        }


class Show:
    """What people see: label, value and how it is drawn, in their order."""

    template, is_group, takes_expression = "shown", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a value."""
        return parts_of(_fill_shown(row) for row in _listed(value))

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The rows that say something."""
        rows = [_read_shown(row) for row in rows_of(parts) if any(row.get(name, "").strip() for name in _SHOWN)]
        return rows or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows, and the ways to draw a value."""
        return {"rows": rows_of(parts), "looks": SHOW_AS}


_SHOWN = ("label", "value")


def _fill_shown(row: JSON) -> Row:
    if not isinstance(row, dict) or not set(row) <= {"label", "value", "as"}:
        raise Unfit
    if not all(isinstance(text, str) for text in row.values()):
        raise Unfit
    return {"label": row.get("label", ""), "value": row.get("value", ""), "as": row.get("as", "")}


def _read_shown(row: Row) -> JSON:
    made = {"label": row.get("label", "").strip(), "value": row.get("value", ""), "as": row.get("as", "")}
    return {name: text for name, text in made.items() if text}


def _listed(value: JSON) -> list[JSON]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unfit
    return value


PEOPLE, APPROVERS, RULE, SHOW = People(marks=False), People(marks=True), Rule(), Show()
