"""An analyst builds the form of an invoice exception in the browser, a flow asks with it, and it is answered on a phone
by keyboard alone: every sort of field, and the accepted changes as a patch in the run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cases.models import Task
from flows.models import Flow, Run
from flows.operations.publishing import import_flow
from integrator.files.facts import describe_file
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.browser import NARROW_PX, open_visitor
from tests.support.connections import make_place
from tests.support.files import PDF_BYTES, make_file
from tests.support.flows import make_run, make_team, settle
from tests.support.forms import NOW
from tests.support.loopback import answer, respond, serve
from tests.support.personas import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLOW = """
format: 1
flow: exceptions
name: Invoice exceptions
team: marketing
steps:
  open_case:
    kind: case.open
    with: {type: invoice-exception, title: Invoice 4711, data: "= trigger.body"}
    next: check
  check:
    kind: task.assign
    with: {title: Check invoice 4711, to: [sam], form: {use: exception}}
    on: {done: keep}
  keep: {kind: set, with: {patch: "= steps.check.data.comparison.patch", total: "= steps.check.data.money.amount"}}
"""
CHANGE = {"before": {"iban": "DE01", "city": "Bonn"}, "after": {"iban": "DE02", "city": "Köln"}}
SUPPLIERS = json.dumps([{"id": "S-1", "name": "Smith"}, {"id": "S-2", "name": "Sons"}]).encode()
SORTS = ["document", "comparison", "lookup", "choice", "table", "money", "long_text", "date", "person", "file"]
PARTS = {
    "document": {"prefill": "case.data.scan"},
    "comparison": {"prefill": "case.data.change"},
    "lookup": {"connection": "erp", "path": "/suppliers", "value": "id", "words": "name"},
    "choice": {"options": "Price\nQuantity"},
    "money": {"compute": "sum(table.money_2)"},
    "long_text": {"show": "money > 100"},
}


@pytest.fixture
def people(transactional_db: None) -> dict[str, Person]:
    team = make_team()
    return {
        "ana": make_person("ana", (team, Role.ANALYST), (team, Role.PUBLISHER)),
        "sam": make_person("sam", (team, Role.OPERATOR)),
    }


class Builder:
    """The builder of a form as somebody uses it; each change is awaited by what the page says of the draft."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, selector: str) -> None:
        """A button that changes the draft."""
        self.change(self.page.locator(selector).click)

    def say(self, path: str, part: str, value: str) -> None:
        """One thing about the open field."""
        control = self.page.locator(f"[id='part-{path}-{part}']")
        self.change(lambda: (control.fill(value), control.blur()))

    def need(self, key: str) -> None:
        """The field has to be filled in."""
        self.open(key)
        self.change(self.page.locator(f"#part-{key}-required").click)

    def open(self, key: str) -> None:
        """Its panel."""
        self.page.locator(f"#open--{key}").click()
        expect(self.page.locator(f"[id='part-{key}-label']")).to_be_visible()

    def list_rows(self) -> list[str]:
        """The fields in the order of the page."""
        rows = self.page.locator("[data-field-row]:not([data-table])")
        return list(rows.evaluate_all("rows => rows.map((row) => row.dataset.fieldRow)"))

    def change(self, act: Callable[[], Any]) -> None:
        """Do it, and wait for the next revision of the draft."""
        bar = self.page.locator("#builder-bar")
        revision = bar.get_attribute("data-revision") or ""
        act()
        expect(bar).not_to_have_attribute("data-revision", revision)


