"""The outline's page, its frame, and the drawer's tab Problems."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from flows.designer.facts import say_durations, tell_facts
from flows.models import FlowVersion
from flows.queries.durations import list_durations
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.drafts import add_op, edit_draft, set_op
from tests.support.flows import make_run, make_team
from tests.support.personas import make_person, sign_in

HOME = "/flows/chain/draft/"


def read(browser: Client, path: str, **headers: str) -> str:
    return browser.get(f"{HOME}{path}", headers=headers).content.decode()


class TestOutline:
    def test_tells_the_live_flow_before_anything_was_changed(self, browser: Client) -> None:
        page = read(browser, "outline/")
        assert [f'data-row="{key}"' in page for key in ("trigger", "ask", "tell", "done")] == [True] * 4
        assert 'id="choice-ask-approvers"' in page
        assert "any one of Legal" in page
        assert "Live v1" in page
        assert 'data-revision="0"' in page

    def test_follows_each_edit(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "due_in", "P3D"))
        page = read(browser, "outline/")
        assert ">3 days</a>" in page
        assert 'data-revision="1"' in page
        assert 'aria-label="Undo: ' in page

    def test_gives_the_rows_alone_to_who_asks_for_them(self, browser: Client) -> None:
        rows = read(browser, "outline/", **{"HX-Request": "true", "HX-Target": "outline-rows"})
        assert rows.lstrip().startswith('<div id="outline-rows"')
        assert "<html" not in rows

    def test_keeps_the_picked_step_and_the_open_drawer_in_the_address(self, browser: Client) -> None:
        page = read(browser, "outline/?step=ask&drawer=problems")
        assert 'data-step="ask"' in page
        assert 'data-drawer="problems"' in page
        assert 'data-step=""' in read(browser, "outline/?step=nobody")

    def test_escapes_what_people_write(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "title", "<b>Bold</b>"))
        page = read(browser, "outline/")
        assert "<b>Bold" not in page
        assert "&lt;b&gt;Bold" in page

    def test_lists_every_kind_in_the_palette(self, browser: Client) -> None:
        page = read(browser, "outline/")
        assert page.count("draggable=") == page.count("data-kind=") - page.count("data-row=")
        assert "several people decide" in page

    def test_is_not_for_readers(self, live: FlowVersion) -> None:
        reader = sign_in(make_person("vic", (make_team("marketing"), Role.VIEWER)))
        assert reader.get(f"{HOME}outline/").status_code == 404


class TestProblems:
    def test_says_what_is_missing_by_its_name_and_where(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "title", None))
        page = read(browser, "problems/")
        assert 'data-goes-to="ask">Ask</button>: “Title” is not said yet.' in page

    def test_offers_the_mend(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, add_op("lost"))
        page = read(browser, "problems/")
        assert "Delete the step</button>" in page
        assert "&quot;delete_steps&quot;" in page

    def test_warns_of_teams_in_which_nobody_may_answer(self, browser: Client) -> None:
        page = read(browser, "problems/")
        assert "There is no team “legal” here, so nobody would be asked." in page
        legal = make_team("legal")
        make_person("vera", (legal, Role.VIEWER))
        assert "Nobody in Legal may answer this." in read(browser, "problems/")
        make_person("lee", (legal, Role.APPROVER))
        assert "can be published as it is" in read(browser, "problems/")

    def test_says_when_there_are_none(self, browser: Client) -> None:
        make_person("lee", (make_team("legal"), Role.APPROVER))
        assert "can be published as it is" in read(browser, "problems/")


class TestFacts:
    def test_counts_runs_for_who_may_read_them(self, live: FlowVersion) -> None:
        make_run(live)
        reader = make_person("vic", (make_team("marketing"), Role.ANALYST))
        stranger = make_person("sue", (make_team("legal"), Role.ANALYST))
        assert tell_facts(reader, live.flow)["trigger"][0].text == "1 time in 30 days"
        assert tell_facts(stranger, live.flow) == {}

    def test_asks_for_few_rows(self, live: FlowVersion, django_assert_num_queries: object) -> None:
        make_run(live)
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert list_durations(live.flow, since_at=timezone.now() - timedelta(days=1)) == {}


class TestSayDurations:
    def test_tells_the_middle_and_the_slow_ones(self) -> None:
        seconds = [60.0 * minutes for minutes in range(1, 12)]
        assert say_durations(seconds) == "Half are done within 6 min, one in ten takes over 10 min"

    def test_says_nothing_of_too_few_or_of_what_is_quick(self) -> None:
        assert say_durations([600.0, 900.0]) == ""
        assert say_durations([0.1] * 20) == ""
