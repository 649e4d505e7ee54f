"""Runs that wait: for people, for time, in several branches at once; and orders given to them meanwhile."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cases.models import Case, Task
from cases.operations import complete_task
from flows.models import Incident, Run, Signal, Wait
from flows.operations.runs import answer_incident, cancel_run, run_again_from
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.lib.working_time import Hours, working_between
from integrator.people.calendars import working_calendar_of
from integrator.people.models import Membership, Person
from integrator.people.operations import CalendarData, add_calendar, set_team_calendar
from integrator.people.roles import Role
from integrator.timers.models import Timer
from tests.support.flows import make_team, make_version, run_to_rest, settle, visits

pytestmark = pytest.mark.django_db(transaction=True)

APPROVAL = """
format: 1
flow: content-approval
name: Content approval
team: marketing
steps:
  open_case:
    kind: case.open
    with: {type: content-approval, title: "= 'Approve: ' & trigger.body.title"}
    next: review
  review:
    kind: task.approve
    with: {title: "= trigger.body.title", approvers: [team:legal, team:brand], rule: all, due_in: P2D}
    on: {approved: close, rejected: close}
  close:
    kind: case.close
    with: {status: "= steps.review.outcome"}
"""
BRANCHES = """
format: 1
flow: branches
name: Branches
team: marketing
steps:
  split: {kind: parallel, on: {slow: pause, quick: note}}
  pause: {kind: wait, with: {for: PT1H}, next: meet}
  note: {kind: set, with: {said: "= trigger.body.word"}, next: meet}
  meet: {kind: join, with: {mode: MODE}, next: done}
  done: {kind: stop, with: {output: "= steps.meet.note.said"}}