def build(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/forms/add/")
    page.get_by_label("Name", exact=True).fill("Exception")
    page.get_by_label("Key").fill("exception")
    page.get_by_role("button", name="Add", exact=True).click()
    builder = Builder(page)
    for sort in (*SORTS, "confirmation"):
        builder.press(f"#add-{sort}")
    assert builder.list_rows() == [*SORTS, "confirmation"]
    expect(page.locator("#builder-bar")).to_contain_text("Before it can be published:")
    for key, parts in PARTS.items():
        builder.open(key)
        for part, value in parts.items():
            builder.say(key, part, value)
    builder.open("table")
    for sort in ("number", "money", "money"):
        builder.press(f"#add-column-table-{sort}")
    builder.say("table.money_2", "compute", "number * money")
    for key in ("comparison", "choice", "table", "confirmation"):
        builder.need(key)
    expect(page.locator("#builder-bar")).not_to_contain_text("Before it can be published:")
    expect(page.locator("#form-builder > .notice")).to_have_count(0)


def order(page: Page) -> None:
    """Rows move by drag and by keys, and stay there."""
    builder = Builder(page)
    page.goto(page.url.partition("?")[0])
    handle = page.locator("[data-field-row=person] .builder-handle")
    target = page.locator("[data-field-row=document]")
    builder.change(lambda: handle.drag_to(target, target_position={"x": 60, "y": 4}))
    page.focus("#up--date")
    for _ in range(2):
        builder.change(lambda: page.keyboard.press("Enter"))
    wanted = ["person", *SORTS[:5], "date", "money", "long_text", "file", "confirmation"]
    assert builder.list_rows() == wanted
    page.reload()
    assert builder.list_rows() == wanted


def publish(page: Page) -> None:
    page.locator("summary", has_text="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()


def ask() -> tuple[Run, Task]:
    import_flow(text=FLOW, person=None, publish=True, now=NOW)
    live = Flow.objects.get(key="exceptions").live_version
    assert live is not None
    scan = make_file(PDF_BYTES, "invoice-4711.pdf")
    run = make_run(live, {"scan": describe_file(scan), "change": CHANGE})
    settle()
    return run, Task.objects.get(correlation=str(run.pk))


def tab_to(page: Page, control: Locator) -> None:
    """Go there by Tab alone, as somebody without a mouse."""
    for _ in range(80):
        if control.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No Tab leads to {control}")


def type_into(page: Page, label: str, text: str, within: str = "[data-form-sheet]") -> None:
    tab_to(page, page.locator(within).get_by_label(label, exact=True).first)
    page.keyboard.type(text)


def fill_in(page: Page) -> None:
    """By keyboard alone, in the order of the form."""
    type_into(page, "Person optional", "ana")
    expect(page.get_by_role("link", name="invoice-4711.pdf")).to_be_visible()
    for number, key in enumerate((" ", "ArrowRight")):  # the first change is accepted, the second refused
        tab_to(page, page.get_by_label("Accept").nth(number))
        page.keyboard.press(key)
    tab_to(page, page.get_by_label("Choice from a system optional"))
    page.keyboard.type("Sons")
    tab_to(page, page.get_by_label("Choice", exact=True))
    page.keyboard.type("Qua")
    type_into(page, "Number", "3")
    type_into(page, "Money", "40,50", "[data-row]")
    expect(page.locator("[data-field=money] output")).to_have_text("121.50 EUR")
    expect(page.locator("[data-field=long_text]")).to_be_visible()
    tab_to(page, page.get_by_label("Date optional"))
    page.get_by_label("Date optional").fill("2026-11-30")  # its parts stand as the machine's language has them
    type_into(page, "Long text optional", "Three, not one")
    page.get_by_label("File optional").set_input_files(
        {"name": "note.pdf", "mimeType": "application/pdf", "buffer": PDF_BYTES}
    )
    type_into(page, "Your name, as it stands at the top", "Sam")
    type_into(page, "Your password", "secret-password")


class TestInvoiceExceptionForm:
    def test_is_built_published_asked_and_answered(
        self, chromium: Browser, live_server: Any, people: dict[str, Person], settings: Any
    ) -> None:
        settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
        with open_visitor(chromium) as visitor:
            visitor.sign_in(live_server.url, "ana", "secret-password")
            build(visitor.page, live_server.url)
            assert visitor.find_barriers() == []
            order(visitor.page)
            publish(visitor.page)
            assert visitor.complaints == []
        run, task = ask()
        listed = {"Content-Type": "application/json"}
        with (
            serve(respond(answer(SUPPLIERS, headers=listed))) as erp,
            open_visitor(chromium, width_px=NARROW_PX, theme="dark") as visitor,
        ):
            make_place(base_url=erp.url)
            visitor.sign_in(live_server.url, "sam", "secret-password")
            page = visitor.page
            page.goto(f"{live_server.url}/inbox/{task.pk}/")
            fill_in(page)
            assert visitor.find_barriers() == []
            assert not visitor.is_too_wide()
            tab_to(page, page.locator(".answers button[value=done]"))
            page.keyboard.press("Enter")
            expect(page.get_by_text("You answered “done”")).to_be_visible()
            assert visitor.find_barriers() == []
            assert visitor.complaints == []
        settle()
        data = Task.objects.get(pk=task.pk).data
        accepted = [{"op": "replace", "path": "/iban", "value": "DE02"}]
        assert data["comparison"] == {"patch": accepted, "accepted": ["/iban"], "refused": ["/city"]}
        assert (data["lookup"], data["choice"], data["person"], data["date"]) == (
            "S-2",
            "Quantity",
            "ana",
            "2026-11-30",
        )
        assert data["confirmation"]["confirmed_by"] == "sam"
        kept = json.loads(run.visits.get(key="keep").output)
        assert kept == {"patch": accepted, "total": "121.50"}
