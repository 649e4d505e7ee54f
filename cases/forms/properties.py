"""What the builder asks about one field: the parts of its schema as texts, and back. Pure.

Parts are named as in the page's form: ``label help options show compute`` …; which there are depends on the sort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cases.forms.palette import sort_of
from cases.forms.reading import choices_of, say

Shape = dict[str, Any]
Look = Literal["text", "lines", "number", "tick", "select"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing to say about a field: the word of the schema, how it is asked, and for which sorts (None: all)."""

    name: str
    label: str
    look: Look
    word: str
    help: str = ""
    sorts: tuple[str, ...] | None = None
    options: tuple[tuple[str, str], ...] = ()


_COMPUTED = ("number", "money", "text", "yes_no")
_PREFILLED = (
    "text", "long_text", "number", "money", "date", "choice", "lookup", "yes_no", "email", "person", "table",
    "comparison", "document",
)  # fmt: skip
PARTS: tuple[Part, ...] = (
    Part(name="label", label="Label", look="text", word="title"),
    Part(name="help", label="Help", look="text", word="description", help="Stands under the field."),
    Part(name="options", label="Choices", look="lines", word="enum", sorts=("choice",),
         help="One a line. Write “value = words” where people should read other words than are kept."),
    Part(name="currencies", label="Currencies", look="text", word="x-currencies", sorts=("money",),
         help="Codes with commas between, such as EUR, USD."),
    Part(name="minimum", label="At least", look="number", word="minimum", sorts=("number",)),
    Part(name="maximum", label="At most", look="number", word="maximum", sorts=("number",)),
    Part(name="min_rows", label="Rows at least", look="number", word="minItems", sorts=("table",)),
    Part(name="max_rows", label="Rows at most", look="number", word="maxItems", sorts=("table",)),
    Part(name="totals", label="Totals of", look="text", word="x-totals", sorts=("table",),
         help="Names of columns that are added up, with commas between."),
    Part(name="team", label="Only members of", look="text", word="x-team", sorts=("person",),
         help="The short name of a team, such as legal. Empty: anybody here."),
    Part(name="text", label="What is confirmed", look="lines", word="x-text", sorts=("confirmation",)),
    Part(name="auth", label="Proven by", look="select", word="x-auth", sorts=("confirmation",),
         options=(("password", "Password"), ("totp", "Code of an authenticator app"), ("any", "Either"))),
    Part(name="connection", label="Connection", look="text", word="x-lookup.connection", sorts=("lookup",),
         help="The key of a connection of the team."),
    Part(name="path", label="Path", look="text", word="x-lookup.path", sorts=("lookup",),
         help="Behind the connection's address, such as /suppliers."),
    Part(name="items", label="Where the list is", look="text", word="x-lookup.items", sorts=("lookup",),
         help="Such as data.rows; empty where the answer is the list."),
    Part(name="value", label="Member that is kept", look="text", word="x-lookup.value", sorts=("lookup",),
         help="Such as id."),
    Part(name="words", label="Member that people read", look="text", word="x-lookup.label", sorts=("lookup",),
         help="Such as name."),
    Part(name="default", label="Filled in with", look="text", word="default",
         sorts=("text", "long_text", "number", "date", "choice", "email", "person", "lookup")),
    Part(name="prefill", label="Taken from the case", look="text", word="x-prefill", sorts=_PREFILLED,
         help="Such as case.data.iban or case.title. A document is a file in the case's data; before and after are "
              "{before, after} there."),
    Part(name="show", label="Show only if", look="text", word="x-show-if",
         help="Such as amount > 1000 and country = \"DE\". A hidden field is neither needed nor kept."),
    Part(name="compute", label="Worked out as", look="text", word="x-compute", sorts=_COMPUTED,
         help="Such as quantity * price, or sum(lines.net)."),
    Part(name="readonly", label="Can only be read", look="tick", word="readOnly",
         sorts=("text", "long_text", "number", "money", "date", "choice", "email", "person", "table")),
    Part(name="half", label="Half as wide", look="tick", word="x-width"),
    Part(name="sensitive", label="Hidden as •••• once answered", look="tick", word="x-sensitive"),
)  # fmt: skip
_ENUMS = ("enum", "oneOf")


def list_parts(shape: Mapping[str, Any]) -> list[Part]:
    """The parts that a field of this sort has."""
    sort = sort_of(shape)
    return [part for part in PARTS if part.sorts is None or sort in part.sorts]


def fill_properties(shape: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a field as texts; "true" for a ticked one."""
    return {part.name: _fill(part, shape) for part in list_parts(shape)}


def write_properties(shape: Mapping[str, Any], given: Mapping[str, str]) -> Shape:
    """The field's schema with what was typed. Parts that were not sent stay; those left empty go."""
    made = dict(shape)
    for part in list_parts(shape):
        if part.look == "tick":
            _put(made, part.word, _TICKED.get(part.word, True) if given.get(part.name) == "true" else None)
        elif part.name in given:
            text = given[part.name].replace("\r\n", "\n").strip()
            _write(made, part, text)
    return made


_TICKED: Mapping[str, Any] = {"x-width": "half"}


def _fill(part: Part, shape: Mapping[str, Any]) -> str:
    if part.word == "enum":
        return "\n".join(_line(value, words) for value, words in choices_of(shape))
    if part.look == "tick":
        return "true" if shape.get(part.word) == _TICKED.get(part.word, True) else ""
    value: Any = shape
    for word in part.word.split("."):
        value = value.get(word) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else say(value)


def _line(value: Any, words: str) -> str:
    text = say(value)
    return text if text == words else f"{text} = {words}"


def _write(made: Shape, part: Part, text: str) -> None:
    if part.word == "enum":
        _write_choices(made, text)
        return
    value: Any = text or None
    if text and part.word in ("x-currencies", "x-totals"):
        value = [one.strip() for one in text.split(",") if one.strip()]
    elif text and (part.look == "number" or (part.name == "default" and made.get("type") == "number")):
        value = _number(text)
    _put(made, part.word, value)


def _write_choices(made: Shape, text: str) -> None:
    """``enum`` for plain choices; ``oneOf`` where words differ from what is kept."""
    pairs = [line.partition(" = ") for line in text.split("\n") if line.strip()]
    choices = {value.strip(): words.strip() or value.strip() for value, _, words in pairs}
    for word in _ENUMS:
        made.pop(word, None)
    if all(value == words for value, words in choices.items()):
        made["enum"] = list(choices)
    else:
        made["oneOf"] = [{"const": value, "title": words} for value, words in choices.items()]


def _number(text: str) -> Any:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number == int(number) else number


def _put(made: Shape, word: str, value: Any) -> None:
    outer, _, inner = word.partition(".")
    if inner:
        below = dict(made.get(outer) or {})
        below.pop(inner, None)
        made[outer] = {**below, **({inner: value} if value is not None else {})}
    elif value is None:
        made.pop(word, None)
    else:
        made[word] = value
