"""The start page, by what somebody may do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from cases.models import Task
from flows.models import Incident
from integrator.events.ranges import get_head
from tests.support.cases import Office, add_role, ask_work
from tests.support.event_log import seal_all
from tests.support.flow_files import SUM
from tests.support.flows import make_version, run_to_rest

SignIn = Callable[[str], Client]
QUERIES = 20


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


class TestHome:
    def test_begins_with_the_tasks_of_an_approver(self, asked: Task, browser_of: SignIn) -> None:
        page = text_of(browser_of("lee").get("/"))
        assert "<h1>One thing needs you</h1>" in page
        assert f'href="/inbox/{asked.pk}/">Banner' in page
        assert "My flows" not in page
        assert "The log" not in page

    def test_shows_an_analyst_their_flows_and_what_stopped(self, office: Office, browser_of: SignIn) -> None:
        add_role(office, "ana", "marketing", "publisher")
        run = run_to_rest(make_version(SUM), {"a": 1})
        assert Incident.objects.filter(run_id=run.id).exists()
        page = text_of(browser_of("ana").get("/"))
        assert "<h1>One thing needs you</h1>" in page
        assert "A run of Sum needs you at “Add”" in page
        assert f'href="/runs/{run.id}/"' in page
        assert "1 of 1 needs a person" in page
        assert "Live v1" in page
        assert 'href="/flows/new/"' in page

    def test_shows_others_nothing_of_it(self, office: Office, browser_of: SignIn) -> None:
        run_to_rest(make_version(SUM), {"a": 1})
        for name in ("sam", "bo", "aud"):
            page = text_of(browser_of(name).get("/"))
            assert "Nothing needs you" in page
            assert "Sum" not in page

    def test_shows_an_auditor_how_far_the_log_is_sealed(self, office: Office, browser_of: SignIn) -> None:
        ask_work(office)
        assert "none yet" in text_of(browser_of("aud").get("/"))
        seal_all()
        seal = get_head()
        assert seal is not None
        page = text_of(browser_of("aud").get("/"))
        assert f"number {seal.number}" in page
        assert "The log" in page

    def test_puts_the_parts_of_several_roles_on_one_page(self, asked: Task, office: Office, browser_of: SignIn) -> None:
        add_role(office, "lee", "marketing", "analyst")
        page = text_of(browser_of("lee").get("/"))
        assert page.index("My tasks") < page.index("My flows")

    def test_says_what_will_come_to_somebody_without_anything(self, office: Office, browser_of: SignIn) -> None:
        assert "Nothing waits for you" in text_of(browser_of("vi").get("/"))

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_takes_nothing(self, office: Office, browser_of: SignIn, method: str) -> None:
        assert getattr(browser_of("lee"), method)("/").status_code == 405

    def test_asks_strangers_to_sign_in(self, db: None) -> None:
        assert Client().get("/").headers["Location"].startswith("/accounts/login/")

    def test_stays_within_its_queries(
        self, asked: Task, office: Office, browser_of: SignIn, django_assert_max_num_queries
    ) -> None:
        run_to_rest(make_version(SUM), {"a": 1})
        client = browser_of("adm")
        with django_assert_max_num_queries(QUERIES):
            client.get("/")
