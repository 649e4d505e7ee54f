"""Answers to tasks with a form: what is proven, filled in, dropped and worked out before anything is kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from cases.errors import AnswerInvalid, AskInvalid
from cases.forms import expand_form
from cases.models import Task, TaskDraft
from cases.operations import complete_task, save_draft
from cases.operations.changing import ask_somebody
from cases.operations.informing import Question, request_information
from integrator.lib.strict_json import dumps_canonical
from integrator.people.models import Membership, Person
from integrator.people.proving import MAX_TRIES
from integrator.people.roles import Role
from tests.support.cases import NOW, Office, ask_work, events_of, make_case

pytestmark = pytest.mark.django_db(transaction=True)
CONFIRM = {"x-field": "confirmation", "title": "Confirmed by", "x-text": "I have checked it."}


def form_of(**properties: Any) -> dict[str, Any]:
    return expand_form({"type": "object", "required": list(properties), "properties": properties})


def answer(task: Task, office: Office, data: Any) -> Task:
    return complete_task(task_id=task.pk, person=office.sam, outcome="done", data=data, now=NOW).task


def faults_of(task: Task, office: Office, data: Any) -> dict[str, str]:
    with pytest.raises(AnswerInvalid) as caught:
        answer(task, office, data)
    return {error["pointer"]: error["message"] for error in caught.value.details["errors"]}


class TestConfirmations:
    def ask(self, office: Office, **more: Any) -> Task:
        office.sam.set_password("right-password")
        office.sam.save()
        return ask_work(office, form=form_of(sure={**CONFIRM, **more}, amount={"type": "number"}))

    def test_keep_who_when_how_and_the_hash_of_what_was_confirmed(self, office: Office) -> None:
        task = self.ask(office)
        data = {"sure": {"name": " sam ", "secret": "right-password"}, "amount": 5}
        kept = answer(task, office, data).data["sure"]
        told = {"outcome": "done", "show": [], "statement": "I have checked it.", "data": {"amount": 5}}
        assert kept == {
            "confirmed_by": "sam",
            "name": "Sam",
            "at": "2026-11-19T10:00:00Z",
            "method": "password",
            "sha256": hashlib.sha256(dumps_canonical(told).encode()).hexdigest(),
        }
        assert "right-password" not in str(events_of("task.decided"))

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"name": "Sam", "secret": "wrong"}, "This password is not right."),
            ({"name": "Lee", "secret": "right-password"}, "Type your name as it stands here: Sam."),
            ({"name": "Sam"}, "Type your name, and the proof that it is you."),
            ("Sam", "Type your name, and the proof that it is you."),
            ({"confirmed_by": "sam", "name": "Sam", "at": "x", "method": "password", "sha256": "x"}, "Type your name"),
        ],
    )
    def test_refuse_what_does_not_prove_who_it_is(self, office: Office, sent: Any, words: str) -> None:
        faults = faults_of(self.ask(office), office, {"sure": sent, "amount": 5})
        assert list(faults) == ["/data/sure"]
        assert faults["/data/sure"].startswith(words)

    def test_stop_listening_after_some_wrong_tries(self, office: Office) -> None:
        task = self.ask(office)
        for _ in range(MAX_TRIES):
            faults_of(task, office, {"sure": {"name": "Sam", "secret": "wrong"}, "amount": 5})
        faults = faults_of(task, office, {"sure": {"name": "Sam", "secret": "right-password"}, "amount": 5})
        assert "too many wrong tries" in faults["/data/sure"]

    def test_say_where_to_get_an_authenticator(self, office: Office) -> None:
        task = self.ask(office, **{"x-auth": "totp"})
        faults = faults_of(task, office, {"sure": {"name": "Sam", "secret": "123456"}, "amount": 5})
        assert faults["/data/sure"].startswith("You have no authenticator app set up.")

    def test_never_lie_in_a_draft(self, office: Office) -> None:
        task = self.ask(office)
        typed = {"field-0-name": "Sam", "field-0-secret": "right-password"}
        save_draft(task_id=task.pk, person=office.sam, typed=typed, now=NOW)
        assert TaskDraft.objects.get().typed == {"field-0-name": "Sam"}


class TestPeopleFields:
    def test_take_active_members_only(self, office: Office) -> None:
        task = ask_work(office, form=form_of(who={"x-field": "person", "x-team": "legal"}))
        for name in ("sam", "nobody", "Lee"):
            assert faults_of(task, office, {"who": name}) == {
                "/data/who": "Choose a member of legal, by their user name."
            }
        assert answer(task, office, {"who": "lee"}).data == {"who": "lee"}


class TestLookups:
    def test_take_what_is_in_the_list(self, office: Office, settings: Any) -> None:
        settings.FORM_LOOKUPS = {"connection": "tests.support.form_lookups.look_up"}
        spec = {"connection": "erp", "path": "/suppliers", "value": "id"}
        form = form_of(supplier={"x-field": "lookup", "x-lookup": spec})
        task = ask_work(office, form=form)
        assert faults_of(task, office, {"supplier": "S-9"}) == {"/data/supplier": "Choose one of the list."}
        assert answer(task, office, {"supplier": "S-1"}).data == {"supplier": "S-1"}
        down = form_of(supplier={"x-field": "lookup", "x-lookup": {**spec, "path": "/down"}})
        faults = faults_of(ask_work(office, form=down), office, {"supplier": "S-1"})
        assert faults == {"/data/supplier": "The list cannot be had just now."}

    def test_are_asked_for_by_those_who_may_use_the_connection_alone(self, office: Office) -> None:
        spec = {"connection": "erp", "path": "/salaries", "value": "id"}
        form = form_of(who={"x-field": "lookup", "x-lookup": spec})
        case = make_case(office, team_id=office.team("marketing").pk)
        Membership.objects.create(person=office.vi, team=office.team("marketing"), role=Role.OPERATOR)
        request = {"title": "Look", "to": ["vi"], "form": form}
        with pytest.raises(AskInvalid, match="Only those who change the team's flows"):
            ask_somebody(number=case.number, person=office.vi, request=request, now=NOW)
        task = ask_work(office, "vi", case_number=case.number)
        question = Question(text="Which?", who="vi", form=form)
        with pytest.raises(AskInvalid, match="Only those who change the team's flows"):
            request_information(task_id=task.pk, person=office.vi, question=question, now=NOW)
        Membership.objects.create(person=office.vi, team=office.team("marketing"), role=Role.ANALYST)
        asked = ask_somebody(number=case.number, person=Person.objects.get(pk=office.vi.pk), request=request, now=NOW)
        assert asked.form == form


class TestPrefilling:
    def test_puts_what_the_case_says_into_the_task_and_holds_to_it(self, office: Office) -> None:
        case = make_case(office, data={"bank": {"iban": "DE02"}, "amount": 5})
        form = form_of(
            iban={"type": "string", "readOnly": True, "x-prefill": "case.data.bank.iban"},
            title={"type": "string", "x-prefill": "case.title"},
            gone={"type": "string", "x-prefill": "case.data.missing", "default": "none"},
        )
        task = ask_work(office, form=form, case_number=case.number)
        defaults = {key: shape.get("default") for key, shape in task.form["properties"].items()}
        assert defaults == {"iban": "DE02", "title": "Approve: banner", "gone": "none"}
        data = answer(task, office, {"iban": "XX99", "title": "Mine", "gone": "x"}).data
        assert data == {"iban": "DE02", "title": "Mine", "gone": "x"}


class TestHiddenAndComputed:
    def test_are_dropped_and_worked_out_again(self, office: Office) -> None:
        form = expand_form(
            {
                "type": "object",
                "required": ["why"],
                "properties": {
                    "price": {"x-field": "money", "x-currencies": ["EUR"]},
                    "twice": {"x-field": "money", "x-currencies": ["EUR"], "x-compute": "price * 2"},
                    "why": {"type": "string", "x-show-if": "twice > 100"},
                },
            }
        )
        sent = {"price": {"amount": "40", "currency": "EUR"}, "twice": {"amount": "1", "currency": "EUR"}, "why": "x"}
        data = answer(ask_work(office, form=form), office, sent).data
        assert data == {"price": sent["price"], "twice": {"amount": "80.00", "currency": "EUR"}}
