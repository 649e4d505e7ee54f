"""Contributions: counted once, late and repeated ones told so, and one that moves the case on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from cases.checklists import read_asked
from cases.errors import CaseForbidden, CaseInvalid, CaseNotFound, PartNotFound
from cases.models import Case, Contribution, Task
from cases.operations import close_case, complete_task, update_case_in
from cases.operations.contributing import contribute
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from tests.support.cases import NOW, Office, ask_approval, make_case

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"type": "object", "properties": {"credit": {"type": "number"}}, "required": ["credit"]}
ASKED: dict[str, Any] = {
    "finance": {"from": "team:hr", "form": FORM, "question": "What can be credited?"},
    "legal": "team:legal",
    "service": "http:team:brand",
}


def make_dispute(office: Office, asked: Any = ASKED) -> Case:
    return make_case(office, title="Dispute", contributions=read_asked(asked))


def names_of(case: Case) -> list[str]:
    return list(Event.objects.filter(subject_id=case.number).order_by("id").values_list("name", flat=True))


def give(office: Office, case: Case, key: str, by: str = "mo", **given: Any) -> Any:
    return contribute(number=case.number, key=key, person=office.people[by], now=NOW, **given)


class TestFourEyes:
    def test_bars_whoever_filled_in_a_contribution(self, office: Office) -> None:
        case = make_dispute(office)
        asked_before = ask_approval(office, ["team:legal", "mo"], case_number=case.number)
        give(office, case, "finance", by="sam", data={"credit": 5})
        give(office, case, "legal", by="lee", comment="Fine.")
        give(office, case, "service", by="mo", data={"photos": 3})
        asked_later = ask_approval(office, ["mo"], case_number=case.number)
        for approval in (asked_before, asked_later):
            names = {(row.person.username, row.what) for row in approval.editors.select_related("person")}
            assert names == {("sam", "the contribution “Finance”"), ("mo", "the contribution “Service”")}
        assert Task.objects.decidable_by(office.lee).filter(approval=asked_before).exists()
        assert not Task.objects.decidable_by(office.mo).filter(kind="approve").exists()


class TestAskContributions:
    def test_makes_a_task_for_each_that_is_asked_by_one(self, office: Office) -> None:
        case = make_dispute(office)
        assert sorted(Task.objects.values_list("title", flat=True)) == ["Legal: Dispute", "What can be credited?"]
        rows = {row.key: row for row in case.contributions.all()}
        assert [rows[key].source for key in ("finance", "legal", "service")] == ["task", "task", "http"]
        assert rows["service"].team == office.team("brand")
        assert names_of(case)[:2] == ["case.opened", "case.contributions_asked"]

    def test_asks_for_nothing_twice(self, office: Office) -> None:
        case = make_dispute(office)
        with transaction.atomic():
            update_case_in(number=case.number, changes={}, actor=SYSTEM, now=NOW, asked=read_asked({"legal": "http"}))
        assert case.contributions.count() == 3

    def test_who_is_gone_is_stood_in_for_by_those_who_may_change_the_case(self, office: Office) -> None:
        case = make_dispute(office, {"audit": "team:empty"})
        assert give(office, case, "audit").counted

    def test_is_asked_by_the_type_too(self, office: Office) -> None:
        make_case(office).type.__class__.objects.update(contributions=[{"key": "legal", "from": "team:legal"}])
        assert make_case(office).contributions.get().key == "legal"


class TestContribute:
    def test_moves_the_case_on_exactly_when_all_required_are_in(self, office: Office) -> None:
        case = make_dispute(office, ASKED | {"hint": {"from": "http", "required": False}})
        assert not give(office, case, "service", comment="Photos match").is_last
        task = Task.objects.get(title="What can be credited?")
        complete_task(task_id=task.pk, person=office.sam, outcome="contribute", data={"credit": 4160}, now=NOW)
        assert "case.contributions_complete" not in names_of(case)
        assert give(office, case, "legal").is_last
        assert names_of(case).count("case.contributions_complete") == 1
        case.refresh_from_db()
        assert case.contributed_at == NOW
        assert Contribution.objects.get(key="finance").data == {"credit": 4160}

    def test_a_repeated_one_changes_nothing_and_says_so(self, office: Office) -> None:
        case = make_dispute(office)
        give(office, case, "service", comment="first")
        again = give(office, case, "service", comment="second")
        assert not again.counted
        assert again.reason == ("repeated", "It was in already, so nothing changed.")
        row = case.contributions.get(key="service")
        assert (row.comment, row.repeats) == ("first", 1)
        assert names_of(case)[-1] == "case.contribution_repeated"

    def test_a_late_one_changes_nothing_and_says_so(self, office: Office) -> None:
        case = make_dispute(office)
        close_case(number=case.number, status="closed", actor=SYSTEM, now=NOW)
        assert set(case.contributions.values_list("status", flat=True)) == {"dropped"}
        assert set(Task.objects.values_list("status", flat=True)) == {"withdrawn"}
        late = give(office, case, "legal")
        assert (late.counted, late.reason[0]) == (False, "late")
        assert case.contributions.get(key="legal").status == "dropped"

    def test_an_optional_one_is_late_once_the_case_has_gone_on(self, office: Office) -> None:
        case = make_dispute(office, {"legal": "http", "hint": {"from": "http", "required": False}})
        give(office, case, "legal")
        assert not give(office, case, "hint").counted

    def test_takes_back_the_task_that_asked_for_it(self, office: Office) -> None:
        case = make_dispute(office)
        give(office, case, "legal")
        task = Task.objects.get(title="Legal: Dispute")
        assert (task.status, task.withdrawn_reason) == ("withdrawn", "Mo contributed another way.")

    def test_more_asked_for_later_makes_the_case_wait_again(self, office: Office) -> None:
        case = make_dispute(office, {"legal": "http"})
        give(office, case, "legal")
        with transaction.atomic():
            update_case_in(number=case.number, changes={}, actor=SYSTEM, now=NOW, asked=read_asked({"it": "http"}))
        assert give(office, case, "it").is_last
        assert names_of(case).count("case.contributions_complete") == 2

    def test_is_for_the_asked_and_for_those_who_may_change_the_case(self, office: Office) -> None:
        case = make_dispute(office)
        with pytest.raises(CaseForbidden):
            give(office, case, "service", by="sam")  # works in the case, but for another team
        with pytest.raises(CaseNotFound):
            give(office, case, "service", by="vi")
        with pytest.raises(PartNotFound):
            give(office, case, "nothing")
        assert give(office, case, "legal", by="lee").counted

    @pytest.mark.parametrize("data", [{"credit": "much"}, {}, None, ["x"]])
    def test_refuses_what_does_not_fit_the_form(self, office: Office, data: Any) -> None:
        with pytest.raises(CaseInvalid):
            give(office, make_dispute(office), "finance", data=data)


class TestReadAsked:
    @pytest.mark.parametrize(
        "written",
        [
            5,
            {"A B": "http"},
            {"x": ""},
            {"x": {"from": "http", "whom": 1}},
            {"x": {"from": "http", "required": "yes"}},
            [{"key": "x", "from": "http"}, {"key": "x", "from": "http"}],
            {"x": {"from": "http", "form": "none"}},
        ],
    )
    def test_refuses_what_is_no_checklist(self, written: Any) -> None:
        with pytest.raises(CaseInvalid, match=r".*\."):
            read_asked(written)
