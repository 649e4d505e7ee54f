"""The pages of flows and runs in a browser: sound at each width and theme, and alive without losing one's place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.models import Run
from flows.operations.publishing import import_flow
from flows.operations.runs import answer_incident
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support import scripted
from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tests.support.flow_files import APPROVAL
from tests.support.flows import make_team, settle
from tests.support.personas import make_person
from tests.support.run_pages import incident_of, make_sending_run, make_sum_run, store_request
from tests.support.scripted import CUT_OFF, ScriptedConnector

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OK = EffectAnswer(output={"status": 200})


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector()
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    return connector


@pytest.fixture
def pat(transactional_db: None) -> Person:
    """Somebody who may look at everything here and answer."""
    team = make_team()
    return make_person("pat", (team, Role.PUBLISHER), (team, Role.ADMIN))


@pytest.fixture
def stuck(pat: Person, connector: ScriptedConnector) -> Run:
    return make_sending_run(connector, CUT_OFF, business_key="order-7")


@pytest.fixture
def wide(chromium: Browser, pat: Person, live_server) -> Iterator[Visitor]:
    with open_visitor(chromium) as visitor:
        visitor.sign_in(live_server.url, "pat", "secret-password")
        yield visitor


@pytest.mark.parametrize(
    ("width_px", "theme"), [(WIDE_PX, "light"), (WIDE_PX, "dark"), (NARROW_PX, "light"), (NARROW_PX, "dark")]
)
class TestRunPages:
    def test_are_sound(
        self, chromium: Browser, pat: Person, stuck: Run, live_server, width_px: int, theme: Theme
    ) -> None:
        done = make_sum_run({"a": 1, "b": 2})
        make_sum_run()
        import_flow(text=APPROVAL, person=pat, now=datetime.now(UTC))
        refused = store_request(done.version)
        incident = incident_of(stuck)
        flows = ("", "sum/", "sum/versions/", "sum/requests/", "content-approval/draft/", "import/")
        runs = ("", f"{stuck.id}/", f"{stuck.id}/outside/", f"{stuck.id}/events/", f"{done.id}/")
        incidents = ("", f"{incident.id}/?answer=retry_edited", f"{incident.id}/?answer=skip")
        event = Event.objects.filter(name="run.started")[0]
        paths = [
            *(f"/flows/{path}" for path in flows),
            *(f"/runs/{path}" for path in runs),
            *(f"/incidents/{path}" for path in incidents),
            *("/requests/", f"/requests/{refused.id}/", "/audit/", f"/audit/?event={event.id}"),
        ]
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "pat", "secret-password")
            for path in paths:
                visitor.page.goto(live_server.url + path)
                assert visitor.complaints == [], path
                assert visitor.find_barriers() == [], path
                assert not visitor.is_too_wide(), path


class TestLiveRun:
    def test_brings_news_and_leaves_the_rest_as_it_was(
        self, wide: Visitor, pat: Person, stuck: Run, connector: ScriptedConnector, live_server
    ) -> None:
        page = wide.page
        page.goto(f"{live_server.url}/runs/{stuck.id}/")
        page.get_by_text("What came in").click()
        page.get_by_text("Cancel the run…").click()
        page.get_by_label("Why").fill("I was typing this")
        visit = page.locator(f"#visit-{stuck.visits.get(key='send').id}")
        visit.get_by_text("As JSON").click()
        connector.answers = [OK]
        answer_incident(incident_id=incident_of(stuck).id, person=pat, answer="retry", data={}, now=datetime.now(UTC))
        expect(page.get_by_text("The run takes it up.")).to_be_visible()
        expect(page.get_by_label("Why")).to_have_value("I was typing this")
        settle()
        expect(page.locator("#run-state")).to_have_text("Completed")
        expect(visit.get_by_text("Confirmed").or_(visit.get_by_text("Sent", exact=True)).first).to_be_visible()
        expect(visit.locator("details.visit-fold")).to_have_attribute("open", "")
        expect(page.locator("#visit-start details")).to_have_attribute("open", "")
        expect(page.get_by_role("heading", name="Finish")).to_be_visible()
        expect(page.locator("#visits-next li")).to_have_count(0)
        expect(page.locator("#pulse[hx-get]")).to_have_count(0)
        assert wide.complaints == []

    def test_gives_up_only_after_saying_what_that_does(self, wide: Visitor, stuck: Run, live_server) -> None:
        page = wide.page
        page.goto(f"{live_server.url}/runs/{stuck.id}/")
        page.get_by_text("Give up…").click()
        expect(page.locator(".fold-panel").get_by_text("Ends the run as failed.")).to_be_visible()
        page.get_by_role("button", name="Give up", exact=True).click()
        expect(page.get_by_text("The run ends as failed.")).to_be_visible()
        settle()
        expect(page.locator("#run-state")).to_have_text("Failed")
        expect(page.get_by_text("Run again…")).to_be_visible()
        assert wide.complaints == []


class TestAuditTrail:
    def test_opens_an_event_beside_the_list(self, wide: Visitor, stuck: Run, live_server) -> None:
        page = wide.page
        page.goto(f"{live_server.url}/audit/?name=run.started")
        page.get_by_role("row").get_by_role("link", name="Run started").first.click()
        expect(page.locator("#drawer").get_by_text("Proof")).to_be_visible()
        expect(page).to_have_url(re.compile("event="))
        expect(page).to_have_url(re.compile("name=run.started"))
        page.reload()
        expect(page.locator("#drawer").get_by_text("Proof")).to_be_visible()
        assert wide.complaints == []


class TestWithoutScripts:
    def test_an_incident_is_answered(self, chromium: Browser, stuck: Run, live_server) -> None:
        context = chromium.new_context(java_script_enabled=False)
        try:
            page = context.new_page()
            page.goto(f"{live_server.url}/accounts/login/?next=/runs/{stuck.id}/")
            page.fill("[name=login]", "pat")
            page.fill("[name=password]", "secret-password")
            page.click("main button.btn-primary")
            page.get_by_role("link", name="It happened…").click()
            page.get_by_label("Result").fill('{"status": 201}')
            page.get_by_role("button", name="It happened").click()
            expect(page.get_by_text("It counts as done.")).to_be_visible()
        finally:
            context.close()
        settle()
        stuck.refresh_from_db()
        assert stuck.status == "completed"
