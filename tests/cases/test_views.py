"""Pages of cases: opening one, editing it side by side, contributing, what stands beside it, and its type."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from cases.case_types import CaseTypeData
from cases.checklists import read_asked
from cases.models import Case, CaseNote, CaseType, Task
from cases.operations import complete_task
from cases.operations.types import add_case_type
from integrator.events.models import Event
from tests.support.cases import NOW, Office, make_case
from tests.support.forms import EXPENSES, make_form
from tests.support.personas import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "title": "Amount"}}}
DISPUTE = CaseTypeData(
    name="Customer dispute",
    team="marketing",
    statuses=["received", "decided"],
    final_statuses=["decided"],
    milestones=["Received", "Decided", "Answered"],
    fields=FIELDS,
    number_prefix="DSP",
    contributions={"legal": "team:legal", "service": "http:brand"},
    is_offered=True,
)


@pytest.fixture
def mo(office: Office) -> Client:
    add_case_type(key="dispute", data=DISPUTE, person=office.mo, now=NOW)
    return sign_in(office.mo)


def start(client: Client, **given: Any) -> Any:
    return client.post("/cases/new/dispute/", {"title": "14 damaged pallets", "field-0": "12480", **given})


def text_of(answer: Any) -> str:
    return answer.content.decode()


class TestNewCase:
    def test_without_a_type_leads_who_may_offer_one_to_the_types(self, office: Office) -> None:
        assert 'href="/settings/case-types/"' in text_of(sign_in(office.mo).get("/cases/new/"))
        said = text_of(sign_in(office.lee).get("/cases/new/"))
        assert "No type of case is opened by hand" in said
        assert ">Case types</a>" not in said.partition('id="content"')[2]

    def test_leads_from_the_type_to_the_number(self, mo: Client) -> None:
        assert "Customer dispute" in text_of(mo.get("/cases/new/"))
        assert "Amount" in text_of(mo.get("/cases/new/dispute/"))
        answer = start(mo)
        case = Case.objects.get()
        assert answer.headers["Location"] == f"/cases/{case.number}/"
        assert re.fullmatch(r"DSP-\d{4}-\d{6}", case.number)
        assert case.data == {"amount": 12480}

    def test_keeps_what_was_typed_where_a_field_does_not_fit(self, mo: Client) -> None:
        answer = start(mo, **{"field-0": "much"})
        assert answer.status_code == 400
        assert "14 damaged pallets" in text_of(answer)
        assert not Case.objects.exists()

    def test_points_out_the_one_with_the_same_number_of_theirs(self, mo: Client) -> None:
        start(mo, business_key="A-1")
        first = Case.objects.get()
        again = start(mo, business_key="A-1")
        assert again.status_code == 400
        assert f"/cases/{first.number}/" in text_of(again)
        start(mo, business_key="A-1", anyway="true")
        assert Case.objects.count() == 2


class TestCasePage:
    def test_shows_checklist_milestones_and_what_can_be_done(self, mo: Client) -> None:
        start(mo)
        page = text_of(mo.get(f"/cases/{Case.objects.get().number}/"))
        assert "The case moves on exactly when all two are in" in page
        assert "Waiting for any one of Legal" in page
        assert "Waiting for the application of Brand" in page
        assert "Answered" in page
        assert "Add a task" in page

    def test_offers_nothing_to_those_who_only_read(self, office: Office, mo: Client) -> None:
        start(mo)
        page = text_of(sign_in(office.ana).get(f"/cases/{Case.objects.get().number}/"))
        assert "14 damaged pallets" in page
        for offered in ("Add a task", "Link a case", "Add a party", "Edit the case"):
            assert offered not in page

    def test_still_shows_a_status_that_the_type_has_no_more(self, mo: Client) -> None:
        start(mo)
        CaseType.objects.update(statuses=["decided"])
        number = Case.objects.get().number
        assert "Received" in text_of(mo.get(f"/cases/{number}/"))
        assert "received" in text_of(mo.get(f"/cases/{number}/edit/"))


class TestEdit:
    def test_changes_only_what_differs_and_tells_old_and_new(self, mo: Client) -> None:
        start(mo)
        case = Case.objects.get()
        self._send(mo, case, title="13 damaged pallets")
        case.refresh_from_db()
        assert (case.title, case.data) == ("13 damaged pallets", {"amount": 12480})
        assert "title: 14 damaged pallets → 13 damaged pallets" in text_of(mo.get(f"/cases/{case.number}/"))

    def test_shows_both_sides_of_a_conflict_and_keeps_mine_when_sent_again(self, office: Office, mo: Client) -> None:
        start(mo)
        case = Case.objects.get()
        seen = self._seen(case)
        self._send(sign_in(office.adm), case, seen=seen, **{"field-0": "9000"})
        answer = self._send(mo, case, seen=seen, **{"field-0": "8000"})
        assert answer.status_code == 409
        for value in ("12480", "9000", "8000"):
            assert value in text_of(answer)
        case.refresh_from_db()
        assert case.data == {"amount": 9000}
        self._send(mo, case, seen=self._seen(case), **{"field-0": "8000"})
        case.refresh_from_db()
        assert case.data == {"amount": 8000}

    def _seen(self, case: Case) -> str:
        return json.dumps({**{name: getattr(case, name) for name in ("title", "status", "priority")},
                           "owner": case.owner.username if case.owner else "", "team": case.team.slug,
                           "data": case.data})  # fmt: skip

    def _send(self, client: Client, case: Case, seen: str = "", **given: str) -> Any:
        shown = json.loads(self._seen(case))
        data = {name: shown[name] for name in ("title", "status", "priority", "owner", "team")}
        body = {**data, "field-0": "12480", "seen": seen or self._seen(case), **given}
        return client.post(f"/cases/{case.number}/edit/", body)


class TestContribute:
    def test_takes_it_once_and_says_so_the_second_time(self, office: Office, mo: Client) -> None:
        start(mo)
        address = f"/cases/{Case.objects.get().number}/contributions/service/"
        bea = sign_in(office.bea)
        assert bea.get(address).status_code == 200
        assert bea.post(address, {"comment": "Photos match"}).status_code == 302
        again = bea.post(address, {"comment": "Again"}, follow=True)
        assert "It was in already, so nothing changed." in text_of(again)
        assert sign_in(office.ana).get(address).status_code == 403
        assert sign_in(office.sam).get(address).status_code == 404

    def test_says_that_an_answer_can_still_be_undone(self, office: Office, mo: Client, settings: Any) -> None:
        settings.UNDO_S = 15
        start(mo)
        task = Task.objects.get(title="Legal: 14 damaged pallets")
        complete_task(task_id=task.pk, person=office.lia, outcome="contribute", now=NOW, undoable=True)
        case = Case.objects.get()
        page = text_of(mo.get(f"/cases/{case.number}/"))
        assert f"{office.lia} answered, can be undone until" in page
        assert f"/cases/{case.number}/contributions/legal/" not in page


class TestComments:
    def test_are_kept_told_and_shown_and_nothing_for_strangers(self, office: Office, mo: Client) -> None:
        start(mo)
        at = f"/cases/{Case.objects.get().number}/"
        told = text_of(mo.post(f"{at}comments/", {"text": "The carrier called, @bea and @sam"}, follow=True))
        assert "The carrier called" in told
        assert f"{office.sam} cannot see this" in told
        assert "The comment is empty" in text_of(mo.post(f"{at}comments/", {"text": " "}, follow=True))
        assert sign_in(office.sam).post(f"{at}comments/", {"text": "Hello"}).status_code == 404


class TestBeside:
    def test_links_notes_parties_tasks_and_the_end(self, office: Office, mo: Client) -> None:
        start(mo)
        case, other = Case.objects.get(), make_case(office)
        at = f"/cases/{case.number}"
        for address, body in (
            ("links", {"case": other.number.lower(), "kind": "blocks"}),
            ("notes", {"text": "For us", "for_team": "true"}),
            ("parties", {"who": "Nordwind Trading", "role": "customer"}),
            ("ask", {"title": "Call them", "to": "lee, team:legal", "due_at": "2126-12-01T10:00"}),
            ("hold", {"reason": "Court"}),
        ):
            assert mo.post(f"{at}/{address}/", body).status_code == 302
        page = text_of(mo.get(f"{at}/"))
        for words in ("blocks", "For us", "Nordwind Trading", "Call them", "Its data stay: Court"):
            assert words in page
        note = CaseNote.objects.get()
        assert sign_in(office.adm).post(f"{at}/notes/{note.pk}/remove/").status_code == 404
        assert mo.post(f"{at}/close/", {"status": "decided"}).status_code == 302
        assert set(Task.objects.filter(title="Legal: 14 damaged pallets").values_list("status", flat=True)) == {
            "withdrawn"
        }
        assert "Open a case that follows it up" in text_of(mo.get(f"{at}/"))


class TestList:
    def test_finds_by_words_of_the_data_and_shows_the_columns_of_a_type(self, office: Office, mo: Client) -> None:
        start(mo)
        make_case(office, title="Other", data={"city": "Köln"})
        assert "Other" in text_of(mo.get("/cases/?q=koln"))
        page = text_of(mo.get("/cases/?type=dispute"))
        assert "Amount" in page
        assert "12480" in page
        assert "Other" not in page

    def test_keeps_a_view_under_a_name(self, mo: Client) -> None:
        kept = mo.post("/cases/views/", {"name": "Disputes", "query": "type=dispute"})
        assert kept.headers["Location"] == "/cases/?type=dispute"
        assert "Disputes" in text_of(mo.get("/cases/"))

    def test_exports_what_it_shows_safe_from_formulas(self, office: Office, mo: Client) -> None:
        make_case(office, title="=HYPERLINK(1)", data={"a": "+1"})
        answer = mo.get("/cases/export/csv/?q=hyperlink")
        text = b"".join(answer.streaming_content).decode()
        assert "'=HYPERLINK(1)" in text
        assert Event.objects.filter(name="export.made").count() == 1
        assert sign_in(office.ana).get("/cases/export/csv/").status_code == 403


class TestCaseTypePages:
    def test_a_lead_adds_and_changes_one(self, office: Office, mo: Client) -> None:
        body = {
            "name": "Invoice", "key": "invoice", "team": "marketing", "statuses": "open\npaid",
            "final_statuses": "paid",
            "number_digits": "5", "number_prefix": "inv", "priority_rules": "amount above 10000 → urgent",
            "contributions": "finance: team:hr # What can be paid?\nhint: http (optional)",
        }  # fmt: skip
        assert mo.post("/settings/case-types/add/", body).status_code == 302
        row = CaseType.objects.get(key="invoice")
        assert (row.number_prefix, [one.key for one in read_asked(row.contributions)]) == ("INV", ["finance", "hint"])
        page = text_of(mo.get("/settings/case-types/of/invoice/"))
        assert "hint: http (optional)" in page
        assert "amount above 10000 → urgent" in page
        assert mo.post("/settings/case-types/of/invoice/", {**body, "statuses": ""}).status_code == 400
        assert sign_in(office.lia).get("/settings/case-types/of/invoice/").status_code == 404

    @pytest.mark.parametrize("field", ["contributions", "priority_rules", "fields_schema"])
    def test_names_the_line_that_is_wrong(self, mo: Client, field: str) -> None:
        body = {
            "name": "X",
            "key": "x",
            "statuses": "open",
            "final_statuses": "",
            "number_digits": "6",
            field: "{nonsense",
        }
        answer = mo.post("/settings/case-types/add/", body)
        assert answer.status_code == 400
        assert "nonsense" in text_of(answer)

    def test_fields_are_edited_as_rows(self, office: Office, mo: Client) -> None:
        address = "/settings/case-types/add/"
        typed = {"name": "Claim", "key": "claim", "team": "marketing", "statuses": "open", "is_offered": "on",
                 "number_digits": "6"}  # fmt: skip
        sent = {**typed, "do": "fields:add", "new.title": "Damage in words", "new.sort": "text"}
        page = mo.post(address, sent)
        assert page.status_code == 200
        assert 'value="Claim"' in text_of(page)
        one = page.context["fields"].text
        assert json.loads(one)["properties"]["damage_in_words"]["title"] == "Damage in words"
        sent = {**typed, "fields_schema": one, "fields_before": one, "field0.key": "damage_in_words",
                "field0.title": "Damage", "field0.required": "true", "do": "fields:add", "new.title": "Cause",
                "new.sort": "choice"}  # fmt: skip
        two = mo.post(address, sent).context["fields"].text
        rows = {"field0.key": "damage_in_words", "field0.title": "Damage", "field0.required": "true",
                "field1.key": "cause", "field1.title": "Cause", "field1.options": "rain\nfire",
                "field1.sensitive": "true", "fields_schema": two, "fields_before": two}  # fmt: skip
        moved = mo.post(address, {**typed, **rows, "do": "fields:up.1"}).context["fields"]
        assert [row.key for row in moved.rows] == ["cause", "damage_in_words"]
        gone = mo.post(address, {**typed, **rows, "do": "fields:remove.0"}).context["fields"]
        assert [row.key for row in gone.rows] == ["cause"]
        assert not CaseType.objects.filter(key="claim").exists()
        assert mo.post(address, {**typed, **rows}).status_code == 302
        assert CaseType.objects.get(key="claim").fields == {
            "type": "object",
            "required": ["damage_in_words"],
            "properties": {
                "damage_in_words": {"type": "string", "maxLength": 200, "title": "Damage"},
                "cause": {"type": "string", "enum": ["rain", "fire"], "title": "Cause", "x-sensitive": True},
            },
        }

    def test_what_is_typed_as_json_counts_before_the_rows(self, mo: Client) -> None:
        schema = {"type": "object", "properties": {"a": {"type": "string"}}}
        sent = {"name": "X", "key": "x", "team": "marketing", "statuses": "open", "number_digits": "6",
                "fields_schema": json.dumps(schema), "fields_before": "", "field0.key": "a",
                "field0.title": "Other"}  # fmt: skip
        assert mo.post("/settings/case-types/add/", sent).status_code == 302
        assert CaseType.objects.get(key="x").fields == schema

    def test_takes_the_fields_of_a_form(self, office: Office, mo: Client) -> None:
        make_form(key="claim")
        sent = {"do": "fields:use", "fields_form": "claim"}
        page = mo.post("/settings/case-types/add/", sent)
        assert json.loads(page.context["fields"].text) == EXPENSES

    def test_keeps_titles_and_forms_of_contributions_that_lines_do_not_say(self, office: Office, mo: Client) -> None:
        body = {"name": "Invoice", "key": "invoice", "team": "marketing", "statuses": "open", "number_digits": "6",
                "contributions": "finance: team:hr # What?"}  # fmt: skip
        mo.post("/settings/case-types/add/", body)
        row = CaseType.objects.get(key="invoice")
        form = {"type": "object", "properties": {"a": {"type": "number"}}}
        row.contributions = [{**row.contributions[0], "title": "Cost", "form": form}]
        row.save()
        asked = {**body, "contributions": "finance: team:hr (optional) # How much?"}
        assert mo.post("/settings/case-types/of/invoice/", asked).status_code == 302
        [one] = CaseType.objects.get(key="invoice").contributions
        assert (one["title"], one["form"], one["required"], one["question"]) == ("Cost", form, False, "How much?")
