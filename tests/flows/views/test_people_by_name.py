"""Pages that tell a flow name people as they are called; its file keeps user names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from cases.models import Task, TaskCandidate
from flows.models import FlowVersion
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.cases import Office
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person, sign_in

FLOW = """\
format: 1
flow: asks
name: Asks
team: marketing
trigger: {kind: webhook, path: asks, auth: {kind: none}}
steps:
  look:
    kind: task.approve
    with: {title: Look, approvers: ["team:legal", fin], rule: any}
    on: {approved: mend, rejected: done}
  mend:
    kind: task.assign
    with: {title: Mend, to: [fin]}
    on: {done: done}
  done: {kind: stop}
"""
ASKED = "any one of Legal and Fin Ance"


def name_fin(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(name="Fin Ance")


@pytest.fixture
def live(transactional_db: None) -> FlowVersion:
    name_fin(make_person("fin", (make_team("legal"), Role.APPROVER)))
    return make_version(FLOW)


@pytest.fixture
def pub(live: FlowVersion) -> tuple[Person, Client]:
    roles = [(make_team("marketing"), role) for role in (Role.ANALYST, Role.PUBLISHER, Role.OPERATOR)]
    person = make_person("pub", *roles)
    return person, sign_in(person)


class TestPagesOfAFlow:
    @pytest.mark.parametrize(
        "path", ["", "versions/1/", "canvas/", "versions/1/canvas/", "draft/", "draft/outline/", "draft/steps/look/"]
    )
    def test_name_people(self, pub: tuple[Person, Client], path: str) -> None:
        page = pub[1].get(f"/flows/asks/{path}").content.decode()
        assert ASKED in page
        assert "Legal and fin" not in page

    def test_keep_user_names_in_the_file(self, pub: tuple[Person, Client]) -> None:
        page = pub[1].get("/flows/asks/draft/text/").content.decode()
        assert "Fin Ance" not in page
        assert "fin" in page

    def test_name_people_before_publishing(self, pub: tuple[Person, Client]) -> None:
        changed = FLOW.replace("to: [fin]", "to: [bo, fin]")
        import_flow(text=changed, person=pub[0], now=datetime.now(UTC))
        page = pub[1].get("/flows/asks/draft/publish/").content.decode()
        assert "Who is asked is bo and Fin Ance instead of Fin Ance." in page

    def test_name_people_before_a_try_for_real(self, pub: tuple[Person, Client]) -> None:
        page = pub[1].get("/flows/asks/draft/try/real/").content.decode()
        assert f"asks {ASKED}" in page
        assert "asks Fin Ance" in page

    def test_name_people_in_runs(self, live: FlowVersion, pub: tuple[Person, Client]) -> None:
        run = run_to_rest(live, {})
        assert "Ask Fin Ance to do “Mend”" in pub[1].get(f"/runs/{run.id}/").content.decode()


class TestTaskPage:
    @pytest.fixture
    def task(self, office: Office) -> Task:
        name_fin(make_person("fin", (make_team("finance"), Role.APPROVER)))
        run = run_to_rest(make_version(FLOW), {})
        return Task.objects.get(correlation=str(run.id), entry_ref="fin")

    def test_names_who_is_asked_next(self, office: Office, task: Task) -> None:
        page = sign_in(Person.objects.get(username="fin")).get(f"/inbox/{task.pk}/").content.decode()
        assert "Ask Fin Ance to do “Mend”." in page

    def test_names_whom_a_lead_stands_in_for(self, office: Office, task: Task) -> None:
        lia = office.people["lia"]
        TaskCandidate.objects.create(task=task, person=lia, stands_for="fin")
        page = sign_in(lia).get(f"/inbox/{task.pk}/").content.decode()
        assert "asks you instead of Fin Ance, where nobody else may answer." in page