"""


def make_person(name: str, team: str, role: Role) -> Person:
    person = Person.objects.create_user(name, f"{name}@example.org")
    Membership.objects.create(person=person, team=make_team(team), role=role)
    return person


def answer(person: Person, outcome: str, comment: str = "") -> None:
    task = Task.objects.get(status="open", candidates__team__slug=person.memberships.get().team.slug)
    complete_task(
        task_id=task.id,
        person=person,
        outcome=outcome,
        data={},
        comment=comment,
        idempotency_key="",
        now=datetime.now(UTC),
    )
    settle()


@pytest.fixture
def lee() -> Person:
    return make_person("lee", "legal", Role.APPROVER)


@pytest.fixture
def bo() -> Person:
    return make_person("bo", "brand", Role.APPROVER)


@pytest.fixture
def ops() -> Person:
    return make_person("ops", "marketing", Role.OPERATOR)


def refreshed(run: Run) -> Run:
    run.refresh_from_db()
    return run


class TestWorkingTime:
    """Monday to Friday by the hour, so that what is due lies on a weekday, whenever the test runs."""

    @pytest.fixture(autouse=True)
    def weekdays(self) -> None:
        whole_day = (Hours(opens=0, closes=1440),)
        data = CalendarData(name="Weekdays", zone="UTC", week=dict.fromkeys(range(5), whole_day))
        add_calendar(key="weekdays", data=data, actor=SYSTEM, now=datetime.now(UTC))
        set_team_calendar(team_id=make_team("marketing").pk, key="weekdays", actor=SYSTEM)

    def test_decides_when_an_answer_is_due(self, lee: Person, bo: Person) -> None:
        began = datetime.now(UTC)
        run_to_rest(make_version(APPROVAL.replace("due_in: P2D", "due_in: {working: P5D}")), {"title": "Banner"})
        due_at = Task.objects.values_list("due_at", flat=True).first()
        assert due_at is not None
        assert working_between(working_calendar_of(make_team("marketing").pk), began, due_at) >= timedelta(days=5)
        assert due_at - began >= timedelta(days=7)

    def test_decides_how_long_a_wait_takes(self) -> None:
        began = datetime.now(UTC)
        flow = BRANCHES.replace("MODE", "all").replace("{for: PT1H}", "{working: PT120H}")
        run_to_rest(make_version(flow), {"word": "hello"})
        due_at = Wait.objects.get(kind="timer", closed_at=None).due_at
        assert due_at is not None
        worked = working_between(working_calendar_of(make_team("marketing").pk), began, due_at)
        assert timedelta() <= worked - timedelta(hours=120) < timedelta(minutes=5)


class TestApproval:
    def test_goes_round_when_both_agree(self, lee: Person, bo: Person) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        assert (run.status, [row["kind"] for row in run.waiting_for]) == ("waiting", ["task"])
        answer(lee, "approved")
        assert refreshed(run).status == "waiting"
        answer(bo, "approved", "Fine.")
        assert refreshed(run).status == "completed"
        case = Case.objects.get(number=run.case_number)
        assert (case.status, case.title, case.closed_at is not None) == ("approved", "Approve: Banner", True)
        assert Wait.objects.get(run=run).closed_at is not None

    def test_a_rejection_decides_at_once_and_withdraws_the_other(self, lee: Person, bo: Person) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        answer(bo, "rejected", "Wrong red.")
        assert refreshed(run).status == "completed"
        assert sorted(Task.objects.values_list("status", flat=True)) == ["done", "withdrawn"]
        review = json.loads(run.visits.get(key="review").output)
        assert review["outcome"] == "rejected"
        assert review["comments"][0]["comment"] == "Wrong red."

    def test_cancelling_withdraws_the_tasks(self, lee: Person, bo: Person, ops: Person) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        cancel_run(run_id=run.id, person=ops, reason="Campaign is off.", now=datetime.now(UTC))
        settle()
        assert refreshed(run).status == "cancelled"
        assert set(Task.objects.values_list("status", flat=True)) == {"withdrawn"}
        assert dict(visits(run))["review"] == "cancelled"

    def test_the_case_is_on_one_timeline_with_the_run(self, lee: Person, bo: Person) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        names = set(Event.objects.filter(correlation=str(run.id)).values_list("name", flat=True))
        assert {"run.started", "case.opened", "task.created"} <= names


class TestBranches:
    def test_all_waits_for_the_slow_one(self) -> None:
        run = run_to_rest(make_version(BRANCHES.replace("MODE", "all")), {"word": "hello"})
        assert run.status == "waiting"
        Timer.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
        settle()
        assert refreshed(run).status == "completed"
        assert json.loads(run.output) == "hello"

    def test_any_cancels_the_rest(self) -> None:
        run = run_to_rest(make_version(BRANCHES.replace("MODE", "any")), {"word": "hello"})
        assert run.status == "completed"
        assert dict(visits(run))["pause"] == "cancelled"
        assert not Timer.objects.exists()
        assert not Wait.objects.filter(closed_at__isnull=True).exists()

    def test_news_for_a_closed_wait_changes_nothing_and_says_why(self) -> None:
        run = run_to_rest(make_version(BRANCHES.replace("MODE", "any")), {"word": "hello"})
        wait = Wait.objects.get(run=run)
        Signal.objects.create(run=run, kind="wait", subject=wait.id, data="{}", created_at=datetime.now(UTC))
        settle()
        assert refreshed(run).status == "completed"
        assert Signal.objects.get(subject=wait.id).ignored

    def test_a_final_state_never_changes(self, ops: Person) -> None:  # n8n#23807
        run = run_to_rest(make_version(BRANCHES.replace("MODE", "all")), {"word": "hello"})
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        settle()
        before = Run.objects.filter(id=run.id).values("status", "ended_at", "error", "output", "state").get()
        for kind in ("continue", "start", "wait", "cancel"):
            Signal.objects.create(run=run, kind=kind, data="{}", created_at=datetime.now(UTC))
        settle()
        assert Run.objects.filter(id=run.id).values(*before).get() == before
        assert not Signal.objects.filter(consumed_at__isnull=True).exists()


class TestIncidents:
    def stopped(self) -> tuple[Run, Incident]:
        run = run_to_rest(make_version(BRANCHES.replace("MODE", "all")), {"wrong": 1})
        return run, Incident.objects.get(run=run)

    def test_waits_for_a_person(self) -> None:
        run, incident = self.stopped()
        assert (run.status, run.open_incidents) == ("waiting", 1)
        assert {row["kind"] for row in run.waiting_for} == {"incident", "timer"}
        assert incident.step_key == "note"

    def test_skip_goes_on_with_what_the_person_gives(self, ops: Person) -> None:
        run, incident = self.stopped()
        answer_incident(
            incident_id=incident.id,
            person=ops,
            answer="skip",
            data={"output": {"said": "by hand"}},
            now=datetime.now(UTC),
        )
        Timer.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
        settle()
        assert (refreshed(run).status, json.loads(run.output)) == ("completed", "by hand")
        assert dict(visits(run))["note"] == "skipped"
        incident.refresh_from_db()
        assert incident.closed_at is not None

    def test_retry_with_changed_data_is_a_new_visit(self, ops: Person) -> None:
        run, incident = self.stopped()
        answer_incident(
            incident_id=incident.id,
            person=ops,
            answer="retry_edited",
            data={"settings": {"said": "mended"}},
            now=datetime.now(UTC),
        )
        Timer.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
        settle()
        assert json.loads(refreshed(run).output) == "mended"
        assert [status for key, status in visits(run) if key == "note"] == ["failed", "succeeded"]

    def test_changed_data_never_replaces_a_condition(self, ops: Person) -> None:
        text = """
format: 1
flow: choosing
name: Choosing
team: marketing
steps:
  which: {kind: choose, with: {cases: [{when: "= trigger.body.big", port: yes}]}, on: {yes: done}}
  done: {kind: stop}
"""
        run = run_to_rest(make_version(text), {"big": "perhaps"})
        answer_incident(
            incident_id=Incident.objects.get(run=run).id,
            person=ops,
            answer="retry_edited",
            data={"settings": {"cases": [{"when": "= true", "port": "yes"}]}},
            now=datetime.now(UTC),
        )
        settle()
        assert refreshed(run).status == "waiting"
        assert Incident.objects.filter(run=run, closed_at__isnull=True).count() == 1

    def test_giving_up_fails_the_run_for_good(self, ops: Person) -> None:
        run, incident = self.stopped()
        answer_incident(incident_id=incident.id, person=ops, answer="give_up", data={}, now=datetime.now(UTC))
        settle()
        assert refreshed(run).status == "failed"
        assert run.error is not None
        assert run.open_incidents == 0

    def test_a_failed_run_can_be_run_again_from_a_step(self, ops: Person, lee: Person, bo: Person) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        settle()
        again = run_again_from(run_id=run.id, step="review", person=ops, now=datetime.now(UTC))
        settle()
        answer(lee, "approved")
        answer(bo, "approved")
        assert refreshed(again).status == "completed"
        assert again.repeats_id == run.id
        assert again.case_number == refreshed(run).case_number
