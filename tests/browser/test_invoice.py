"""An invoice exception from the form to the closed case, wide and narrow: handed over, asked about, late, answered
by a substitute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import NARROW_PX, WIDE_PX, Visitor, open_visitor
from tests.support.installation import PASSWORD, Installation, embedded
from tests.support.installed_clocks import move_clock
from tests.support.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WITHIN_S = 60
TWO_DAYS_S = 172_800
INBOX = re.compile(r"/inbox/(?:\?.*)?$")  # where one is led after an answer
POLICY = {
    "key": "invoices",
    "name": "Invoices",
    "subject": "task",
    "task_kind": "assign",
    "team": "legal",
    "budget": "P2D",
}
FLOW = """
format: 1
flow: invoice-exception
name: Invoice exceptions
team: legal
trigger:
  kind: form
  path: invoice-exception
  access: public
  title: Report an invoice that is wrong
  business_key: "= body.invoice"
  form:
    type: object
    required: [invoice, fault]
    properties:
      invoice: {type: string, title: Number of the invoice}
      fault: {type: string, title: What is wrong, maxLength: 500}
steps:
  open_case:
    kind: case.open
    with: {type: invoice-exception, title: "= 'Invoice ' & trigger.body.invoice"}
    next: correct
  correct:
    kind: task.assign
    with:
      title: "= 'Correct the invoice ' & trigger.body.invoice"
      show: [{label: What is wrong, value: "= trigger.body.fault"}]
      to: [team:legal]
    on: {done: close}
  close: {kind: case.close, with: {status: closed}}
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("invoice")
    said = {"INTEGRATOR_UNDO_S": "0", "INTEGRATOR_START_FORM_MIN_S": "0"}
    with embedded(folder, flows=[FLOW], **said) as installation:
        installation.start_up()
        assert installation.call("admin", "POST", "/api/v1/sla/policies", json=POLICY).status_code == 200
        yield installation


@contextmanager
def visiting(chromium: Browser, product: Installation, name: str, width_px: int) -> Iterator[Visitor]:
    with open_visitor(chromium, width_px=width_px) as visitor:
        if name:
            visitor.sign_in(product.url, name, PASSWORD)
        yield visitor


def judge(visitor: Visitor) -> None:
    """The page that is open has no barrier, fits its screen, and nothing of it complained."""
    assert visitor.find_barriers() == []
    assert not visitor.is_too_wide()
    assert visitor.complaints == []


def find_task(product: Installation, title: str, name: str) -> dict[str, Any] | None:
    tasks = product.get(name, "/api/v1/tasks?status=open&limit=200")["results"]
    return next((task for task in tasks if title in task["title"]), None)


def wait_for_task(product: Installation, title: str, name: str) -> dict[str, Any]:
    wait_for(lambda: find_task(product, title, name), within_s=WITHIN_S, what=f"a task for {name}")
    task = find_task(product, title, name)
    assert task is not None
    return task


def clock_of(product: Installation, task: str) -> str:
    return str(product.get("lia", f"/api/v1/tasks/{task}/clock")["state"])


def list_told(product: Installation, number: str) -> set[str]:
    """The names of what happened in the case."""
    rows = product.get("aud", f"/api/v1/cases/{number}/timeline?limit=200")["results"]
    return {row["name"] for row in rows}


def report(chromium: Browser, product: Installation, invoice: str, width_px: int) -> str:
    """Somebody without an account fills in the form; the number on their receipt."""
    with visiting(chromium, product, "", width_px) as visitor:
        page = visitor.page
        page.goto(f"{product.url}/start/invoice-exception/")
        judge(visitor)
        page.get_by_label("Number of the invoice").fill(invoice)
        page.get_by_label("What is wrong").fill("12 cartons were ordered, 21 are on the invoice")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        judge(visitor)
        number = page.locator("dd b").inner_text()
        page.get_by_role("link", name="See how it stands").click()
        expect(page.get_by_role("heading", name=number)).to_be_visible()
        return number


