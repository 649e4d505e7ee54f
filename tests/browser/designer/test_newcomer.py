"""Somebody's first flow: made, tried and published by mouse and by typing values, in few actions, and it runs."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from flows.models import Flow, Run
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import Visitor
from tests.support.flows import make_team, settle, visits
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_ACTIONS = 40
IS_SAVED = """() => window.IntegratorEdits.pending() === 0 && !document.querySelector(".is-unsaved")"""


class Hands:
    """Each click, choice and value typed is one action."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.actions += 1

    def press(self, name: str, place: str = "body") -> None:
        self.click(self.page.locator(place).get_by_role("button", name=name, exact=True))

    def fill(self, label: str, text: str) -> None:
        """A value by the label of its field; goes on when it is kept."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Tab")
        self.actions += 1
        self.rest()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label).select_option(label=option)
        self.actions += 1
        self.rest()

    def write(self, field: str, text: str) -> None:
        """Text into a field that takes data, too."""
        self.click(self.page.locator(f"#inspector form[data-field='{field}'] [contenteditable]"))
        self.page.keyboard.insert_text(text)
        self.actions += 1
        self.page.keyboard.press("Tab")
        self.rest()

    def add(self, after: str, way: str, kind: str, heading: str) -> None:
        """A step behind a way that leads nowhere yet: a click on the way, and one on what shall follow."""
        node = self.page.locator(f'#canvas .react-flow__node[data-id="{after}"]')
        self.click(node.locator(f'.cv-port[data-port="{way}"]'))
        self.click(self.page.locator("#canvas").get_by_role("option", name=kind))
        expect(self.page.locator("#inspector h2")).to_have_text(heading)

    def rest(self) -> None:
        if self.page.locator("#designer").count():
            self.page.wait_for_function(IS_SAVED)


@pytest.fixture
def ana(transactional_db: None) -> Person:
    marketing, legal = make_team(), make_team("legal")
    make_person("lee", (legal, Role.APPROVER))
    return make_person("ana", (marketing, Role.PUBLISHER), (marketing, Role.OPERATOR))


def make_start(hands: Hands) -> None:
    """From the list of flows to a webhook that takes an amount."""
    hands.click(hands.page.get_by_role("link", name="New flow").first)
    hands.fill("Name", "Large orders")
    hands.press("Begin")
    hands.click(hands.page.locator('#canvas [data-step="trigger"]'))
    hands.choose("Starts by", "Webhook")
    expect(hands.page.get_by_label("Address needed")).to_have_value("large-orders")
    hands.choose("Callers prove themselves by", "Nothing: anybody may call")
    hands.press("Add a field", "#inspector")
    hands.fill("Name of field 1", "amount")
    hands.choose("Type of this field", "Number")


def make_steps(hands: Hands) -> None:
    """Large ones to Legal, and what they approved to the partner."""
    hands.add("trigger", "next", "one way of several", "Choose")
    hands.press("Add a case", "#inspector")
    hands.fill("What case 1 looks at", "trigger.body.amount")
    hands.choose("How case 1 compares", "is more than")
    hands.fill("What case 1 compares with", "1000")
    hands.fill("Port of case 1", "large")
    expect(hands.page.get_by_label("Large", exact=True)).to_be_visible()
    hands.add("choose", "large", "several people decide", "Approval")
    hands.write("with.title", "A large order")
    hands.fill("Who is asked: add a person or team", "Legal")
    hands.add("approval", "approved", "any address", "HTTP request")
    hands.choose("Method", "POST")
    hands.write("with.url", "https://partner.example/orders")


def try_it(hands: Hands) -> None:
    """With an amount that is large; answered in place of Legal."""
    page, drawer = hands.page, hands.page.locator("#drawer")
    hands.press("Try")
    hands.click(drawer.get_by_role("tab", name="Data"))
    hands.click(drawer.get_by_text("Paste JSON").first)
    sample = drawer.locator("textarea:visible").first
    sample.fill('{"amount": 5000}')
    hands.actions += 1
    hands.click(sample.locator("xpath=ancestor::form").get_by_role("button").first)
    hands.click(drawer.get_by_role("tab", name="Try-out"))
    hands.press("Run all", "#drawer")
    expect(drawer.locator(".try-end")).to_contain_text("Needs an answer")
    hands.press("Approved", "#drawer")
    expect(drawer.locator(".try-end")).to_contain_text("Completed")
    expect(page.locator('#canvas [data-step="http_request"]')).to_contain_text("made up")


class TestNewcomer:
    def test_makes_tries_and_publishes_a_flow_that_runs(self, visitor: Visitor, live_server: Any) -> None:
        page, hands = visitor.page, Hands(visitor.page)
        page.goto(f"{live_server.url}/flows/")
        make_start(hands)
        make_steps(hands)
        try_it(hands)
        hands.click(page.get_by_role("link", name="Publish…"))
        hands.click(page.locator("main").get_by_role("button", name="Publish", exact=True))
        page.wait_for_url(lambda url: url.endswith("/flows/large-orders/"))
        assert hands.actions <= MOST_ACTIONS
        assert visitor.complaints == []
        assert Flow.objects.get(key="large-orders").live_version is not None
        for amount in (500, 5000):
            called = requests.post(f"{live_server.url}/hooks/large-orders", json={"amount": amount}, timeout=30)
            assert called.status_code < 300, called.text
        settle()
        small, large = Run.objects.order_by("started_at")
        assert [step for step, _ in visits(small)] == ["choose"]
        assert [step for step, _ in visits(large)] == ["choose", "approval"]
