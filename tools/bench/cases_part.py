"""A page of found cases out of a hundred thousand: database time of ours against one query written by hand."""

# ruff: noqa: S608 - the statements are made of names of our own tables alone

from __future__ import annotations

from collections.abc import Sequence

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cases.models import Case, CaseWords
from cases.queries.case_lists import CaseFilter, find_cases
from flows.operations.load.writing import analyze
from integrator.database.near import get_near_page
from integrator.people.models import Membership, Person
from tools.bench.database_time import time_calls
from tools.bench.inbox_part import make_people
from tools.bench.report import Comparison, Note, measure_in_turns

CASES = 100_000
PAGE = 50
CALLS = 5
WORDS = ("load", "invoice", "invo 12", "load 4217", "nowhere")  # of all, of a quarter, of some, of few, of none
NEWEST = "ORDER BY c.opened_at DESC, c.id DESC LIMIT 51"


def measure_search(*, rounds: int, count: int = CASES) -> tuple[Comparison, list[Note]]:
    """Pages a second of database time for an approver of three teams, and milliseconds by word and by reader."""
    if Case.objects.count() < count:
        call_command("seed_load", cases=count, tasks=count, verbosity=0, skip_checks=True)
    analyze(CaseWords)
    people = make_people()
    approver = people["approver"]
    ours, bare = measure_in_turns(
        lambda: 1 / time_calls(lambda: [find_page(approver, text) for text in WORDS], calls=CALLS, pages=len(WORDS)),
        lambda: 1 / time_calls(lambda: [find_by_hand(approver, text) for text in WORDS], calls=CALLS, pages=len(WORDS)),
        rounds=rounds,
    )
    comparison = Comparison(
        name=f"a page of found cases of {count:,}",
        unit="pages",
        ours=ours,
        bare=bare,
        bare_name="one query by hand over the same index, by teams alone",
        aim=0.15,
    )
    notes = []
    for name, person in people.items():
        spent = [(text, 1_000 * time_calls(lambda: find_page(person, text), calls=CALLS)) for text in WORDS]  # noqa: B023  called here
        told = ", ".join(f"“{text}” {took:.1f}" for text, took in spent)
        notes.append(Note(name=f"database ms of a page of found cases for {name} (below 50 wanted)", text=told))
    return comparison, notes


def find_page(person: Person, text: str) -> Sequence[object]:
    """The first page, as list and API read it."""
    now = timezone.now()
    rows, walked = (find_cases(person, CaseFilter(q=text), now=now, is_walked=way) for way in (False, True))
    return get_near_page(rows, walked, order=("-opened_at",), size=PAGE).rows


def find_by_hand(person: Person, text: str) -> Sequence[object]:
    """The same cases by the shortest SQL: those of the person's teams."""
    teams = list(Membership.objects.filter(person=person).values_list("team_id", flat=True))
    columns = ", ".join(f'c."{field.column}"' for field in Case._meta.concrete_fields)
    marks = ", ".join(["%s"] * len(teams))
    asked = " & ".join(f"{word}:*" for word in text.split())
    sql = (
        f"SELECT {columns} FROM cases_casewords w JOIN cases_case c ON c.id = w.case_id"
        f" WHERE to_tsvector('simple', w.text) @@ to_tsquery('simple', %s) AND c.team_id IN ({marks}) {NEWEST}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked, *teams])
        return list(cursor.fetchall())
