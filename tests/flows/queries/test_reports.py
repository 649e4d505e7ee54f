"""Reports out of the event log, held against figures counted by hand in a small world of known times."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from cases.models import Case, Task
from cases.reports.figures import Times
from cases.reports.log import Scope, read_cases, read_work
from flows.models import Wait
from flows.queries.pages.reports import make_report
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from tests.support.cases import Office, ask_work, make_case, make_office
from tests.support.flows import make_version, run_to_rest

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 2, tzinfo=UTC)  # all that is told happened after it, and before the making of any row
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FLOW = """\
format: 1
flow: mending
name: Mending
team: marketing
trigger: {kind: webhook, path: mending, auth: {kind: none}}
steps:
  mend: {kind: task.assign, name: Mend the banner, with: {title: Mend, to: ["team:hr"]}, on: {done: done}}
  done: {kind: stop}
"""


def day(number: float) -> datetime:
    """So many days after the beginning."""
    return BEGIN + number * DAY


def tell(name: str, subject: tuple[str, object], at: datetime, *, team_id: int, **data: object) -> None:
    """An event as it would have been recorded then."""
    with transaction.atomic():
        record_many([EventDraft(name=name, actor=SYSTEM, subject=subject, data=data, at=at, team_id=team_id)])


def put_case(office: Office, opened: float, closed: float | None = None, team: str = "marketing") -> Case:
    """A case that the log tells to have been opened and closed on those days, and its row."""
    case = Case.objects.get(pk=make_case(office, team_id=office.team(team).pk).pk)
    other = Case.objects.filter(pk=case.pk)
    number = f"R-2026-{case.pk:06d}"
    other.update(number=number, opened_at=day(opened), closed_at=None if closed is None else day(closed))
    tell("case.opened", ("case", number), day(opened), team_id=case.team_id, number=number)
    if closed is not None:
        tell("case.closed", ("case", number), day(closed), team_id=case.team_id, status="closed")
    return Case.objects.get(pk=case.pk)


def put_task(
    office: Office, asked: float, answered: float | None = None, to: str = "team:hr", due: float | None = None
) -> Task:
    """A task that the log tells to have been asked and answered on those days, and its row."""
    made = ask_work(office, to)
    task_id = uuid.uuid4()
    Task.objects.filter(pk=made.pk).update(due_at=None if due is None else day(due), created_at=day(asked))
    task = Task.objects.get(pk=made.pk)
    candidates = list(task.candidates.all())
    task.pk = task_id
    task.origin = str(task_id)
    if answered is not None:
        task.status, task.outcome, task.decided_at = "done", "done", day(answered)
    task.save(force_insert=True)
    for candidate in candidates:
        candidate.pk, candidate.task_id = None, task_id
        candidate.save()
    Task.objects.filter(pk=made.pk).delete()
    tell("task.created", ("task", task_id), day(asked), team_id=task.team_id, title="Mend it", to=[to])
    if answered is not None:
        decided = {"origin": str(task_id), "outcome": "done"}
        tell("task.decided", ("task", task_id), day(answered), team_id=task.team_id, **decided)
    return task


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


class TestReadCases:
    def test_tells_what_was_open_in_the_period_as_it_stood_at_its_end(self, office: Office) -> None:
        put_case(office, 0, 1)  # closed before
        over = put_case(office, 0, 12)  # closed after
        within = put_case(office, 3, 5)
        put_case(office, 11)  # opened after
        scope = Scope(since_at=day(2), until_at=day(10))
        found = read_cases(office.mo, scope)
        assert [(span.number, span.ended_at) for span in found] == [(over.number, None), (within.number, day(5))]

    def test_counts_for_the_team_that_had_it_then(self, office: Office) -> None:
        case = put_case(office, 0)
        tell("case.changed", ("case", case.number), day(4), team_id=office.team("legal").pk, fields=["team"])
        before = read_cases(office.adm, Scope(since_at=day(0), until_at=day(3)))
        after = read_cases(office.adm, Scope(since_at=day(0), until_at=day(5)))
        assert [before[0].team, after[0].team] == ["marketing", "legal"]
        assert read_cases(office.adm, Scope(since_at=day(0), until_at=day(5), team="marketing")) == []

    def test_holds_what_the_reader_may_see_alone(self, office: Office) -> None:
        put_case(office, 0)
        hidden = put_case(office, 0)
        Case.objects.filter(pk=hidden.pk).update(confidential=True)
        scope = Scope(since_at=day(0), until_at=day(3))
        assert (len(read_cases(office.mo, scope)), len(read_cases(office.lee, scope))) == (1, 0)
        assert len(read_cases(office.adm, scope)) == 1

    def test_narrows_to_a_type(self, office: Office) -> None:
        put_case(office, 0)
        scope = Scope(since_at=day(0), until_at=day(3), case_type="content-approval")
        assert len(read_cases(office.mo, scope)) == 1
        assert read_cases(office.mo, Scope(since_at=day(0), until_at=day(3), case_type="other")) == []


class TestReadWork:
    def test_tells_what_waited_in_the_period(self, office: Office) -> None:
        put_task(office, 0, 1)
        put_task(office, 0, 4)
        put_task(office, 3)
        put_task(office, 9)
        found = read_work(office.sam, Scope(since_at=day(2), until_at=day(8)))
        assert [(span.begun_at, span.ended_at, span.is_answered) for span in found] == [
            (day(0), day(4), True),
            (day(3), None, False),
        ]

    def test_takes_people_by_name_for_their_only_team(self, office: Office) -> None:
        put_task(office, 0, to="sam")
        put_task(office, 1, to="adm")
        found = read_work(office.sam, Scope(since_at=day(0), until_at=day(8)))
        assert [span.team for span in found] == ["hr"]
        assert [span.team for span in read_work(office.adm, Scope(since_at=day(0), until_at=day(8)))] == [""]

    def test_shows_strangers_nothing(self, office: Office) -> None:
        put_task(office, 0)
        assert read_work(office.lee, Scope(since_at=day(0), until_at=day(8))) == []


class TestMakeReport:
    def test_agrees_with_a_count_by_hand(self, office: Office) -> None:
        for opened, closed in ((0, 2), (0, 6), (1, 9), (2, None), (8.5, None)):
            put_case(office, opened, closed)
        report = make_report(office.mo, Scope(since_at=day(1), until_at=day(9)))
        ages = {band.label: band.count for band in report.ages if band.count}
        assert ages == {"under a day": 1, "1 to 2 weeks": 2}  # half a day; eight and seven days
        assert [round((day(9) - case.begun_at) / DAY, 1) for case in report.oldest] == [8, 7, 0.5]
        assert report.cycle == Times(count=2, median=2 * DAY, ninth=6 * DAY)
        counts = {part.slice.since_at: part.times.count for part in report.cycles if part.times.count}
        assert counts == {day(2): 1, day(6): 1}

    def test_counts_the_work_of_teams(self, office: Office) -> None:
        put_task(office, 0, 3)
        put_task(office, 2, 4)
        put_task(office, 2, due=5)
        put_task(office, 3, due=9)
        [line] = make_report(office.sam, Scope(since_at=day(1), until_at=day(8))).teams
        assert (line.name, line.came, line.answered, line.open, line.late) == ("Hr", 3, 2, 2, 1)
        assert line.times == Times(count=2, median=2 * DAY, ninth=3 * DAY)

    def test_names_the_step_that_was_waited_for(self, office: Office) -> None:
        version = make_version(FLOW)
        run_to_rest(version, {})
        by_flow = Task.objects.get()
        put_task(office, 0, 1)
        asked_at = by_flow.created_at
        scope = Scope(since_at=min(BEGIN, asked_at) - DAY, until_at=max(day(2), asked_at + HOUR))
        report = make_report(office.sam, scope)
        lines = {(line.flow, line.label): line for line in report.steps}
        assert Wait.objects.filter(pk=uuid.UUID(by_flow.origin)).exists()
        assert set(lines) == {("Mending", "Mend the banner"), ("", "Asked by hand")}
        assert (lines["Mending", "Mend the banner"].waiting, lines["", "Asked by hand"].waiting) == (1, 0)
        assert lines["", "Asked by hand"].times == Times(count=1, median=DAY, ninth=DAY)
        assert lines["", "Asked by hand"].total == DAY
