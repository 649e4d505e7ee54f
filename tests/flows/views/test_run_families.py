"""The run page of a run that started another, and of the other."""

from __future__ import annotations

import pytest
from django.test import Client

from flows.models import Run
from flows.queries import describe_run
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "format: 1\nflow: {key}\nname: {name}\nteam: marketing\n"
CHILD = HEAD.format(key="book", name="Book invoice") + "steps:\n  rest: {kind: wait, with: {for: P1D}}\n"
PARENT = HEAD.format(key="top", name="Top") + "steps:\n  call: {kind: subflow, with: {flow: book}}\n"
HANDLED = (
    HEAD.format(key="top", name="Top") + "steps:\n  a: {kind: set, with: {x: 1}}\n  b: {kind: stop}\non_error: b\n"
)


@pytest.fixture
def reader() -> Person:
    return make_person("ana", (make_team(), Role.OPERATOR))


@pytest.fixture
def browser(reader: Person) -> Client:
    return sign_in(reader)


@pytest.fixture
def parent() -> Run:
    make_version(CHILD)
    return run_to_rest(make_version(PARENT), {})


class TestRunPage:
    def test_links_the_run_that_a_step_started(self, browser: Client, parent: Run) -> None:
        child = Run.objects.get(parent=parent)
        page = browser.get(f"/runs/{parent.id}/").content.decode()
        assert f'href="/runs/{child.id}/"' in page
        assert "Run of Book invoice" in page
        assert "Waiting for the run of Book invoice" in page

    def test_links_the_run_that_started_it(self, browser: Client, parent: Run) -> None:
        child = Run.objects.get(parent=parent)
        page = browser.get(f"/runs/{child.id}/").content.decode()
        assert f'href="/runs/{parent.id}/"' in page

    def test_has_news_when_the_child_stands_otherwise(self, browser: Client, parent: Run) -> None:
        first = browser.get(f"/runs/{parent.id}/news/").content.decode()
        seen = first.split("seen=")[1].split("&")[0]
        assert browser.get(f"/runs/{parent.id}/news/?seen={seen}").status_code == 204
        Run.objects.filter(parent=parent).update(open_incidents=1)
        assert browser.get(f"/runs/{parent.id}/news/?seen={seen}").status_code == 200


class TestFlowPage:
    def test_marks_the_step_for_errors(self, browser: Client) -> None:
        make_version(HANDLED)
        page = browser.get("/flows/top/").content.decode()
        assert "Takes over when a step fails that has no error path of its own" in page
        assert "never runs" not in page


class TestDescribeRun:
    def test_names_the_parent_and_what_is_waited_for(self, parent: Run) -> None:
        child = Run.objects.select_related("flow", "version").get(parent=parent)
        assert describe_run(child)["parent_run"] == str(parent.id)
        (waiting,) = describe_run(parent)["waiting_for"]
        assert (waiting["kind"], waiting["step"], waiting["id"]) == ("child", "call", str(child.id))
