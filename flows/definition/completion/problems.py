"""What is wrong with an expression, for the person who writes it: a sentence, the place, and a mend. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.completion.data_tree import type_of
from flows.definition.expressions import Expression, ExpressionError, SyntaxFault
from flows.definition.model import JSON
from flows.definition.words import nearest

_UNKNOWN = re.compile(r"“([^”]+)”|(\$\w+)")
_INSTEAD = re.compile(r"did you mean “([^”]+)”")
_INDEX = re.compile(r"\[(?:\d+|…)\]")
_ARITHMETIC = ("+", "-")


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A mend: what its button says, and the whole value after it."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault. ``position`` counts characters of the value from 0, its "=" included; None: the whole of it."""

    message: str
    position: int | None = None
    length: int = 1
    nearest: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """An expression as somebody wrote it: the whole value, and where behind its "=" the source begins."""

    value: str

    @property
    def source(self) -> str:
        """Without "=" and the spaces round it."""
        return self.value[1:].strip()

    @property
    def offset(self) -> int:
        """How many characters stand before the source."""
        return len(self.value) - len(self.value[1:].lstrip())

    def replace(self, position: int, length: int, other: str) -> str:
        """The value with a part of the source changed."""
        start = self.offset + position
        return f"{self.value[:start]}{other}{self.value[start + length :]}"

    def problem(self, message: str, position: int | None, length: int = 1, **more: Any) -> Problem:
        """A problem at a place in the source."""
        sentence = message if message.endswith((".", "?", "!")) else f"{message}."
        at = None if position is None or position < 0 else self.offset + position
        return Problem(message=sentence, position=at, length=max(length, 1), **more)


def explain_syntax(written: Written, error: ExpressionError) -> Problem:
    """Why it is no expression."""
    position, length, instead = (error.details.get(name) for name in ("position", "length", "instead"))
    if not isinstance(position, int):
        return written.problem(error.message, None)
    fault = SyntaxFault(message=error.message, position=position, length=length or 1, instead=instead)
    return explain_fault(written, fault)


def explain_fault(written: Written, fault: SyntaxFault) -> Problem:
    """The fault with its mend, where it has one."""
    fix = None
    if fault.instead is not None:
        value = _with_instead(written, fault.position, fault.length, fault.instead)
        fix = Fix(label=f"Write {fault.instead}" if fault.instead != "'" else "Straighten the quotes", value=value)
    return written.problem(fault.message, fault.position, fault.length, fix=fix)


def explain_finding(written: Written, sentence: str) -> Problem:
    """What publishing would say of it: an unknown root, step, function or variable."""
    match, guess = _UNKNOWN.search(sentence), _INSTEAD.search(sentence)
    if match is None:
        return written.problem(sentence, None)
    wrong = (match.group(1) or match.group(2)).removesuffix("(…)")
    position = _find_word(written.source, wrong)
    near = guess.group(1) if guess else None
    fix = None
    if near is not None and position >= 0:
        fix = Fix(label=f"Use {near}", value=written.replace(position, len(wrong), near))
    said = (
        sentence.replace("; did you mean", ". Did you mean").replace("; use", ". Use").replace("; choose", ". Choose")
    )
    return written.problem(said, position, len(wrong), nearest=near, fix=fix)


def explain_missing(written: Written, path: str, roots: Mapping[str, JSON]) -> Problem:
    """Something it reads is not in the sample; the nearest that is, else how to allow for it."""
    position = written.source.find(path)
    found, parent, name, known = _deepest(path, roots)
    guess = nearest(name, known) or next((each for each in known if each.lower() == name.lower()), None)
    place = f"in {parent}" if parent else "here"
    if guess is not None:
        fix = None
        if position >= 0:
            start = position + len(path) - len(name) if path.endswith(name) else position + path.rfind(name)
            fix = Fix(label=f"Use {guess}", value=written.replace(start, len(name), guess))
        message = f"There is no “{name}” {place}. The nearest is “{guess}”, {_say_type(found.get(guess))}"
        return written.problem(message, position, len(path), nearest=guess, fix=fix)
    message = f"The sample has no “{name}” {place}. If it may be missing, say what to take instead: $default({path}, …)"
    fix = None
    if position >= 0:
        fix = Fix(label="Allow for that", value=written.replace(position, len(path), f"$default({path}, '')"))
    return written.problem(message, position, len(path), fix=fix)


def explain_failure(
    written: Written, error: ExpressionError, expression: Expression, roots: Mapping[str, JSON]
) -> Problem:
    """Why it gave no result though it can be read."""
    missing = error.details.get("missing")
    if isinstance(missing, str):
        return explain_missing(written, missing, roots)
    operator = error.details.get("operator")
    texts = {path: value for path in expression.references if isinstance(value := read_path(path, roots), str)}
    if isinstance(operator, str):
        position = written.source.find(operator)
        dated = next((path for path, value in texts.items() if type_of(value) == "date"), None)
        if operator in _ARITHMETIC and dated is not None:
            return _explain_date(written, ".".join(dated), position)
        fix = _fix_number(written, texts)
        return written.problem(error.message, position, len(operator), fix=fix)
    return written.problem(error.message, None)


