"""Who sees which runs, and how a run, its visits and what it waits for are told."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from cases.models import Task
from flows.errors import NotFound
from flows.models import Effect, EffectAttempt, Run, StepVisit
from flows.queries import (
    describe_run,
    describe_runs,
    get_incident_for,
    get_run_for,
    list_open_incidents,
    list_runs,
    list_visits,
)
from flows.veils import get_sensitive_paths
from integrator.lib.ids import new_uuid
from integrator.people.roles import Role
from tests.support.flow_files import APPROVAL, SUM
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stuck() -> Run:
    """A run of marketing that waits for a person's answer to an incident."""
    return run_to_rest(make_version(SUM), {"a": 1}, business_key="order-7")


@pytest.fixture
def approvers() -> None:
    """Somebody to ask in the two teams that the approval names."""
    for slug in ("legal", "brand"):
        make_person("", (make_team(slug), Role.APPROVER))


class TestGetRunFor:
    @pytest.mark.parametrize("role", [Role.ANALYST, Role.OPERATOR, Role.PUBLISHER, Role.LEAD, Role.AUDITOR])
    def test_gives_it_to_those_who_may_read_runs_of_its_team(self, stuck: Run, role: Role) -> None:
        assert get_run_for(make_person("", (stuck.team, role)), stuck.id) == stuck

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
    def test_gives_it_to_auditors_and_admins_everywhere(self, stuck: Run, role: Role) -> None:
        assert get_run_for(make_person("", (None, role)), stuck.id) == stuck

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
    def test_hides_it_from_other_roles_of_the_team(self, stuck: Run, role: Role) -> None:
        with pytest.raises(NotFound):
            get_run_for(make_person("", (stuck.team, role)), stuck.id)

    def test_tells_strangers_what_a_missing_run_tells(self, stuck: Run) -> None:
        stranger = make_person("", (make_team("hr"), Role.OPERATOR))
        with pytest.raises(NotFound) as hidden:
            get_run_for(stranger, stuck.id)
        with pytest.raises(NotFound) as missing:
            get_run_for(stranger, uuid.uuid4())
        assert (hidden.value.code, hidden.value.message) == (missing.value.code, missing.value.message)

    def test_acts_at_once_when_somebody_is_deactivated(self, stuck: Run) -> None:
        person = make_person("", (stuck.team, Role.OPERATOR))
        person.is_active = False
        with pytest.raises(NotFound):
            get_run_for(person, stuck.id)


class TestListRuns:
    def test_gives_only_those_of_the_persons_teams(self, stuck: Run) -> None:
        assert list(list_runs(make_person("", (stuck.team, Role.ANALYST)))) == [stuck]
        assert list(list_runs(make_person("", (make_team("hr"), Role.ANALYST)))) == []

    @pytest.mark.parametrize(
        ("wanted", "is_found"),
        [
            ({"status": "waiting"}, True),
            ({"status": "incident"}, True),
            ({"status": "completed"}, False),
            ({"flow": "sum"}, True),
            ({"flow": "other"}, False),
            ({"team": "hr"}, False),
            ({"q": " order-7 "}, True),
            ({"q": "order"}, False),
        ],
    )
    def test_narrows_to_what_is_asked(self, stuck: Run, wanted: dict[str, str], is_found: bool) -> None:
        found = list_runs(make_person("", (stuck.team, Role.ANALYST)), **wanted)
        assert list(found) == ([stuck] if is_found else [])

    def test_finds_a_run_by_its_id(self, stuck: Run) -> None:
        assert list(list_runs(make_person("", (stuck.team, Role.ANALYST)), q=str(stuck.id))) == [stuck]


class TestListOpenIncidents:
    def test_gives_what_still_wants_an_answer(self, stuck: Run) -> None:
        person = make_person("", (stuck.team, Role.OPERATOR))
        (incident,) = list_open_incidents(person)
        assert incident.run.flow.key == "sum"
        assert get_incident_for(person, incident.id) == incident

    def test_hides_them_from_strangers(self, stuck: Run) -> None:
        stranger = make_person("", (make_team("hr"), Role.OPERATOR))
        assert list(list_open_incidents(stranger)) == []
        with pytest.raises(NotFound):
            get_incident_for(stranger, stuck.incidents.get().id)


