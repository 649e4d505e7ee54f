"""Messages over the API: who may send them, what is answered, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from flows.models import Message
from integrator.events.models import Event
from integrator.people.models import Membership
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.company import Company
from tests.support.flows import make_team, settle
from tests.support.messages import make_waiting_run

pytestmark = pytest.mark.django_db
PAID = {"name": "paid", "key": "A-1", "data": {"amount": 7}}


@pytest.fixture
def operator(company: Company) -> Api:
    return Api(person=company.people["operator"])


class TestSendMessage:
    def test_answers_as_the_contract_says(self, operator: Api) -> None:
        run = make_waiting_run()
        answer = operator.post("messages", PAID)
        assert (answer.status_code, answer.json()) == (202, {"delivered": 1, "parked": False})
        settle()
        told = operator.get(f"runs/{run.id}").json()
        assert (told["status"], told["steps"][0]["output"]["data"]) == ("completed", {"amount": 7})

    def test_tells_what_a_run_waits_for(self, operator: Api) -> None:
        (waiting,) = operator.get(f"runs/{make_waiting_run().id}").json()["waiting_for"]
        assert (waiting["kind"], waiting["step"]) == ("message", "paid")
        assert waiting["until"] is not None

    def test_keeps_what_nobody_waits_for(self, operator: Api) -> None:
        answer = operator.post("messages", PAID)
        assert (answer.status_code, answer.json()) == (202, {"delivered": 0, "parked": True})

    def test_gives_a_repeat_the_first_answer(self, operator: Api) -> None:
        first = operator.post("messages", {**PAID, "id": "m-1"})
        make_waiting_run()
        for body in (PAID, {**PAID, "data": 8}):
            again = operator.post("messages", {**body, "id": "m-1"})
            assert (again.status_code, again.json()) == (200, first.json())
        assert Event.objects.filter(name="message.duplicate").count() == 1
        assert Event.objects.filter(name="message.duplicate_differs").count() == 1
        assert Message.objects.count() == 1

    def test_without_an_id_is_never_a_repeat(self, operator: Api) -> None:
        assert [operator.post("messages", PAID).status_code for _ in range(2)] == [202, 202]

    def test_wants_the_team_of_those_who_have_several(self, company: Company, operator: Api) -> None:
        Membership.objects.create(person=operator.person, team=make_team("legal"), role=Role.OPERATOR)
        answer = operator.post("messages", PAID)
        assert (answer.status_code, answer.json()["code"]) == (400, "message.team_missing")
        assert answer.json()["errors"][0]["pointer"] == "/team"
        assert operator.post("messages", {**PAID, "team": "legal"}).status_code == 202
        assert Message.objects.get().team.slug == "legal"

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"key": "A-1"}, "/name"),
            ({"name": "paid"}, "/key"),
            ({"name": "", "key": "A-1"}, "/name"),
            ({"name": "paid", "key": {}}, "/key"),
            ({"name": "n" * 201, "key": "A-1"}, "/name"),
            ({"name": "paid", "key": "k" * 301}, "/key"),
            ({"name": "paid", "key": "A-1", "id": ""}, "/id"),
            ({"name": "paid", "key": "A-1", "case_number": "C-1"}, "/case_number"),
        ],
    )
    def test_names_each_fault(self, operator: Api, body: dict[str, Any], pointer: str) -> None:
        answer = operator.post("messages", body)
        assert answer.status_code == 400
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
        assert not Message.objects.exists()

    @pytest.mark.parametrize("body", [[], "paid", {"name": 5}])
    def test_tells_those_who_may_not_before_it_judges_the_body(self, company: Company, body: Any) -> None:
        assert Api(person=company.people["analyst"]).post("messages", body).status_code == 403

    def test_hides_a_team_from_strangers_like_a_missing_one(self, company: Company) -> None:
        stranger = Api(person=company.people["stranger"])
        hidden = stranger.post("messages", {**PAID, "team": "marketing"})
        missing = stranger.post("messages", {**PAID, "team": "nothing"})
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
        assert hidden.status_code == 404

    def test_takes_a_number_as_key(self, operator: Api) -> None:
        make_waiting_run(4711)
        assert operator.post("messages", {**PAID, "key": 4711}).json()["delivered"] == 1
