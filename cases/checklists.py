"""What is asked for in a case's checklist, as flows and case types write it. Pure; knows no database.

Written short, ``{finance: team:finance, support: http}``, or in full, ``[{key, title, from, required, question,
form}]``. ``from`` is ``team:finance``, a person, ``http``, or ``http:team:support``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cases.errors import CaseInvalid

MAX_ASKED = 50
MAX_TITLE = 200
MAX_QUESTION = 500
MEMBERS = frozenset({"key", "title", "from", "required", "question", "form"})
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One contribution to ask for. ``source`` is ``task`` or ``http``; ``who`` as written, empty for HTTP from anybody.

    ``form`` is a JSON Schema or the use of a named form, None for an answer in words alone.
    """

    key: str
    title: str
    source: str
    who: str
    is_required: bool = True
    question: str = ""
    form: Any = None


def read_asked(value: Any) -> tuple[Asked, ...]:
    """This will read a checklist in either way of writing; None is none. Raises CaseInvalid."""
    if value is None:
        return ()
    rows = tuple(_read(row) for row in _list_rows(value))
    if len(rows) > MAX_ASKED:
        raise _invalid(f"A checklist has at most {MAX_ASKED} contributions; this one has {len(rows)}.")
    keys = [row.key for row in rows]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise _invalid(f"“{twice}” is asked for twice. Give each contribution a key of its own.")
    return rows


def write_asked(rows: tuple[Asked, ...]) -> list[dict[str, Any]]:
    """The full way of writing, as it is kept."""
    return [
        {
            "key": row.key,
            "title": row.title,
            "from": row.who if row.source == "task" else f"http:{row.who}" if row.who else "http",
            "required": row.is_required,
            "question": row.question,
            "form": row.form,
        }
        for row in rows
    ]


def _list_rows(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        for key, row in value.items():
            yield {**row, "key": key} if isinstance(row, Mapping) else {"key": key, "from": row}
        return
    if not isinstance(value, list):
        raise _invalid("Contributions are written as names with whom to ask, such as finance: team:finance.")
    for row in value:
        if not isinstance(row, Mapping):
            raise _invalid("Each contribution has a key and says under 'from' whom to ask.")
        yield row


def _read(row: Mapping[str, Any]) -> Asked:
    unknown = sorted(set(row) - MEMBERS)
    if unknown:
        raise _invalid(f"A contribution has no “{unknown[0]}”. Known are {', '.join(sorted(MEMBERS))}.")
    key, asked_of = row.get("key"), row.get("from")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise _invalid(f"{key!r:.80} is no key of a contribution: small letters, digits, - and _, 60 at most.")
    if not isinstance(asked_of, str) or not asked_of.strip():
        raise _invalid(f"“{key}” does not say whom to ask. Write from: team:finance, a person, or http.")
    source, who = _split_source(asked_of.strip())
    title = row.get("title") or key.replace("-", " ").replace("_", " ").strip().capitalize()
    question = row.get("question") or ""
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        raise _invalid(f"The title of “{key}” is a text of at most {MAX_TITLE} characters.")
    if not isinstance(question, str) or len(question) > MAX_QUESTION:
        raise _invalid(f"The question of “{key}” is a text of at most {MAX_QUESTION} characters.")
    required, form = row.get("required", True), row.get("form")
    if not isinstance(required, bool):
        raise _invalid(f"Whether “{key}” is required is true or false.")
    if form is not None and not isinstance(form, Mapping):
        raise _invalid(f"The form of “{key}” is a JSON Schema of type object.")
    return Asked(key=key, title=title, source=source, who=who, is_required=required, question=question, form=form)


def _split_source(written: str) -> tuple[str, str]:
    if written == "http":
        return "http", ""
    if written.startswith("http:"):
        who = written.removeprefix("http:")
        return "http", who if who.startswith("team:") else f"team:{who}"
    return "task", written


def _invalid(message: str) -> CaseInvalid:
    return CaseInvalid("case.checklist_invalid", message)
