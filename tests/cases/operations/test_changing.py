"""Cases changed by people: fields in place, side by side where two met, links, notes, parties, new cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cases.case_types import CaseTypeData
from cases.errors import (
    AskInvalid,
    CaseClosed,
    CaseDuplicate,
    CaseForbidden,
    CaseInvalid,
    CaseNotFound,
    CaseTypeError,
    EditConflict,
    PartNotFound,
)
from cases.models import Case, CaseLink, Task
from cases.operations import complete_task
from cases.operations.beside import add_party, link_cases, remove_note, unlink_cases, write_note
from cases.operations.changing import Edit, ask_somebody, edit_case, finish_case, hold_case
from cases.operations.starting import StartedCase, start_case
from cases.operations.types import add_case_type, change_case_type, remove_case_type
from cases.queries.beside import list_links, list_notes
from cases.search import match_words
from cases.veils import mask_case_data
from integrator.events.models import Event, EventPayload
from integrator.events.payloads import decode_payload
from tests.support.cases import NOW, Office, make_case

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {"type": "object", "properties": {"amount": {"type": "number"}, "iban": {"type": "string"}}}
DISPUTE = CaseTypeData(
    name="Customer dispute",
    team="marketing",
    statuses=["received", "decided"],
    final_statuses=["decided"],
    fields=FIELDS,
    number_prefix="DSP",
    is_offered=True,
    priority_rules=[{"field": "amount", "is": "above", "value": 10000, "priority": "urgent"}],
)


def names_of(number: str) -> list[str]:
    return list(Event.objects.filter(subject_id=number).order_by("id").values_list("name", flat=True))


@pytest.fixture
def dispute(office: Office) -> None:
    add_case_type(key="dispute", data=DISPUTE, person=office.mo, now=NOW)


def start(office: Office, by: str = "mo", **given: Any) -> Case:
    new = StartedCase(**{"type_key": "dispute", "title": "14 damaged pallets", **given})
    return start_case(new=new, person=office.people[by], now=NOW)


class TestEditCase:
    def test_merges_different_fields(self, office: Office) -> None:
        case = make_case(office, data={"a": 1, "b": 2})
        seen = {"title": case.title, "data": {"a": 1, "b": 2}}
        edit_case(number=case.number, person=office.mo, edit=Edit(changes={"data": {"a": 5}}, seen=seen), now=NOW)
        mine = Edit(changes={"title": "Mine", "data": {"b": 6}}, seen=seen)
        case = edit_case(number=case.number, person=office.adm, edit=mine, now=NOW)
        assert (case.title, case.data) == ("Mine", {"a": 5, "b": 6})

    def test_tells_both_sides_where_two_change_the_same(self, office: Office) -> None:
        case = make_case(office, data={"a": 1})
        seen = {"data": {"a": 1}}
        edit_case(number=case.number, person=office.mo, edit=Edit(changes={"data": {"a": 5}}, seen=seen), now=NOW)
        mine = Edit(changes={"data": {"a": 6}}, seen=seen)
        with pytest.raises(EditConflict) as caught:
            edit_case(number=case.number, person=office.adm, edit=mine, now=NOW)
        assert caught.value.details == {"fields": {"data.a": {"seen": 1, "now": 5, "yours": 6}}}
        assert caught.value.message.startswith("Mo changed a ")
        same = Edit(changes={"data": {"a": 5}}, seen=seen)
        assert edit_case(number=case.number, person=office.adm, edit=same, now=NOW).data == {"a": 5}

    def test_is_for_the_owner_and_for_those_who_change_the_teams_cases(self, office: Office) -> None:
        case = make_case(office, owner_id=office.ana.pk)
        edit = Edit(changes={"owner": "bo"})
        assert edit_case(number=case.number, person=office.ana, edit=edit, now=NOW).owner == office.bo
        with pytest.raises(CaseForbidden):
            edit_case(number=case.number, person=office.aud, edit=edit, now=NOW)
        with pytest.raises(CaseNotFound):
            edit_case(number=case.number, person=office.sam, edit=edit, now=NOW)

    def test_holds_what_is_changed_to_the_types_fields(self, office: Office, dispute: None) -> None:
        case = start(office)
        with pytest.raises(CaseInvalid) as caught:
            edit_case(number=case.number, person=office.mo, edit=Edit(changes={"data": {"amount": "x"}}), now=NOW)
        assert caught.value.details["errors"][0]["pointer"] == "/data/amount"


class TestStartCase:
    def test_numbers_it_in_the_series_of_its_type(self, office: Office, dispute: None) -> None:
        first, second = start(office), start(office)
        assert [first.number, second.number] == ["DSP-2026-000001", "DSP-2026-000002"]
        assert (first.status, first.owner, first.team.slug) == ("received", office.mo, "marketing")

    @pytest.mark.parametrize(("amount", "priority"), [(10_001, "urgent"), (10_000, "normal")])
    def test_has_the_priority_of_the_first_rule_that_holds(
        self, office: Office, dispute: None, amount: int, priority: str
    ) -> None:
        assert start(office, data={"amount": amount}).priority == priority

    def test_points_out_one_with_the_same_number_of_theirs(self, office: Office, dispute: None) -> None:
        first = start(office, business_key="A-1")
        with pytest.raises(CaseDuplicate) as caught:
            start(office, business_key="A-1")
        assert caught.value.details == {"cases": [first.number]}
        assert start(office, business_key="A-1", anyway=True).pk != first.pk

    def test_refuses_what_is_not_offered_or_not_theirs(self, office: Office, dispute: None) -> None:
        with pytest.raises(CaseForbidden):
            start(office, by="sam")
        make_case(office)
        with pytest.raises(CaseInvalid):
            start(office, type_key="content-approval")

    def test_follows_up_a_closed_one(self, office: Office, dispute: None) -> None:
        before = start(office)
        finish_case(number=before.number, person=office.mo, status="decided", now=NOW)
        after = start(office, follows=before.number)
        assert [(row.words, row.other) for row in list_links(office.mo, before)] == [("is followed up by", after)]


class TestSensitiveFields:
    def test_are_masked_where_they_are_shown_searched_and_told(self, office: Office) -> None:
        fields = {"type": "object", "properties": {"iban": {"type": "string", "x-sensitive": True}}}
        add_case_type(key="dispute", data=replace(DISPUTE, fields=fields), person=office.mo, now=NOW)
        case = start(office, data={"iban": "DE4411112222"})
        assert mask_case_data(case) == {"iban": "••••"}
        assert not match_words(Case.objects.all(), "DE4411112222").exists()
        other = Edit(changes={"data": {"iban": "DE9933334444"}})
        case = edit_case(number=case.number, person=office.mo, edit=other, now=NOW)
        assert mask_case_data(case) == {"iban": "••••"}
        told = [str(decode_payload(row.payload)) for row in EventPayload.objects.all()]
        assert not any("DE99" in text or "DE44" in text for text in told)


class TestFinishCase:
    def test_wants_a_final_status_of_the_type(self, office: Office, dispute: None) -> None:
        case = start(office)
        with pytest.raises(CaseInvalid):
            finish_case(number=case.number, person=office.mo, status="received", now=NOW)
        assert finish_case(number=case.number, person=office.mo, status="decided", now=NOW).closed_at == NOW
        with pytest.raises(CaseClosed):
            ask_somebody(number=case.number, person=office.mo, request={"title": "x", "to": ["lee"]}, now=NOW)


class TestAskSomebody:
    def test_is_a_task_in_the_case(self, office: Office) -> None:
        case = make_case(office)
        request = {"title": "Call the carrier", "to": ["team:legal"]}
        task = ask_somebody(number=case.number, person=office.mo, request=request, now=NOW)
        complete_task(task_id=task.pk, person=office.lee, outcome="done", comment="Called.", now=NOW)
        assert Task.objects.get().case == case


class TestBeside:
    def test_a_link_is_told_from_both_sides(self, office: Office) -> None:
        one, two = make_case(office), make_case(office)
        link = link_cases(number=one.number, other=two.number, kind="blocks", person=office.mo, now=NOW)
        assert link_cases(number=one.number, other=two.number, kind="blocks", person=office.mo, now=NOW) == link
        assert [row.words for row in list_links(office.mo, two)] == ["is blocked by"]
        assert names_of(two.number) == ["case.opened", "case.linked"]
        unlink_cases(number=two.number, link_id=link.pk, person=office.mo)
        assert not CaseLink.objects.exists()

    def test_a_link_shows_no_case_that_is_not_theirs_to_see(self, office: Office) -> None:
        one, two = make_case(office), make_case(office, team_id=office.team("hr").pk)
        link_cases(number=one.number, other=two.number, kind="relates", person=office.adm, now=NOW)
        assert list_links(office.mo, one) == []
        with pytest.raises(CaseInvalid, match="no case"):
            link_cases(number=one.number, other=two.number, kind="relates", person=office.mo, now=NOW)
        with pytest.raises(PartNotFound):
            unlink_cases(number=one.number, link_id=CaseLink.objects.get().pk, person=office.mo)

    def test_a_form_that_nobody_could_fill_in_is_not_asked(self, office: Office) -> None:
        case = make_case(office)
        for form in ({"type": "object", "properties": {"a": {"type": "nonsense"}}}, {"type": "string"}):
            given = {"title": "Look", "to": ["lee"], "form": form}
            with pytest.raises(AskInvalid):
                ask_somebody(number=case.number, person=office.mo, request=given, now=NOW)
        assert not case.tasks.exists()

    def test_notes_are_read_by_their_author_or_the_team(self, office: Office) -> None:
        case = make_case(office)
        mine = write_note(number=case.number, person=office.mo, text="Careful", is_for_team=False, now=NOW)
        write_note(number=case.number, person=office.mo, text="For us", is_for_team=True, now=NOW)
        assert [note.text for note in list_notes(office.mo, case)] == ["For us", "Careful"]
        assert [note.text for note in list_notes(office.ana, case)] == ["For us"]
        remove_note(number=case.number, note_id=mine.pk, person=office.mo)
        events = Event.objects.filter(name__startswith="case.note").select_related("payload")
        assert not any(b"Careful" in bytes(str(event.payload.__dict__), "utf-8") for event in events)

    def test_a_party_sees_the_case(self, office: Office) -> None:
        case = make_case(office)
        add_party(number=case.number, who="team:hr", role="advises", person=office.mo, now=NOW)
        add_party(number=case.number, who="Nordwind <n@example.org>", role="customer", person=office.mo, now=NOW)
        assert Case.objects.visible_to(office.sam).filter(pk=case.pk).exists()
        assert [str(party) for party in case.parties.all()] == ["Hr", "Nordwind <n@example.org>"]

    def test_a_hold_is_told_and_lifted(self, office: Office) -> None:
        case = make_case(office)
        for reason in ("Court", "Court", ""):
            hold_case(number=case.number, person=office.mo, reason=reason)
        assert names_of(case.number) == ["case.opened", "case.held", "case.hold_lifted"]


class TestCaseTypes:
    def test_are_changed_by_leads_of_their_team_and_admins(self, office: Office, dispute: None) -> None:
        for person in (office.lia, office.ana):
            with pytest.raises(CaseTypeError) as caught:
                change_case_type(key="dispute", data=DISPUTE, person=person)
            assert caught.value.code == "case_type.forbidden"
        assert change_case_type(key="dispute", data=DISPUTE, person=office.adm).revision == 1

    def test_a_change_leaves_open_cases_as_they_are(self, office: Office, dispute: None) -> None:
        case = start(office)
        changed = CaseTypeData(
            name="Dispute", team="marketing", statuses=["new", "decided"], final_statuses=["decided"]
        )
        change_case_type(key="dispute", data=changed, person=office.mo)
        case.refresh_from_db()
        assert (case.status, case.number) == ("received", "DSP-2026-000001")
        edit_case(number=case.number, person=office.mo, edit=Edit(changes={"title": "Still fine"}), now=NOW)

    def test_one_with_cases_stays(self, office: Office, dispute: None) -> None:
        start(office)
        with pytest.raises(CaseTypeError) as caught:
            remove_case_type(key="dispute", person=office.mo)
        assert caught.value.code == "case_type.used"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": " "}, "name"),
            ({"statuses": []}, "statuses"),
            ({"final_statuses": ["gone"]}, "final_statuses"),
            ({"number_prefix": "1-"}, "number_prefix"),
            ({"number_digits": 2}, "number_digits"),
            ({"fields": {"type": "array"}}, "fields"),
            ({"fields": {"type": "object", "properties": 3}}, "fields"),
            ({"priority_rules": [{"field": "a", "is": "above", "value": "x", "priority": "high"}]}, "priority_rules"),
            ({"contributions": {"a": 1}}, "contributions"),
            ({"retention_days": 0}, "retention_days"),
            ({"team": "nowhere"}, "team"),
        ],
    )
    def test_name_the_field_that_cannot_be(self, office: Office, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(CaseTypeError) as caught:
            add_case_type(key="dispute", data=replace(DISPUTE, **changes), person=office.adm, now=NOW)
        assert caught.value.details["field"] == field
