"""What a setting's value gives with sample data, in words; or what is wrong with it. Pure, and bounded as every run."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from flows.definition.completion.data_tree import show, type_of
from flows.definition.completion.problems import (
    Fix,
    Problem,
    Written,
    check_order,
    check_wanted,
    explain_failure,
    explain_fault,
    explain_finding,
    explain_missing,
    explain_syntax,
    read_path,
)
from flows.definition.expressions import (
    Expression,
    ExpressionError,
    Want,
    bound_together,
    compile_expression,
    compile_value,
    find_habit,
    is_expression,
)
from flows.definition.model import JSON
from flows.definition.sampling.guessing import put_guess

Wanted = Literal["any", "text", "number", "flag", "list"]
WORDS_CHARS = 300
TREE_SECONDS = 2.0
LISTED = 5
MADE_UP_DEPTH = 8
NO_EXAMPLE = "There is no example for this yet. Take one from a past run, or try the flow."


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an expression may use: ``roots`` by name, which of them exist at all, and what is known of the steps.

    ``steps`` None: any step key passes. ``guessed`` are paths below which the sample is made up and may lack what a
    real run has, such as ("steps", "call"): what is missing there is no fault, and is made up where it can be.
    """

    roots: Mapping[str, JSON]
    known_roots: Collection[str]
    steps: Collection[str] | None = None
    readable: Collection[str] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    guessed: Collection[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class Preview:
    """``ok`` with ``value`` (plain JSON), its ``type`` and ``words`` for people; else ``problem``.

    ``note`` says why there is no value though nothing is wrong, or what of it is made up; ``fix`` is what may be meant.
    """

    ok: bool
    value: JSON = None
    type: str = ""
    words: str = ""
    note: str = ""
    problem: Problem | None = None
    fix: Fix | None = None


def preview_value(value: JSON, around: Surroundings, *, wanted: Wanted = "any", now: datetime) -> Preview:
    """This will give what ``value`` (as in a flow file) comes to, and never raises.

    Trees are worked out whole; the first expression in them that fails is told.
    """
    if isinstance(value, str) and is_expression(value):
        return _preview_expression(Written(value=value), around, wanted, now)
    with bound_together(TREE_SECONDS):
        try:
            return _said(compile_value(value).evaluate(around.roots, now=now))
        except ExpressionError:
            return next(
                (found for text in _expressions(value) if not (found := preview_value(text, around, now=now)).ok),
                Preview(ok=True, note="No example yet."),
            )


def say_value(value: JSON) -> str:
    """A value in one line: texts as they are, a list by what is in it, a group field by field."""
    if isinstance(value, Mapping):
        parts = [f"{name}: {show(below)}" for name, below in list(value.items())[:LISTED]]
        text = ", ".join(parts) + (", …" if len(value) > LISTED else "")
    elif isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping):
        count = f"{len(value)} items, each with" if len(value) > 1 else "1 item with"
        text = f"{count} {show(value[0])}"
    elif isinstance(value, (list, tuple)):
        parts = [show(item) for item in value[:LISTED]]
        text = "; ".join(parts) + ("; …" if len(value) > LISTED else "") if value else "an empty list"
    elif value is None:
        text = "nothing"
    else:
        text = show(value, limit=WORDS_CHARS) or "an empty text"
    return text if len(text) <= WORDS_CHARS else f"{text[: WORDS_CHARS - 1]}…"


def _preview_expression(written: Written, around: Surroundings, wanted: Wanted, now: datetime) -> Preview:
    try:
        expression = compile_expression(written.source)
    except ExpressionError as error:
        return Preview(ok=False, problem=explain_syntax(written, error))
    problem = _check(written, expression, around)
    if problem is not None:
        return Preview(ok=False, problem=problem)
    want: Want = wanted if wanted in ("list", "flag") else "any"
    try:
        value = expression.evaluate(around.roots, now=now, want=want)
    except ExpressionError as error:
        if _is_guess(error, expression, around):
            return _make_up(written, expression, around, wanted, error, now)
        return Preview(ok=False, problem=explain_failure(written, error, expression, around.roots))
    unfit = check_wanted(written, value, wanted)
    said = _said(value)
    return said if unfit is None else Preview(ok=False, value=value, type=said.type, words=said.words, problem=unfit)


def _check(written: Written, expression: Expression, around: Surroundings) -> Problem | None:
    findings = expression.findings(roots=around.known_roots, steps=around.steps)
    if findings:
        habit = find_habit(written.source)  # “approved” is read as a name, for instance
        return explain_fault(written, habit) if habit else explain_finding(written, findings[0])
    if around.steps is None:
        return None
    return check_order(written, expression, readable=around.readable, titles=around.titles)


def _is_guess(error: ExpressionError, expression: Expression, around: Surroundings) -> bool:
    """Whether it failed over data that nobody knows yet."""
    missing = error.details.get("missing")
    if isinstance(missing, str):
        read = [tuple(missing.split("."))]
    else:
        read = [path for path in expression.references if read_path(path, around.roots) in (None, {}, [])]
    return any(path[: len(guess)] == guess for path in read for guess in around.guessed)


def _make_up(
    written: Written,
    expression: Expression,
    around: Surroundings,
    wanted: Wanted,
    error: ExpressionError,
    now: datetime,
) -> Preview:
    """The preview with what nobody has sent yet guessed, as a try does it; a quiet word where that leads nowhere."""
    missing = error.details.get("missing")
    if not isinstance(missing, str):
        return Preview(ok=True, note=NO_EXAMPLE)
    problem = explain_missing(written, missing, around.roots)
    if problem.nearest is not None:
        return Preview(ok=True, note=problem.message, fix=problem.fix)
    roots = copy.deepcopy(dict(around.roots))
    for path in expression.references:
        if len(path) > 1 and any(path[: len(guess)] == guess for guess in around.guessed):
            put_guess(roots, path[:MADE_UP_DEPTH], keeps=True)
    try:
        value = expression.evaluate(roots, now=now, want=wanted if wanted in ("list", "flag") else "any")
    except ExpressionError:
        return Preview(ok=True, note=NO_EXAMPLE)
    if value is None or check_wanted(written, value, wanted) is not None:
        return Preview(ok=True, note=NO_EXAMPLE)
    said = _said(value)
    note = f"Reads {said.words}, made up: the sample has no “{missing.rpartition('.')[2]}” yet."
    return replace(said, note=note)


def _said(value: JSON) -> Preview:
    return Preview(ok=True, value=value, type=type_of(value), words=say_value(value))


def _expressions(value: JSON) -> list[str]:
    if isinstance(value, str):
        return [value] if is_expression(value) else []
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return [text for member in members for text in _expressions(member)]


__all__ = ["Fix", "Preview", "Problem", "Surroundings", "Wanted", "preview_value", "say_value"]