def hand_over(chromium: Browser, product: Installation, task: str, width_px: int) -> None:
    """The lead gives it to Lee for good."""
    with visiting(chromium, product, "lia", width_px) as lia:
        lia.page.goto(f"{product.url}/inbox/{task}/")
        judge(lia)
        lia.page.locator("summary", has_text="Hand on").click()
        lia.page.get_by_label("To whom?").fill("lee")
        lia.page.get_by_role("button", name="Hand over for good").click()
        expect(lia.page.locator("#content")).to_contain_text("Lee")


def ask(chromium: Browser, product: Installation, task: str, invoice: str, width_px: int) -> None:
    """Lee needs to know something of somebody, so that the clock stands still until the answer."""
    with visiting(chromium, product, "lee", width_px) as lee:
        lee.page.goto(f"{product.url}/inbox/{task}/")
        lee.page.locator("summary", has_text="Ask").first.click()
        lee.page.get_by_label("What do you need to know?").fill("Which order was it?")
        lee.page.get_by_label("Whom do you ask?").fill("fin")
        lee.page.get_by_role("button", name="Ask", exact=True).click()
        expect(lee.page.get_by_text("the clock stands still").first).to_be_visible()
        judge(lee)
    assert clock_of(product, task) == "paused"
    question = wait_for_task(product, invoice, "fin")
    with visiting(chromium, product, "fin", width_px) as fin:
        fin.page.goto(f"{product.url}/inbox/{question['id']}/")
        judge(fin)
        fin.page.locator("#comment").fill("Order 990")
        fin.page.locator("button[name=outcome]").first.click()
        expect(fin.page).to_have_url(INBOX)
    assert clock_of(product, task) == "running"


def stand_in(chromium: Browser, product: Installation, task: str, width_px: int) -> None:
    """Bo acts for Lee, sees that it is late and what was found out, and answers."""
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    named = product.call("lee", "POST", "/api/v1/substitutes", json={"substitute": "bo", "ends_at": until})
    assert named.status_code in (200, 201), named.text
    with visiting(chromium, product, "bo", width_px) as bo:
        bo.page.goto(f"{product.url}/inbox/{task}/")
        expect(bo.page.get_by_text("You act for Lee").first).to_be_visible()
        expect(bo.page.locator("#content")).to_contain_text("late by")
        expect(bo.page.get_by_text("Order 990").first).to_be_visible()
        judge(bo)
        bo.page.locator("button[name=outcome][value=done]").first.click()
        expect(bo.page).to_have_url(INBOX)
    ended = product.call("lee", "POST", f"/api/v1/substitutes/{named.json()['id']}/end")
    assert ended.status_code == 200, ended.text


@pytest.mark.parametrize("width_px", [WIDE_PX, NARROW_PX])
class TestInvoiceException:
    def test_goes_from_the_form_to_the_closed_case(
        self, chromium: Browser, product: Installation, width_px: int
    ) -> None:
        invoice = f"4711-{width_px}"
        number = report(chromium, product, invoice, width_px)
        task = str(wait_for_task(product, invoice, "lia")["id"])
        hand_over(chromium, product, task, width_px)
        ask(chromium, product, task, invoice, width_px)
        move_clock(product, task, budget_s=TWO_DAYS_S, passed_s=TWO_DAYS_S + 3600)
        wait_for(lambda: "sla.breached" in list_told(product, number), within_s=WITHIN_S, what="the breach")
        stand_in(chromium, product, task, width_px)
        wait_for(
            lambda: product.get("aud", f"/api/v1/cases/{number}")["closed_at"] is not None,
            within_s=WITHIN_S,
            what="the case to be closed",
        )
        told = list_told(product, number)
        assert {"case.opened", "task.reassigned", "sla.breached", "task.decided", "case.closed"} <= told
        with visiting(chromium, product, "aud", width_px) as aud:
            aud.page.goto(f"{product.url}/cases/{number}/")
            expect(aud.page.get_by_role("heading", name=f"Invoice {invoice}")).to_be_visible()
            expect(aud.page.get_by_text("for Lee").first).to_be_visible()
            judge(aud)
