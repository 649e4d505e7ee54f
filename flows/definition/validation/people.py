"""Checks of what human work says: who is asked, by which rule they decide, and what they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.definition.expressions import is_expression
from flows.definition.model import JSON
from flows.definition.validation.faults import FLOW_KEY, Fault, fault, one_of
from flows.definition.words import type_words

SHOW_AS = ("text", "money", "date", "link", "image", "pdf", "table")
RULE_WORDS = ("all", "any", "veto")
_PERSON = re.compile(r"[^\s:]+\Z")
_ADDRESS = re.compile(r"[^\s@:]+@[^\s@:]+\.[^\s@:]+\Z")
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,6})?\Z", re.ASCII)


def check_people(value: JSON) -> Iterator[Fault]:
    """``to:`` a person or ``team:x``, or a list of them."""
    if isinstance(value, str):
        yield from _who(value, each=False)
    elif not isinstance(value, list) or not value:
        yield fault("'to' must be a list with at least one person or team, such as '- team:finance'.")
    else:
        for index, entry in enumerate(value):
            yield from _below(_who(entry, each=False), index)


def check_approvers(value: JSON) -> Iterator[Fault]:
    """``approvers:`` a list of a person, ``team:x``, ``each:team:x`` or ``{who, veto}``."""
    if not isinstance(value, list) or not value:
        yield fault("'approvers' must be a list with at least one person or team, such as '- team:legal'.")
        return
    seen: list[JSON] = []
    for index, entry in enumerate(value):
        if isinstance(entry, dict):
            yield from _below(_marked(entry), index)
        else:
            yield from _below(_who(entry, each=True), index)
        who = entry.get("who") if isinstance(entry, dict) else entry
        if isinstance(who, str) and who in seen and not is_expression(who) and ":" not in who:
            yield fault(f"'{who}' is asked twice, but one person cannot decide two entries. Remove one.", index)
        seen.append(who)


def _marked(entry: dict[str, JSON]) -> Iterator[Fault]:
    for name in entry:
        if name not in ("who", "veto"):
            yield fault(f"'{name}' is not a field of an approver. An approver has 'who' and 'veto'.", name)
    if entry.get("who") is None:
        yield fault("This approver has no 'who:'. Add a person or a team, such as 'who: team:legal'.")
    else:
        yield from _below(_who(entry["who"], each=True), "who")
    if not isinstance(entry.get("veto", False), bool):
        yield fault("'veto' must be true or false.", "veto")


def _who(entry: JSON, *, each: bool) -> Iterator[Fault]:
    if not isinstance(entry, str):
        yield fault(f"A person or team must be a text such as 'lee' or 'team:legal', but this is {type_words(entry)}.")
        return
    if is_expression(entry):
        return
    if entry.startswith("guest:"):
        if not _ADDRESS.match(entry.removeprefix("guest:").strip()):
            yield fault(f"'{entry}' is no guest. Write 'guest:' and an e-mail address, such as guest:kim@example.com.")
        return
    rest = entry
    if entry.startswith("each:"):
        rest = entry.removeprefix("each:")
        if not each or not rest.startswith("team:"):
            yield fault(f"'{entry}' cannot be asked. Write a person, or 'team:' and a team.")
            return
    if rest.startswith("team:"):
        if not FLOW_KEY.match(rest.removeprefix("team:")):
            yield fault(f"'{entry}' names no team. Write 'team:' and the team's key, such as 'team:legal'.")
    elif not _PERSON.match(rest):
        yield fault(f"'{entry}' is no user name or e-mail address. Write a person, or 'team:' and a team.")


def check_levels(value: JSON) -> Iterator[Fault]:
    """``levels:`` a list of ``{above, approvers}``, each with a rule and an order of its own if it likes."""
    if not isinstance(value, list) or not value:
        yield fault(
            "'levels' must be a list of '- above: … approvers: …', such as '- {above: 10000, approvers: [cfo]}'."
        )
        return
    bounds: list[JSON] = []
    for index, row in enumerate(value):
        if not isinstance(row, dict):
            yield fault("A level must have 'above:' and 'approvers:'.", index)
            continue
        yield from _below(_level(row), index)
        if row.get("above") in bounds:
            yield fault(f"Two levels begin above {row.get('above')}. Put their approvers into one.", index, "above")
        bounds.append(row.get("above"))


def _level(row: dict[str, JSON]) -> Iterator[Fault]:
    for name in row:
        if name not in ("above", "approvers", "rule", "order"):
            yield fault(f"'{name}' is not a field of a level. It has 'above', 'approvers', 'rule' and 'order'.", name)
    above = row.get("above")
    if above is None:
        yield fault("This level has no 'above:'. Write the amount over which it is asked, 0 for every amount.")
    elif not is_expression(above) and not _is_amount(above):
        yield fault("'above' must be an amount without a currency, such as 10000 or '10000.50'.", "above")
    if row.get("approvers") is None:
        yield fault("This level has no 'approvers:'. Add who is asked, such as '- team:finance'.")
    elif not is_expression(row["approvers"]):
        yield from _below(check_approvers(row["approvers"]), "approvers")
    if row.get("rule") is not None:
        yield from _below(check_rule(row["rule"]), "rule")
    if row.get("order") is not None:
        message = one_of(row["order"], ("parallel", "serial"), "an order")
        if message:
            yield fault(message, "order")


def _is_amount(value: JSON) -> bool:
    if isinstance(value, str):
        return bool(_AMOUNT.match(value))
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def check_rule(value: JSON) -> Iterator[Fault]:
    """``rule:`` all, any, veto or ``{quorum: n}``."""
    if isinstance(value, dict):
        for name in value:
            if name != "quorum":
                yield fault(f"'{name}' is not a field of a rule. Write '{{quorum: 2}}', or all, any or veto.", name)
        number = value.get("quorum")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            yield fault("'quorum' must be a whole number of approvals, 1 or more.", "quorum")
        return
    if value == "quorum":
        yield fault("A quorum needs its number. Write '{quorum: 2}'.")
        return
    message = one_of(value, RULE_WORDS, "a rule")
    if message:
        yield fault(f"{message.removesuffix('.')}, or {{quorum: n}}." if "Choose" in message else message)


def check_show(value: JSON) -> Iterator[Fault]:
    """``show:`` a list of ``{label, value, as}``."""
    if not isinstance(value, list):
        yield fault("'show' must be a list of '- label: … value: … as: …'.")
        return
    for index, row in enumerate(value):
        if isinstance(row, dict):
            yield from _below(_shown(row), index)
        else:
            yield fault("What is shown must have 'label:' and 'value:'.", index)


def _shown(row: dict[str, JSON]) -> Iterator[Fault]:
    for name in row:
        if name not in ("label", "value", "as"):
            yield fault(f"'{name}' is not a field of what is shown. It has 'label', 'value' and 'as'.", name)
    label = row.get("label")
    if not isinstance(label, str) or not label.strip():
        yield fault("What is shown needs a 'label:' with a text.", *(("label",) if "label" in row else ()))
    if "value" not in row:
        yield fault(f"'{label or 'This row'}' has no 'value:'. Add it, for instance '= trigger.body.title'.")
    message = one_of(row["as"], SHOW_AS, "a way to show a value") if row.get("as") is not None else None
    if message:
        yield fault(message, "as")


def _below(faults: Iterator[Fault], *path: str | int) -> Iterator[Fault]:
    for message, rest in faults:
        yield message, (*path, *rest)
