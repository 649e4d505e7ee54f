"""Forms that start flows: filled in with and without an account, guarded, with files, a receipt, and once only."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from flows.inbound.start_guards import Mark
from flows.models import Flow, Run, RunInput, StoredRequest
from integrator.events.models import Event
from integrator.files.models import FileUse
from integrator.people.roles import Role
from tests.support.forms import make_form
from tests.support.hooks import listen_to
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import person_with

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/start/exception/"
FLOW = """
format: 1
flow: exception
name: Invoice exception
team: marketing
trigger:
  kind: form
  path: exception
  access: {access}
  title: Report an invoice
  text: We answer within two days.
  thanks: Thank you, accounts payable looks into it.
  business_key: "= body.invoice"
  {more}
  form: {form}
steps:
  open_case:
    kind: case.open
    with: {{type: exception, title: "= 'Invoice ' & trigger.body.invoice"}}
    next: pause
  pause: {{kind: wait, with: {{for: PT1H}}}}
"""
FORM = """
    type: object
    required: [invoice, amount]
    properties:
      invoice: {type: string, maxLength: 40}
      amount: {x-field: money, x-currencies: [EUR]}
      why: {type: string, maxLength: 500, x-show-if: "amount.amount > 1000"}
      scan: {type: string, format: file}
"""
FILLED = {"field-0": "4711", "field-1-amount": "250.00", "field-1-currency": "EUR"}


def open_form(access: str = "public", *, form: str = FORM, more: str = "") -> None:
    listen_to(FLOW.format(access=access, form=form, more=more))


def mark_in(client: Client) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', client.get(ADDRESS).content.decode())
    assert found is not None
    return found[1]


def send(client: Client, mark: str | None = None, **given: Any) -> Any:
    return client.post(ADDRESS, {"mark": mark_in(client) if mark is None else mark, **FILLED, **given})


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def body_of(run: Run) -> Any:
    return json.loads(RunInput.objects.get(run_id=run.pk).trigger)["body"]


class TestPublicForm:
    def test_leads_from_the_page_to_a_receipt_with_the_number(self) -> None:
        open_form()
        browser = Client(enforce_csrf_checks=True)
        page = text_of(browser.get(ADDRESS))
        assert "Report an invoice" in page
        assert "We answer within two days." in page
        answer = send(browser)
        run = Run.objects.get()
        assert (answer.status_code, body_of(run)) == (
            302,
            {"invoice": "4711", "amount": {"amount": "250.00", "currency": "EUR"}},
        )
        receipt = text_of(browser.get(answer.headers["Location"]))
        assert run.reserved_case_number in receipt
        assert "accounts payable looks into it" in receipt
        assert f"/status/{run.status_token}" in receipt
        assert (run.business_key, StoredRequest.objects.get().outcome) == ("4711", "accepted")

    def test_starts_one_run_for_a_double_click(self) -> None:
        open_form()
        browser = Client()
        mark = mark_in(browser)
        first, second = send(browser, mark), send(browser, mark)
        assert first.headers["Location"] == second.headers["Location"]
        assert Run.objects.count() == 1

    def test_keeps_what_was_typed_and_the_refusal_where_it_does_not_fit(self) -> None:
        open_form()
        answer = send(Client(), **{"field-1-amount": "much"})
        page = text_of(answer)
        assert answer.status_code == 400
        assert 'value="4711"' in page
        assert "Your form was not sent." in page
        assert "Write an amount, such as 1250.00." in page
        kept = StoredRequest.objects.get()
        assert (kept.outcome, kept.code, json.loads(kept.body)["invoice"]) == ("refused", "intake.invalid", "4711")
        assert kept.errors[0]["pointer"] == "/amount/amount"
        assert not Run.objects.exists()

    @pytest.mark.parametrize("again", [{"field-1-amount": "much"}, {"add-row": "field-1"}])
    def test_asks_for_files_once_more_where_some_were_chosen(self, again: dict[str, str]) -> None:
        open_form()
        scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4\n", content_type="application/pdf")
        said = "Choose your files once more"
        assert said in text_of(send(Client(), **again, **{"field-3": scan}))
        assert said not in text_of(send(Client(), **again))

    def test_may_be_one_that_the_flow_holds(self) -> None:
        listen_to(FLOW.format(access="public", form="{use: report}", more="") + f"forms:\n  report:{FORM}")
        assert send(Client()).status_code == 302
        assert body_of(Run.objects.get())["invoice"] == "4711"

    def test_follows_conditions_as_a_task_does(self) -> None:
        open_form()
        send(Client(), **{"field-2": "not shown below 1000"})
        assert "why" not in body_of(Run.objects.get())

    def test_takes_files_from_people_without_an_account(self) -> None:
        open_form()
        scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4\n", content_type="application/pdf")
        assert send(Client(), **{"field-3": scan}).status_code == 302
        body = body_of(Run.objects.get())
        assert body["scan"]["name"] == "scan.pdf"
        assert str(FileUse.objects.get(is_sure=True).file_id) == body["scan"]["file"]

    def test_takes_no_file_of_another_by_its_id(self) -> None:
        open_form()
        send(Client(), **{"field-3": "0190b2d2-0000-7000-8000-000000000000"})
        assert "scan" not in body_of(Run.objects.get())

    @pytest.mark.parametrize("text", ["a\x00b", "x" * 41])
    def test_refuses_what_no_text_may_hold(self, text: str) -> None:
        open_form()
        assert send(Client(), **{"field-0": text}).status_code == 400
        assert not Run.objects.exists()

    def test_is_nobodys_address_while_the_flow_is_paused(self) -> None:
        open_form()
        mark = mark_in(Client())
        Flow.objects.update(paused_at=datetime.now(UTC))
        assert Client().get(ADDRESS).status_code == 404
        assert send(Client(), mark).status_code == 404
        assert StoredRequest.objects.get().code == "intake.paused"
        assert Client().get("/start/other/").status_code == 404

    def test_is_no_webhook(self) -> None:
        open_form()
        assert Client().post("/hooks/exception", data=b"{}", content_type="application/json").status_code == 404

    def test_has_a_receipt_for_the_holder_of_its_link_only(self) -> None:
        open_form()
        assert Client().get(f"{ADDRESS}sent/{'0' * 32}/").status_code == 404
        assert Client().get(f"{ADDRESS}sent/x/").status_code == 404


class TestGuards:
    def test_keeps_what_fills_in_the_hidden_field(self) -> None:
        open_form()
        answer = send(Client(), website="http://spam.example")
        assert (answer.status_code, StoredRequest.objects.get().code) == (400, "form.trap")
        assert "spam.example" not in text_of(answer)
        assert 'value="4711"' in text_of(answer)

    def test_asks_who_is_faster_than_people_to_wait(self, settings: Any) -> None:
        open_form()
        settings.START_FORM_MIN_S = 3600
        answer = send(Client())
        assert (answer.status_code, StoredRequest.objects.get().code) == (400, "form.too_fast")
        settings.START_FORM_MIN_S = 0
        mark = re.search(r'name="mark" value="([^"]+)"', text_of(answer))
        assert mark is not None
        assert send(Client(), mark[1]).status_code == 302

    @pytest.mark.parametrize("made_for", ["exception", "other"])
    def test_takes_no_mark_that_is_old_or_of_another_form(self, made_for: str) -> None:
        open_form()
        age = timedelta(days=2) if made_for == "exception" else timedelta(0)
        mark = Mark(nonce="n", shown_at=datetime.now(UTC) - age).sign(made_for)
        answer = send(Client(), mark)
        assert (answer.status_code, StoredRequest.objects.get().code) == (400, "form.too_old")
        assert 'value="4711"' in text_of(answer)

    @pytest.mark.parametrize("mark", ["", "x", "WzFd:1abc:def"])
    def test_takes_no_mark_that_is_not_ours(self, mark: str) -> None:
        open_form()
        assert send(Client(), mark).status_code == 400

    def test_counts_each_address_by_itself(self) -> None:
        open_form(more="rate: {requests: 1, per_s: 3600}")
        here, there = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
        assert send(here).status_code == 302
        refused = send(here)
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
        assert send(there).status_code == 302
        assert StoredRequest.objects.get(outcome="refused").code == "intake.rate"


class TestInternalForm:
    def test_asks_for_the_sign_in_and_says_who_asked(self) -> None:
        open_form("internal")
        assert "/accounts/login/" in Client().get(ADDRESS).headers["Location"]
        assert "/accounts/login/" in send(Client(), "x").headers["Location"]
        person = make_person("una")
        assert send(sign_in(person)).status_code == 302
        assert Run.objects.get().requested_by == "una"

    def test_looks_like_every_page(self) -> None:
        open_form("internal")
        page = text_of(sign_in(make_person("una")).get(ADDRESS))
        assert "Report an invoice</b>" in page.partition("<h1")[0]
        assert '<form class="form gap-top" method="post" action="/start/exception/"' in page

    def test_is_checked_as_every_page_is(self) -> None:
        open_form("internal")
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(make_person("una"))
        assert send(browser).status_code == 403
        assert not Run.objects.exists()
        proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(browser.get(ADDRESS)))
        assert proof is not None
        scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4\n", content_type="application/pdf")
        assert send(browser, csrfmiddlewaretoken=proof[1], **{"field-3": scan}).status_code == 302
        assert body_of(Run.objects.get())["scan"]["name"] == "scan.pdf"


class TestFormOfTheLibrary:
    def test_is_filled_in_as_it_is_published_now(self) -> None:
        make_form({"type": "object", "required": ["topic"], "properties": {"topic": {"type": "string"}}}, key="claim")
        listen_to(FLOW.format(access="public", form="{use: claim}", more="").replace("body.invoice", "body.topic"))
        browser = Client()
        assert "Topic" in text_of(browser.get(ADDRESS))
        assert browser.post(ADDRESS, {"mark": mark_in(browser), "field-0": "Pallets"}).status_code == 302
        assert body_of(Run.objects.get()) == {"topic": "Pallets"}


class TestFlowPages:
    def test_show_where_the_form_is(self) -> None:
        open_form()
        _, client = person_with(Role.OPERATOR)
        assert "http://testserver/start/exception/" in text_of(client.get("/flows/exception/requests/"))
        assert "/start/exception/" in text_of(client.get("/flows/exception/"))

    def test_keep_refusals_in_the_log(self) -> None:
        open_form()
        send(Client(), website="x")
        assert Event.objects.filter(name="request.refused").count() == 1
