"""The widget of a case's contributions: a row each, with whom, its words and its form. Others are shown as JSON."""

from __future__ import annotations

from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.asked import who_is_written
from flows.designer.inspector.widgets.base import Facts, Offered, Option, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of

HTTP = (
    Option(value="http", label="Any application, by HTTP"),
    Option(value="http:team:support", label="An application of a team, by HTTP"),
)
TEXTS = ("title", "question")
SHOWN = frozenset({"from", "required", "form", *TEXTS})


class Contributions:
    """A row a contribution. Written as names with whom to ask, or in full where there is more to say of one.

    ``base`` is ``list`` for a list with keys, "" for names.
    """

    template, is_group, takes_expression = "contributions", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row each. Raises ``Unfit`` for what rows would not give back: fields of its own, another way to write."""
        if value is None:
            return {}
        rows = [_fill(key, row) for key, row in _list_rows(value)]
        base = "list" if isinstance(value, list) else ""
        made = _join([_make(row, row["who"]) for row in rows], is_list=bool(base))
        if not rows or made != value:
            raise Unfit
        return {"base": base, **parts_of(rows)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """What the rows say; one without a name that says nothing is left out."""
        made: list[tuple[str, JSON]] = []
        for number, row in enumerate(rows_of(parts)):
            key = row.get("key", "").strip()
            if not key and not any(row.get(name, "").strip() for name in ("who", *TEXTS)):
                continue
            if not key:
                raise Unreadable("This contribution has no name. Type one, such as finance.", f"{number}.key")
            if any(key == other for other, _ in made):
                raise Unreadable(f"“{key}” is there twice. Give one of them another name.", f"{number}.key")
            made.append(_make(row, _read_who(row, number, facts)))
        return _join(made, is_list=parts.get("base") == "list") or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows, whom one may name, and the forms that there are."""
        rows = rows_of(parts)
        forms: list[Offered] = [*facts.options("own_form"), *facts.options("form")]
        known = {option.value for option in forms}
        named = dict.fromkeys(row["form"] for row in rows if row.get("form"))
        forms += [Option(value=use, label=use, hint="not there yet") for use in named if use not in known]
        people = [*facts.find_people(""), *HTTP]
        return {"rows": rows, "options": people, "forms": forms, "base": parts.get("base", "")}


def _list_rows(value: JSON) -> list[tuple[JSON, JSON]]:
    if isinstance(value, dict):
        return list(value.items())
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unfit
    return [(row.get("key"), {name: row[name] for name in row if name != "key"}) for row in value]


def _fill(key: JSON, row: JSON) -> Row:
    told = row if isinstance(row, dict) else {"from": row}
    form = told.get("form")
    use = form.get("use") if isinstance(form, dict) and set(form) == {"use"} else None
    texts = [key, told.get("from"), *(told.get(name, "") for name in TEXTS), use or ""]
    if set(told) - SHOWN or not all(isinstance(text, str) for text in texts):
        raise Unfit
    optional = "true" if told.get("required") is False else ""
    values = dict(zip(("key", "who", *TEXTS, "form"), map(str, texts), strict=True))
    return {**values, "optional": optional}


def _make(row: Row, who: str) -> tuple[str, JSON]:
    """The name, and whom to ask, or in full: what is empty is left out."""
    full: dict[str, JSON] = {"from": who}
    full |= {name: row[name] for name in TEXTS if row.get(name, "").strip()}
    if row.get("optional"):
        full["required"] = False
    if row.get("form"):
        full["form"] = {"use": row["form"]}
    return row["key"].strip(), who if len(full) == 1 else full


def _join(made: list[tuple[str, JSON]], *, is_list: bool) -> JSON:
    if not is_list:
        return dict(made)
    return [{"key": key, **(row if isinstance(row, dict) else {"from": row})} for key, row in made]


def _read_who(row: Row, number: int, facts: Facts) -> str:
    who = row.get("who", "").strip()
    if not who:
        raise Unreadable("Say who contributes this, such as team:finance, or http.", f"{number}.who")
    if who.startswith("=") or who == "http" or who.startswith("http:"):
        return who
    try:
        return who_is_written(who, facts)
    except Unreadable as error:
        raise Unreadable(error.message, f"{number}.who") from error


CONTRIBUTIONS = Contributions()
