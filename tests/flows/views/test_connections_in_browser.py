"""The pages of connections in a browser: sound at each width and theme, and a connection's whole life by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.models import Connection, ConnectionEnvironment
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, WIDE_PX, Theme, open_visitor
from tests.support.connections import make_place
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.loopback import LoopbackServer, answer, respond, serve
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECRET = "s3cret-Value/42"
CALLING = """
format: 1
flow: calling
name: Send orders
team: marketing
steps:
  call: {kind: http.request, with: {method: POST, url: /orders, connection: erp, json: {a: 1}}}
"""
PAGE = "/connections/of/marketing/erp/"


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@pytest.fixture
def ana(transactional_db: None) -> Person:
    person = make_person("ana", (make_team(), Role.PUBLISHER))
    person.set_password("secret-password")
    person.save()
    return person


@pytest.fixture
def partner() -> Iterator[LoopbackServer]:
    with serve(respond(answer(b'{"ok":true}', headers={"Content-Type": "application/json"}))) as server:
        yield server


@pytest.fixture
def used(ana: Person, partner: LoopbackServer) -> ConnectionEnvironment:
    """A connection that a live flow has called by."""
    place = make_place("bearer", base_url=partner.url, secret=SECRET, rate={"requests": 10, "per_s": 1})
    make_place("bearer", base_url=partner.url, secret="test-secret", name="test")
    make_place(
        "oauth2_code",
        key="crm",
        base_url="https://crm.example",
        secret=SECRET,
        token_url="https://crm.example/token",
        authorize_url="https://crm.example/authorize",
        client_id="us",
    )
    run_to_rest(make_version(CALLING))
    return place


@pytest.mark.parametrize(
    ("width_px", "theme"), [(WIDE_PX, "light"), (WIDE_PX, "dark"), (NARROW_PX, "light"), (NARROW_PX, "dark")]
)
class TestConnectionPages:
    def test_are_sound(
        self, chromium: Browser, live_server: Any, used: ConnectionEnvironment, width_px: int, theme: Theme
    ) -> None:
        paths = [
            "/connections/",
            "/connections/add/",
            "/connections/add/?kind=oauth2_code",
            "/connections/add/?kind=client_certificate",
            PAGE,
            f"{PAGE}?environment=test",
            f"{PAGE}environments/",
            "/connections/of/marketing/crm/",
            "/connections/curl/",
        ]
        with open_visitor(chromium, width_px=width_px, theme=theme) as visitor:
            visitor.sign_in(live_server.url, "ana", "secret-password")
            for path in paths:
                visitor.page.goto(live_server.url + path)
                assert visitor.complaints == [], path
                assert visitor.find_barriers() == [], path
                assert not visitor.is_too_wide(), path
            visitor.page.goto(live_server.url + PAGE)
            visitor.page.get_by_role("button", name="Test", exact=True).click()
            expect(visitor.page.locator("#trial")).to_be_visible()
            assert visitor.find_barriers() == []
            assert not visitor.is_too_wide()
            visitor.page.goto(f"{live_server.url}/connections/curl/")
            command = f"curl -u jo:{SECRET} https://api.partner.example/orders --json '{{\"a\": 1}}'"
            visitor.page.get_by_label("cURL command").fill(command)
            visitor.page.get_by_role("button", name="Read it").click()
            expect(visitor.page.get_by_text("kind: http.request")).to_be_visible()
            assert visitor.find_barriers() == []
            assert not visitor.is_too_wide()
            assert visitor.complaints == []


class TestAnotherWayToSignIn:
    def test_takes_along_what_was_typed_and_no_password(self, chromium: Browser, live_server: Any, ana: Person) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/connections/add/")
            for name, address, kept in [
                ("ERP", "https://erp.example", "https://erp.example"),
                ("", "https://jo:s3cret@erp.example", ""),
                ("ERP", "https://erp.example/?api_key=s3cret", ""),
                ("", "https://erp.example/#s3cret", ""),
                ("", "https://erp.example", "https://erp.example"),
            ]:
                page.get_by_label("Name", exact=True).fill(name)
                page.locator("[name=base_url]").fill(address)
                page.locator("summary", has_text="How we sign in there").click()
                with page.expect_navigation():
                    page.get_by_role("link", name="API key").click()
                expect(page.get_by_label("Name", exact=True)).to_have_value(name)
                expect(page.locator("[name=base_url]")).to_have_value(kept)
                assert "s3cret" not in page.url


class TestConnectionJourney:
    def test_is_made_tested_used_and_not_removed(
        self, chromium: Browser, live_server: Any, ana: Person, partner: LoopbackServer
    ) -> None:
        with open_visitor(chromium) as visitor:
            page = visitor.page
            visitor.sign_in(live_server.url, "ana", "secret-password")
            page.goto(f"{live_server.url}/connections/")
            page.get_by_role("link", name="Add a connection").first.click()
            page.get_by_label("Name", exact=True).fill("ERP")
            page.get_by_label("Token", exact=True).fill(SECRET)
            page.locator("summary", has_text="How we sign in there").click()
            page.get_by_role("link", name="API key").click()
            page.wait_for_url("**kind=api_key**")
            assert SECRET not in page.url
            expect(page.get_by_label("Name", exact=True)).to_have_value("ERP")
            page.get_by_label("Short name").fill("erp")
            page.get_by_label("Address", exact=False).first.fill(partner.url)
            page.get_by_label("Name of the API key").fill("X-Api-Key")
            page.get_by_label("Key", exact=True).fill(SECRET)
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.get_by_text("ERP is added.")).to_be_visible()

            page.get_by_label("Path").fill("/status")
            page.get_by_role("button", name="Test", exact=True).click()
            expect(page.get_by_text("It works: the other side answered 200 OK.")).to_be_visible()
            assert SECRET not in page.content()
            assert SECRET.encode() in partner.requests[-1]

            make_version(CALLING)
            run = run_to_rest(make_version(CALLING))
            assert run.status == "completed"
            page.goto(live_server.url + PAGE)
            expect(page.get_by_text("version 2, step “Call”")).to_be_visible()
            expect(page.get_by_text("1 call, 0 % failed")).to_be_visible()
            expect(page.get_by_text("It can be removed once no live flow uses it.")).to_be_visible()
            assert page.locator("summary", has_text="Remove the connection…").count() == 0
            self._post_anyway(page, f"{live_server.url}{PAGE}remove/")
            expect(page.get_by_text("Send orders (version 2) uses 'ERP'. Publish without it first.")).to_be_visible()
            assert visitor.complaints == []
        assert Connection.objects.filter(key="erp").exists()

    @staticmethod
    def _post_anyway(page: Any, address: str) -> None:
        """As somebody does whose page is older than the flow."""
        page.evaluate(
            """address => {
                const form = document.querySelector("form[method=post]");
                form.action = address;
                form.noValidate = true;
                form.submit();
            }""",
            address,
        )
        page.wait_for_load_state()
