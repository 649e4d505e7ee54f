"""Checks of literal settings by their type. Expressions are skipped: what they give shows in the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.definition.validation.faults import Fault, fault, key_fault, one_of
from flows.definition.validation.forms import check_form, check_json_schema
from flows.definition.validation.outcomes import check_outcome_look
from flows.definition.validation.people import check_approvers, check_levels, check_people, check_rule, check_show
from flows.definition.words import type_words
from integrator.lib.clock import ClockError, parse_duration, parse_instant
from integrator.lib.working_budget import parse_working

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def check_type(setting: Setting, value: JSON) -> Iterator[Fault]:
    """Faults of a value that is not None and no expression as a whole."""
    check = _CHECKS.get(setting.type)
    if check is not None:
        yield from check(setting, value)


def _text(setting: Setting, value: JSON) -> Iterator[Fault]:
    if isinstance(value, (dict, list)):
        yield fault(f"'{setting.name}' must be a text, but is {type_words(value)}.")
    elif not isinstance(value, str):
        yield fault(f"'{setting.name}' must be a text, but is {type_words(value)}. Put it in quotes.")


def _number(setting: Setting, value: JSON) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield fault(f"'{setting.name}' must be a number, but is {type_words(value)}. Write it without quotes.")


def _flag(setting: Setting, value: JSON) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield fault(f"'{setting.name}' must be true or false, but is {type_words(value)}.")


def _choice(setting: Setting, value: JSON) -> Iterator[Fault]:
    message = one_of(value, setting.choices, f"a choice for '{setting.name}'")
    if message:
        yield fault(message)


def _duration(setting: Setting, value: JSON) -> Iterator[Fault]:
    if isinstance(value, dict) and not setting.literal:
        yield from _working(setting, value)
    elif not isinstance(value, str):
        yield fault(f"'{setting.name}' must be a duration such as P2D or PT30M, but is {type_words(value)}.")
    else:
        try:
            parse_duration(value)
        except ClockError as error:
            yield fault(f"'{setting.name}': {error}")


def _working(setting: Setting, value: dict[str, JSON]) -> Iterator[Fault]:
    if set(value) != {"working"}:
        yield fault(f"'{setting.name}' must be a duration such as P2D, or {{working: P2D}} for working days.")
    elif not is_expression(value["working"]):
        try:
            parse_working(value["working"])
        except ClockError as error:
            yield fault(f"'{setting.name}': {error}", "working")


def _instant(setting: Setting, value: JSON) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield fault(f"'{setting.name}' must be a time such as 2026-05-01T09:00:00Z, but is {type_words(value)}.")
        return
    try:
        parse_instant(f"{value}T00:00:00Z" if _DATE.match(value) else value)
    except ClockError as error:
        yield fault(f"'{setting.name}': {error}")


def _cases(setting: Setting, value: JSON) -> Iterator[Fault]:
    if not isinstance(value, list) or not value:
        yield fault("'cases' must be a list with at least one '- when: … port: …'.")
        return
    for index, row in enumerate(value):
        yield from _case(row, index)


def _case(row: JSON, index: int) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield fault("A case must have 'when:' and 'port:'.", index)
        return
    for name in row:
        if name not in ("when", "port"):
            yield fault(f"'{name}' is not a field of a case. A case has 'when' and 'port'.", index, name)
    when = row.get("when")
    if when is None:
        yield fault("This case has no condition. Add 'when:' with an expression that is true or false.", index)
    elif not isinstance(when, bool) and not is_expression(when):
        yield fault(
            "'when' must be an expression that is true or false, such as '= trigger.body.amount > 100'.", index, "when"
        )
    port = row.get("port")
    if not isinstance(port, str):
        yield fault("This case names no port. Add 'port:' with a name and link it under 'on:'.", index)
        return
    message = "A case cannot use the port 'error'." if port == "error" else key_fault(port, "a port")
    if message:
        yield fault(message, index, "port")


def _names(setting: Setting, value: JSON) -> Iterator[Fault]:
    if not isinstance(value, list) or not value:
        yield fault(f"'{setting.name}' must be a list with at least one name.")
        return
    names = [row.get("name") if isinstance(row, dict) else row for row in value]
    for index, (row, name) in enumerate(zip(value, names, strict=True)):
        yield from check_outcome_look(row, index)
        if not isinstance(name, str):
            yield fault(f"A name must be a text, but this is {type_words(name)}. Put it in quotes.", index)
            continue
        message = key_fault(name, "an outcome")
        if name == "error":
            message = "'error' is the port for failures. Choose another name for the outcome."
        elif name in names[:index]:
            message = f"'{name}' is named twice. Remove one."
        if message:
            yield fault(message, index)


def _mode(setting: Setting, value: JSON) -> Iterator[Fault]:
    if value in ("all", "any") or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return
    yield fault("'mode' must be all, any, or how many branches to wait for (1 or more).")


def _items(setting: Setting, value: JSON) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield fault(
            f"'{setting.name}' must be a list, but is {type_words(value)}. Name one, such as '= trigger.body.lines', "
            "or count with '= [1..10]'."
        )


_CHECKS: Mapping[str, Callable[[Setting, JSON], Iterator[Fault]]] = {
    "text": _text,
    "url": _text,
    "number": _number,
    "flag": _flag,
    "choice": _choice,
    "duration": _duration,
    "instant": _instant,
    "cases": _cases,
    "names": _names,
    "mode": _mode,
    "items": _items,
    "people": lambda _, value: check_people(value),
    "approvers": lambda _, value: check_approvers(value),
    "levels": lambda _, value: check_levels(value),
    "rule": lambda _, value: check_rule(value),
    "show": lambda _, value: check_show(value),
    "schema": lambda _, value: check_json_schema(value),
    "form": lambda _, value: check_form(value),
}
