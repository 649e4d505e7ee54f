"""The starters: shown, tried with their samples, used; each is simulated and run for real."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from flows.definition.flow_file import definition_to_data, write_flow_file
from flows.definition.model import FlowDefinition
from flows.engine.simulation import run_tests
from flows.gallery import STARTERS, read_starter
from flows.models import Draft, Flow
from flows.operations.publishing.testing import run_design_tests
from integrator.people.demo import seed_people
from integrator.people.models import Membership, Person, Team
from integrator.people.roles import Role
from tests.support.flows import make_team, make_version
from tests.support.rehearsals import answering_target, make_people, play
from tests.support.run_pages import person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PARTNER = "https://partner.example"


@pytest.fixture
def ana(transactional_db: None) -> tuple[Person, Client]:
    return person_with(Role.ANALYST)


def sample_of(definition: FlowDefinition) -> dict[str, Any]:
    return dict(definition.tests[0])


class TestEachStarter:
    @pytest.mark.parametrize("key", STARTERS)
    def test_has_what_a_newcomer_needs(self, key: str) -> None:
        definition = read_starter(key)
        assert definition.key == key
        assert definition.description
        assert definition.notes
        assert set(definition.layout["steps"]) == set(definition.steps)
        assert definition.tests

    @pytest.mark.parametrize("key", STARTERS)
    def test_passes_its_own_tests_in_memory(self, key: str) -> None:
        assert [result.differences for result in run_tests(read_starter(key)) if not result.is_ok] == []

    def test_passes_them_with_the_people_of_the_demo(self) -> None:
        seed_people(password="demo-demo-1")
        team_ids = dict(Team.objects.values_list("slug", "pk"))
        for key in STARTERS:
            definition = read_starter(key)
            results = run_design_tests(definition, team_id=team_ids[definition.team])
            assert [result.differences for result in results if not result.is_ok] == [], key

    @pytest.mark.parametrize("key", STARTERS)
    def test_runs_for_real_against_a_partner(self, key: str, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        make_people()
        for name, team in (("fin", "finance"), ("sue", "support"), ("ops", "operations"), ("lee", "legal")):
            person = Person.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})[0]
            Membership.objects.get_or_create(person=person, team=make_team(team), role=Role.APPROVER)
        definition = read_starter(key)
        sample = sample_of(definition)
        with answering_target(sample.get("answers") or {}) as url:
            version = make_version(write_flow_file(definition).replace(PARTNER, url))
            body = {
                name: value.replace(PARTNER, url) if isinstance(value, str) else value
                for name, value in sample["trigger"]["body"].items()
            }
            run = play(version, body, sample.get("answers") or {})
        assert run.status == sample["expect"].get("status", "completed"), run.error
        path = sample["expect"].get("path")
        assert path is None or list(run.visits.order_by("sequence").values_list("key", flat=True)) == path


class TestGalleryPages:
    def test_show_each_with_its_steps(self, ana: tuple[Person, Client]) -> None:
        page = text_of(ana[1].get("/gallery/"))
        for key in STARTERS:
            assert f"/gallery/{key}/?try=1" in page
        assert "All are in" in page
        assert person_with(Role.VIEWER)[1].get("/gallery/").status_code == 404

    @pytest.mark.parametrize("key", STARTERS)
    def test_try_the_sample_in_one_click(self, ana: tuple[Person, Client], key: str) -> None:
        page = text_of(ana[1].get(f"/gallery/{key}/?try=1"))
        assert "It ended as completed" in page
        assert "nothing was stored, nothing sent" in page
        assert not Flow.objects.exists()

    def test_make_a_draft_with_the_teams_names(self, ana: tuple[Person, Client]) -> None:
        make_team("legal")
        address = "/gallery/approval-round-trip/"
        page = text_of(ana[1].get(address))
        assert "Team “brand”" in page
        assert "Secret “approvals”" in page
        form = {"name": "Our approval", "key": "our-approval", "team": "marketing", "do": "copy"}
        answer = ana[1].post(address, form)
        assert answer.headers["Location"] == "/flows/our-approval/draft/"
        document = Draft.objects.get(author=ana[0]).document
        assert (document["name"], document["trigger"]["path"]) == ("Our approval", "our-approval")
        assert ana[1].post(address, form).status_code == 400
        assert ana[1].get("/gallery/none-such/").status_code == 404

    def test_keep_layout_notes_and_tests_in_the_draft(self, ana: tuple[Person, Client]) -> None:
        form = {"name": "Alert", "key": "alert-us", "team": "marketing", "do": "copy"}
        ana[1].post("/gallery/team-alert/", form)
        document = Draft.objects.get(author=ana[0]).document
        kept = definition_to_data(read_starter("team-alert"))
        assert [document[name] for name in ("layout", "notes")] == [kept[name] for name in ("layout", "notes")]
        assert [test["name"] for test in document["tests"]] == [test["name"] for test in kept["tests"]]
