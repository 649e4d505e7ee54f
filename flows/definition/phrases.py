"""Says settings in plain words for outlines: durations, people, data picked by an expression. It never judges them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from flows.definition.expressions import is_expression
from flows.definition.model import JSON
from flows.definition.words import count_of, join_words, slug_words
from integrator.lib.clock import ClockError, parse_duration
from integrator.lib.working_budget import parse_working

_PATH = re.compile(r"[a-z][\w]*(?:\.[A-Za-z_]\w*)*")
_OPERAND = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([a-z]\w*(?:\.[A-Za-z_]\w*)*))\s*(&|\Z)""")
_ORIGIN = re.compile(r"\b(?:trigger\.body|steps\.\w+|vars)\.(?=\w)")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def duration_words(duration: timedelta) -> str:
    """``2 days``, ``1 hour and 30 minutes``."""
    seconds = duration.total_seconds()
    words: list[str] = []
    for size, noun in _UNITS:
        number = seconds if size == 1 else seconds // size
        if number:
            words.append(count_of(number, noun))
        seconds -= number * size
    return join_words(words) or "no time"


def duration_text(value: JSON) -> str:
    """The words of an ISO 8601 text; an expression or anything else in the words of ``data_words``."""
    if isinstance(value, dict) and set(value) == {"working"}:
        return _working_words(value["working"])
    if isinstance(value, str) and not is_expression(value):
        try:
            return duration_words(parse_duration(value))
        except ClockError:
            return value
    return data_words(value)


def _working_words(value: JSON) -> str:
    """``2 working days``, ``6 hours of working time``."""
    try:
        days, rest = parse_working(value)
    except ClockError:
        return f"{data_words(value)} of working time"
    words = [count_of(days, "working day")] if days else []
    return join_words([*words, *([f"{duration_words(rest)} of working time"] if rest or not days else [])])


def data_words(value: JSON) -> str:
    """What stands at a setting, short: ``= trigger.body.title`` is "title", ``= 'A: ' & x.title`` is "A: title"."""
    if not isinstance(value, str):
        return _constant_words(value)
    if not is_expression(value):
        return value.removeprefix("=") if value.startswith("==") else value
    words: list[str] = []
    source, position = value[1:].strip(), 0
    while position < len(source):
        match = _OPERAND.match(source, position)
        if match is None or (match[4] == "&" and match.end() == len(source)):
            return "a computed value"
        words.append(_path_words(match[3]) if match[3] else match[1] or match[2] or "")
        position = match.end()
    return "".join(words) or "nothing"


def condition_words(value: JSON) -> str:
    """A condition as written, without where its data comes from: ``= trigger.body.amount > 10`` is "amount > 10"."""
    if not isinstance(value, str) or not is_expression(value):
        return data_words(value)
    return _ORIGIN.sub("", value[1:].strip()) or "nothing"


def picked_words(values: JSON) -> str:
    """The names of the fields of a mapping (``decision and comments``), else ``data_words``."""
    if isinstance(values, dict) and values:
        names = [str(key) for key in values]
        return join_words(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
    return data_words(values)


def people_words(entries: JSON) -> str:
    """Who is asked: ``any one of Legal and of Brand``, ``everyone in IT``, ``ana``."""
    rows = entries if isinstance(entries, list) else [entries]
    texts = [row.get("who", "") if isinstance(row, dict) else row for row in rows if row]
    teams = [slug_words(str(text)[5:]) for text in texts if str(text).startswith("team:")]
    groups = ["any one of " + join_words([teams[0], *(f"of {team}" for team in teams[1:])])] if teams else []
    for text in map(str, texts):
        if text.startswith("each:team:"):
            groups.append(f"everyone in {slug_words(text[10:])}")
        elif text.startswith("guest:"):
            groups.append(f"the guest {text.removeprefix('guest:').strip()}")
        elif not text.startswith("team:"):
            groups.append(data_words(text))
    return join_words(groups) or "nobody yet"


def audience_words(entries: JSON) -> str:
    """Who is told: ``everybody in Legal and ana``."""
    texts = [text for text in (entries if isinstance(entries, list) else [entries]) if text]
    return join_words([_told_words(str(text)) for text in texts]) or "nobody yet"


def _told_words(text: str) -> str:
    slug = text.removeprefix("each:").removeprefix("team:")
    return f"everybody in {slug_words(slug)}" if text != slug else data_words(text)


def list_approvers(settings: Mapping[str, JSON]) -> list[JSON]:
    """Whoever an approval may ask: those of any amount, then those of each level."""
    asked = settings.get("approvers")
    levels = settings.get("levels")
    rows = (
        [asked, *(row.get("approvers") for row in levels if isinstance(row, dict))]
        if isinstance(levels, list)
        else [asked]
    )
    return [one for row in rows if row is not None for one in (row if isinstance(row, list) else [row])]


def levels_words(settings: Mapping[str, JSON]) -> str:
    """The levels: ``any one of Finance; over 10,000 EUR then also cfo``."""
    levels = settings.get("levels")
    rows = [row for row in levels if isinstance(row, dict)] if isinstance(levels, list) else []
    told = [people_words(settings["approvers"])] if settings.get("approvers") is not None else []
    for row in rows:
        who = people_words(row.get("approvers"))
        told.append(f"over {_money_words(row.get('above'), settings.get('currency'))} then also {who}" if told else who)
    return "; ".join(told)


def _money_words(above: JSON, currency: JSON) -> str:
    exact = isinstance(above, int) and not isinstance(above, bool)
    number = f"{above:,}" if exact else data_words(above)
    return f"{number} {currency}" if isinstance(currency, str) else number


def within_words(due_in: JSON) -> str:
    """`` within 2 days``, or nothing without a due time."""
    return f" within {duration_text(due_in)}" if due_in not in (None, "") else ""


def _path_words(path: str) -> str:
    parts = path.split(".")
    if parts[0] == "steps" and parts[-1] == "outcome":
        return "what was decided"
    return parts[-1]


def _constant_words(value: JSON) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return "a list" if isinstance(value, list) else "several fields"
