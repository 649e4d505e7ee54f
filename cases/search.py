"""Finds cases by words: full text on PostgreSQL, FTS5 on SQLite, behind one interface. Visibility is not its matter.

Both see the same words: letters and digits without accents, in lower case, so that both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from cases.models import Case, CaseWords
from cases.veils import mask_case_data
from integrator.database.clock import is_postgresql

MAX_CHARS = 8000
MAX_WORDS = 12
MAX_WORD = 60
_WORD = re.compile(r"[^\W_]+")
RARE = 1_000  # up to so many cases are asked for by their ids
MATCH_POSTGRESQL = "SELECT case_id FROM cases_casewords WHERE to_tsvector('simple', text) @@ to_tsquery('simple', %s)"
MATCH_SQLITE = "SELECT rowid FROM cases_casewords_found WHERE cases_casewords_found MATCH %s"
# for words that many hold: asked of each row, so that a list is walked in its order until a page is full
HOLDS_POSTGRESQL = (
    "(SELECT to_tsvector('simple', w.text) @@ to_tsquery('simple', %s)"
    ' FROM cases_casewords w WHERE w.case_id = "cases_case"."id")'
)
HOLDS_SQLITE = f'+"cases_case"."id" IN ({MATCH_SQLITE})'


def split_words(text: str) -> list[str]:
    """This will give the words of a text as they are kept: lower case, without accents, 60 characters at most."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word[:MAX_WORD] for word in _WORD.findall(kept.casefold())]


def index_cases_in(cases: Iterable[Case]) -> None:
    """This will keep the words of these cases, in one statement. What readers see masked is not among them."""
    CaseWords.objects.bulk_create(
        [CaseWords(case=case, text=make_words(case)) for case in cases],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["text"],
    )


def make_words(case: Case) -> str:
    """The words of a case's number, title, partner's id and data, each once, in the order they come."""
    texts = [case.number, case.title, case.business_key, *_list_texts(mask_case_data(case))]
    found = dict.fromkeys(word for text in texts for word in split_words(text[:MAX_CHARS]))
    return " ".join(found)[:MAX_CHARS]


def match_words(cases: QuerySet[Case, Any], text: str, *, is_walked: bool = False) -> Any:
    """This will narrow cases to those that hold every word of ``text``, or a word that begins with it. One query.

    ``is_walked``: words that many hold are asked for row by row. The table of cases must then bear its own name in
    the query that it ends in: no aliases.
    """
    words = split_words(text)[:MAX_WORDS]
    if not words:
        return cases.none()
    match, holds, asked = (
        (MATCH_POSTGRESQL, HOLDS_POSTGRESQL, " & ".join(f"{word}:*" for word in words))
        if is_postgresql()
        else (MATCH_SQLITE, HOLDS_SQLITE, " ".join(f'"{word}"*' for word in words))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{match} LIMIT {RARE + 1}", [asked])
        found = [row[0] for row in cursor.fetchall()]
    if len(found) <= RARE:
        return cases.filter(pk__in=found)
    if is_walked:
        return cases.filter(RawSQL(holds, [asked], output_field=BooleanField()))  # noqa: S611  bound, and words
    return cases.filter(pk__in=RawSQL(match, [asked]))  # noqa: S611  bound, and words


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _list_texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _list_texts(part)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