def check_wanted(written: Written, value: JSON, wanted: str) -> Problem | None:
    """Why a result does not fit where ``wanted`` (number, text) is needed; None when it does."""
    kind = type_of(value)
    if kind == "hidden" or value is None:
        return None
    source = written.source
    if wanted == "number" and kind != "number":
        fix = Fix(label="Read it as a number", value=f"= $number({source})") if _is_numeric(value) else None
        return written.problem(f"This gives {_say_type(value)}, but a number is needed here", None, fix=fix)
    if wanted == "text" and kind in ("number", "yes or no"):
        fix = Fix(label="Write it as text", value=f"= $string({source})")
        return written.problem(f"This gives {_say_type(value)}, but text is needed here", None, fix=fix)
    if wanted == "text" and kind == "list":
        message = "This gives a list, but text is needed here. Join it with $join(…, ', '), or pick one of it"
        fix = Fix(label="Join with commas", value=f"= $join({source}, ', ')") if _is_texts(value) else None
        return written.problem(message, None, fix=fix)
    if wanted == "text" and kind == "group":
        names = ", ".join(str(name) for name in list(value)[:4])
        message = f"This gives a group of fields ({names}), but text is needed here. Pick one of them"
        return written.problem(message, None)
    return None


def check_order(
    written: Written, expression: Expression, *, readable: Collection[str], titles: Mapping[str, str]
) -> Problem | None:
    """Whether it reads a step that cannot have run by then; None when it reads none."""
    for path in sorted(expression.references):
        if len(path) > 1 and path[0] == "steps" and path[1] not in readable and path[1] in titles:
            position = _find_word(written.source, f"steps.{path[1]}")
            message = (
                f"“{titles[path[1]]}” cannot be read here: it has not run by then, or lies in branches that are not "
                "joined yet. Pick something that comes before"
            )
            return written.problem(message, position, len(path[1]) + 6)
    return None


def _explain_date(written: Written, path: str, position: int) -> Problem:
    message = (
        f"{path} is a date, and dates are not added up as they are. Reckon in milliseconds, a day is 86400000: "
        f"$fromMillis($toMillis({path}) + 86400000)"
    )
    return written.problem(message, position)


def _fix_number(written: Written, texts: Mapping[tuple[str, ...], str]) -> Fix | None:
    """A button where exactly one text that says a number stands in the way."""
    numeric = [".".join(path) for path, value in texts.items() if _is_numeric(value)]
    if len(numeric) != 1 or written.source.count(numeric[0]) != 1:
        return None
    path = numeric[0]
    value = written.replace(written.source.find(path), len(path), f"$number({path})")
    return Fix(label=f"Read {path.rpartition('.')[2]} as a number", value=value)


def _with_instead(written: Written, position: int, length: int, instead: str) -> str:
    """Of quotes all are replaced: one alone mends nothing."""
    if instead == "'":
        table = dict.fromkeys(map(ord, "“”„‟«»‘’‚‛"), "'")
        return written.value.translate(table)
    return written.replace(position, length, instead)


def _find_word(source: str, word: str) -> int:
    match = re.search(rf"(?<![\w$]){re.escape(word)}(?!\w)", source)
    return match.start() if match else source.find(word)


def _deepest(path: str, roots: Mapping[str, JSON]) -> tuple[dict[str, JSON], str, str, list[str]]:
    """How far a written path leads: what is there, its path, the first name that is not, and the names that are."""
    names = path.split(".")
    reached: list[str] = []
    current: JSON = dict(roots)
    for name in names:
        plain = _INDEX.sub("", name).strip("`")
        current = _first(current)
        if not isinstance(current, Mapping) or plain not in current:
            known = {str(key): value for key, value in current.items()} if isinstance(current, Mapping) else {}
            return known, ".".join(reached), plain, list(known)
        reached.append(name)
        current = current[plain]
    return {}, ".".join(names[:-1]), names[-1], []


def _first(value: JSON) -> JSON:
    while isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return value


def read_path(path: tuple[str, ...], roots: Mapping[str, JSON]) -> JSON:
    """What the sample data hold there; None for nothing, and below a list."""
    current: JSON = roots
    for name in path:
        current = current.get(name) if isinstance(current, Mapping) else None
    return current


def _is_numeric(value: JSON) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", value) is not None


def _is_texts(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _say_type(value: JSON) -> str:
    words = {"text": "text", "link": "a link", "date": "a date", "nothing": "empty", "hidden": "hidden"}
    kind = type_of(value)
    return words.get(kind, "yes or no" if kind == "yes or no" else f"a {kind}")
