"""Approvals over the API and on their page: every operation, its refusals, and the packs."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases.models import Approval
from integrator.events.evidence.checking import check_pack
from integrator.people.models import Person
from tests.support.cases import Office, ask_chain, make_case

LEVELS = (("0", ["team:legal"]), ("10000", ["team:brand"]))


@pytest.fixture(autouse=True)
def _own_key(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"


@pytest.fixture
def approval(office: Office) -> Approval:
    """Of 20,000 EUR, asked for by ana, about a case of marketing."""
    case = make_case(office)
    return ask_chain(office, LEVELS, amount=20000, requested_by=office.ana, case_number=case.number)


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def call(person: Person, method: str, path: str, body: Any = None) -> Any:
    client = sign_in(person)
    if method == "get":
        return client.get(f"/api/v1{path}")
    return client.post(f"/api/v1{path}", body or {}, content_type="application/json")


class TestApprovalsApi:
    def test_tells_how_it_stands(self, office: Office, approval: Approval) -> None:
        told = call(office.lee, "get", f"/approvals/{approval.pk}").json()
        assert (told["state"], told["amount"], told["currency"]) == ("open", "20000", "EUR")
        assert [(row["label"], row["state"], row["level"]) for row in told["asked"]] == [
            ("Legal", "open", "any amount"),
            ("Brand", "next", "over 10,000.00 EUR"),
        ]

    def test_does_what_is_asked_of_it(self, office: Office, approval: Approval) -> None:
        path = f"/approvals/{approval.pk}"
        told = call(office.ana, "post", f"{path}/amount", {"amount": "5.50"})
        assert (told.status_code, told.json()["amount"], len(told.json()["asked"])) == (200, "5.50", 1)
        body = {"who": "bea", "place": "before", "reason": "Brand matters."}
        told = call(office.lee, "post", f"{path}/approvers", body)
        assert [row["label"] for row in told.json()["asked"]] == ["Bea", "Legal"]
        told = call(office.mo, "post", f"{path}/withdraw", {"reason": "Not needed."})
        assert told.json()["state"] == "withdrawn"
        told = call(office.mo, "post", f"{path}/withdraw", {"reason": "Again."})
        assert (told.status_code, told.json()["code"]) == (409, "approval.decided")

    @pytest.mark.parametrize(
        ("name", "verb", "body", "refusal"),
        [
            ("sam", "amount", {"amount": 1}, "404 request.not_found"),
            ("sam", "withdraw", {}, "404 request.not_found"),
            ("aud", "amount", {"amount": 1}, "403 approval.forbidden"),
            ("lee", "withdraw", {}, "403 approval.forbidden"),
            ("ana", "amount", {"amount": "much"}, "400 task.amount_invalid"),
            ("ana", "amount", {}, "400 task.amount_missing"),
            ("ana", "amount", {"amount": {"amount": 1, "currency": "USD"}}, "400 task.currency_mismatch"),
            ("lee", "approvers", {"who": "bea", "place": "after", "reason": " "}, "400 approval.reason_missing"),
            ("mo", "withdraw", {}, "400 approval.reason_missing"),
        ],
    )
    def test_refuses_in_the_order_of_the_contract(
        self, office: Office, approval: Approval, name: str, verb: str, body: Any, refusal: str
    ) -> None:
        told = call(office.people[name], "post", f"/approvals/{approval.pk}/{verb}", body)
        assert f"{told.status_code} {told.json()['code']}" == refusal

    def test_gives_packs_by_their_rights(self, office: Office, approval: Approval) -> None:
        task = approval.tasks.get()
        paths = [f"/approvals/{approval.pk}/evidence", f"/cases/{approval.case.number}/evidence"]  # type: ignore[union-attr]
        for path in paths:
            told = call(office.aud, "get", path)
            assert (told.status_code, told["Content-Type"]) == (200, "application/zip")
            check_pack(io.BytesIO(told.content))
        assert call(office.lee, "get", f"/tasks/{task.pk}/evidence").status_code == 403
        assert call(office.sam, "get", paths[0]).status_code == 404


class TestApprovalPage:
    def test_shows_levels_and_lets_each_do_what_they_may(self, office: Office, approval: Approval) -> None:
        page = f"/approvals/{approval.pk}/"
        seen = {name: sign_in(office.people[name]).get(page) for name in ("lee", "ana", "aud", "sam")}
        assert [answer.status_code for answer in seen.values()] == [200, 200, 200, 404]
        lee, ana, aud = (seen[name].content.decode() for name in ("lee", "ana", "aud"))
        assert "over 10,000.00 EUR" in lee
        assert ("Ask one more" in lee, "New amount" in lee, "Withdraw…" in lee, "Evidence pack" in lee) == (
            True, False, False, False,
        )  # fmt: skip
        assert ("Ask one more" in ana, "New amount" in ana, "Withdraw…" in ana) == (False, True, True)
        assert ("Ask one more" in aud, "New amount" in aud, "Withdraw…" in aud, "Evidence pack" in aud) == (
            False, False, False, True,
        )  # fmt: skip

    def test_says_why_not(self, office: Office, approval: Approval) -> None:
        client = sign_in(office.ana)
        told = client.post(f"/approvals/{approval.pk}/amount/", {"amount": "12,5"}, follow=True)
        assert "is no usable number" in told.content.decode()
        assert client.post(f"/approvals/{uuid.UUID(int=0)}/withdraw/", {"comment": "x"}).status_code == 404

    def test_changes_the_amount_and_takes_it_back(self, office: Office, approval: Approval) -> None:
        client = sign_in(office.ana)
        client.post(f"/approvals/{approval.pk}/amount/", {"amount": "70"})
        assert "70.00 EUR" in client.get(f"/approvals/{approval.pk}/").content.decode()
        client.post(f"/approvals/{approval.pk}/withdraw/", {"comment": "Not needed."})
        approval.refresh_from_db()
        assert approval.state == "withdrawn"
        pack = client.post(f"/approvals/{approval.pk}/evidence/")
        assert check_pack(io.BytesIO(pack.content)).kind == "approval"