class TestDescribeRun:
    def test_tells_each_open_task_it_waits_for_by_the_tasks_id(self, approvers: None) -> None:
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        told = describe_run(run)
        tasks = {str(task.pk) for task in Task.objects.filter(status="open")}
        assert {entry["id"] for entry in told["waiting_for"]} == tasks
        assert len(tasks) == 2
        assert {(entry["kind"], entry["step"]) for entry in told["waiting_for"]} == {("task", "review")}
        assert told["case"] == run.case_number
        assert [(step["key"], step["status"]) for step in told["steps"]] == [
            ("open_case", "succeeded"),
            ("review", "waiting"),
        ]

    def test_names_open_incidents(self, stuck: Run) -> None:
        told = describe_run(stuck)
        incident = str(stuck.incidents.get().id)
        assert told["incidents"] == [incident]
        assert told["waiting_for"] == [{"kind": "incident", "step": "add", "id": incident, "until": None}]
        assert told["steps"][0]["error"]["code"] == "expression.failed"

    def test_of_many_takes_two_queries(self, approvers: None, django_assert_max_num_queries: object) -> None:
        version = make_version(APPROVAL)
        for _ in range(3):
            run_to_rest(version, {"title": "Banner"})
        runs = list(list_runs(make_person("", (version.flow.team, Role.ANALYST))))
        with django_assert_max_num_queries(2):  # type: ignore[operator]
            assert len(describe_runs(runs)) == 3


def plan_effect(run: Run, *, attempt: int) -> tuple[StepVisit, Effect]:
    """A visit that sends something, as the journal leaves it, after ``attempt`` failed tries."""
    visit = StepVisit.objects.create(
        run=run, sequence=9, key="send", visit=1, kind="http.request", status="running", started_at=run.started_at
    )
    effect = Effect.objects.create(
        run=run,
        visit_id=visit.id,
        step_key="send",
        team_id=run.team_id,
        connector="http",
        request=json.dumps({"method": "POST"}),
        repeat="safe",
        timeout_s=5,
        idempotency_key=str(new_uuid()),
        attempt=attempt,
        due_at=run.started_at + timedelta(seconds=5),
        planned_at=run.started_at,
    )
    for number in range(1, attempt + 1):
        EffectAttempt.objects.create(
            effect=effect,
            number=number,
            started_at=run.started_at,
            outcome="failed",
            error={"code": "http.status", "message": f"Answer {number}"},
        )
    return visit, effect


class TestListVisits:
    def test_says_that_an_effect_is_tried_again(self, stuck: Run) -> None:
        plan_effect(stuck, attempt=2)
        visit = list_visits(stuck)[-1]
        assert (visit.status, visit.attempt, visit.status_label) == ("retrying", 2, "Trying again")
        assert visit.error["message"] == "Answer 2"
        assert [attempt.number for attempt in visit.effects[0].attempts] == [1, 2]
        assert visit.effects[0].request == {"method": "POST"}

    def test_says_that_a_first_try_is_running(self, stuck: Run) -> None:
        plan_effect(stuck, attempt=0)
        visit = list_visits(stuck)[-1]
        assert (visit.status, visit.attempt, visit.error) == ("running", 1, None)

    def test_brings_incident_and_waits_with_their_visit(self, stuck: Run, approvers: None) -> None:
        assert list_visits(stuck)[0].incident == stuck.incidents.get()
        review = list_visits(run_to_rest(make_version(APPROVAL), {"title": "Banner"}))[-1]
        assert [wait.kind for wait in review.waits] == ["task"]

    def test_takes_five_queries_however_many_visits(self, stuck: Run, django_assert_max_num_queries: object) -> None:
        plan_effect(stuck, attempt=2)
        get_sensitive_paths(stuck.version_id)  # read once a process
        with django_assert_max_num_queries(5):  # type: ignore[operator]
            assert len(list_visits(stuck)) == 2
