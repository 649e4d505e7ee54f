"""Puts the synthetic rows in: flows to hang runs on, numbers for cases, then table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from cases.models import Case, CaseType, CaseWords, QueueRow, Task, TaskCandidate
from cases.operations import ensure_case_types_in
from cases.operations.numbers import reserve_case_numbers_in
from cases.search import make_words
from flows.models import FlowVersion, Run, RunInput, StepVisit
from flows.operations.load.rows import Cast, make_cases, make_events, make_runs, make_tasks
from flows.operations.load.writing import CHUNK, analyze, write_rows
from flows.operations.publishing.importing import import_flow
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.events.models import Event
from integrator.people.demo import PEOPLE, TEAMS
from integrator.people.models import Person, Team

CASE_TYPE = "load"
FLOW = """\
format: 1
flow: load-{slug}
name: Load of {name}
team: {slug}
steps:
  note: {{kind: set, with: {{number: "= trigger.body.number"}}, next: done}}
  done: {{kind: stop, with: {{output: "= steps.note.number"}}}}
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How many of each; ``open_tasks`` come beside ``tasks``, of which one in ten is open."""

    cases: int = 0
    tasks: int = 0
    open_tasks: int = 0
    runs: int = 0
    events: int = 0


def load_rows(wanted: Wanted, *, now: datetime, say: Callable[[str], None]) -> None:
    """This will write the rows, spread over the demo's teams and people; repeating it adds more.

    ``say`` hears a line a table. Nothing here is told to the event log but what ``events`` asks for: the rows are made
    up. Cases are of the type ``load``, runs of the flows ``load-<team>``.
    """
    cast = Cast(
        teams=list(Team.objects.filter(slug__in=TEAMS).order_by("id")),
        people=list(Person.objects.filter(username__in=[demo.username for demo in PEOPLE]).order_by("id")),
        now=now,
    )
    if wanted.cases:
        say(f"{_load_cases(cast, wanted.cases):,} cases")
    if wanted.tasks:
        cases = list(_made_cases().values_list("id", "team_id")[:100_000])
        write_rows(make_tasks(cast, cases, wanted.tasks))
        say(f"{wanted.tasks:,} tasks")
    if wanted.open_tasks:
        cases = list(_made_cases().values_list("id", "team_id")[:100_000])
        write_rows(make_tasks(cast, cases, wanted.open_tasks, open_every=1))
        say(f"{wanted.open_tasks:,} open tasks")
    if wanted.runs:
        write_rows(make_runs(cast, publish_flows(cast), wanted.runs))
        say(f"{wanted.runs:,} runs")
    if wanted.events:
        _load_events(make_events(cast, wanted.events))
        say(f"{wanted.events:,} events")
    analyze(Case, Task, TaskCandidate, QueueRow, Run, RunInput, StepVisit, Event)


def publish_flows(cast: Cast) -> list[FlowVersion]:
    """The version of each team's flow, published if it is not there yet."""
    versions = FlowVersion.objects.select_related("flow")
    for team in cast.teams:
        if not versions.filter(flow__key=f"load-{team.slug}").exists():
            text = FLOW.format(slug=team.slug, name=team.name)
            import_flow(text=text, person=None, publish=True, note="Made for load.", now=cast.now)
    return list(versions.filter(flow__key__in=[f"load-{team.slug}" for team in cast.teams], number=1))


def _load_cases(cast: Cast, count: int) -> int:
    with transaction.atomic():
        ensure_case_types_in([CASE_TYPE], actor=SYSTEM, now=cast.now)
        numbers = reserve_case_numbers_in(cast.now, count=count)
    written = write_rows(make_cases(cast, CaseType.objects.get(key=CASE_TYPE), numbers))
    unfound = _made_cases().filter(words__isnull=True).iterator(chunk_size=CHUNK)
    write_rows(CaseWords(case=case, text=make_words(case)) for case in unfound)
    return written


def _made_cases() -> QuerySet[Case]:
    return Case.objects.filter(type__key=CASE_TYPE).order_by("-id")


def _load_events(drafts: Iterator[EventDraft]) -> None:
    while chunk := list(islice(drafts, CHUNK)):
        with transaction.atomic():
            record_many(chunk)
