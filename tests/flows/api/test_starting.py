"""Starting a flow by hand over the API."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flows.models import Flow, Run
from integrator.files.models import FileUse
from tests.support.api import Api
from tests.support.company import Company
from tests.support.files import PDF_BYTES, count_spooled
from tests.support.triggers import publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
WITH_FILE = (
    "{kind: manual, schema: {type: object, required: [amount, scan], properties: {amount: {type: number}, "
    "scan: {type: string, format: file}}}}"
)
FORM = "{kind: manual, schema: {type: object, required: [amount], properties: {amount: {type: number}}}}"


@pytest.fixture
def flow(company: Company) -> Flow:
    return publish(FORM, key="order")


class TestStartFlow:
    def test_starts_a_run(self, company: Company, flow: Flow) -> None:
        answer = Api(person=company.people["operator"]).post("flows/order/start", {"input": {"amount": 5}})
        run = Run.objects.get(flow=flow)
        assert answer.status_code == 202
        assert answer.json() == {
            "run": str(run.id),
            "case": None,
            "status_url": f"http://testserver/status/{run.status_token}",
        }

    def test_names_what_does_not_fit(self, company: Company, flow: Flow) -> None:
        answer = Api(person=company.people["operator"]).post("flows/order/start", {"input": {"amount": "5"}})
        assert (answer.status_code, answer.json()["code"]) == (400, "flow.input_invalid")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/amount"]
        assert not Run.objects.filter(flow=flow).exists()

    def test_starts_none_without_its_fields(self, company: Company, flow: Flow) -> None:
        answer = Api(person=company.people["operator"]).post("flows/order/start", {})
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/amount"]


@pytest.mark.django_db(transaction=True)
class TestFiles:
    def send(self, company: Company, who: str = "operator", **fields: Any) -> Any:
        headers = Api(person=company.people[who]).headers
        return Client().post("/api/v1/flows/order/start", fields, headers=headers)

    def test_come_in_a_form_or_in_base64(self, company: Company) -> None:
        flow = publish(WITH_FILE, key="order")
        by_names = self.send(company, amount="5", scan=SimpleUploadedFile("scan.pdf", PDF_BYTES))
        with_json = self.send(company, input='{"amount": 5}', scan=SimpleUploadedFile("scan.pdf", PDF_BYTES))
        given = {"amount": 5, "scan": base64.b64encode(PDF_BYTES).decode()}
        in_base64 = Api(person=company.people["operator"]).post("flows/order/start", {"input": given})
        for answer in (by_names, with_json, in_base64):
            assert answer.status_code == 202, answer.content
        bodies = [json.loads(run.input.trigger) for run in Run.objects.filter(flow=flow)]
        assert {body["body"]["amount"] for body in bodies} == {5}
        assert [body["files"][0]["file"] == body["body"]["scan"]["file"] for body in bodies] == [True] * 3
        assert {body["body"]["scan"]["type"] for body in bodies} == {"application/pdf"}
        assert FileUse.objects.filter(subject_type="run", is_sure=True).count() == 3
        assert count_spooled() == 0

    def test_of_a_repeat_are_dropped(self, company: Company) -> None:
        publish(WITH_FILE, key="order")
        headers = {**Api(person=company.people["operator"]).headers, "Idempotency-Key": "k"}
        for _ in range(2):
            fields = {"amount": "5", "scan": SimpleUploadedFile("scan.pdf", PDF_BYTES)}
            answer = Client().post("/api/v1/flows/order/start", fields, headers=headers)
        assert answer.json()["duplicate"] is True
        assert (FileUse.objects.filter(subject_type="run").count(), count_spooled()) == (1, 0)

    def test_that_do_not_fit_start_nothing(self, company: Company, settings: Any) -> None:
        flow = publish(WITH_FILE, key="order")
        no_file = self.send(company, amount="5", scan="0190b2d2-0000-7000-8000-000000000000")
        assert [fault["pointer"] for fault in no_file.json()["errors"]] == ["/scan"]
        nul = self.send(company, amount="5", note="a\0b", scan=SimpleUploadedFile("scan.pdf", PDF_BYTES))
        assert nul.status_code == 400
        hidden = self.send(company, "stranger", amount="5", scan=SimpleUploadedFile("scan.pdf", PDF_BYTES))
        assert hidden.status_code == 404
        settings.FILE_MAX_BYTES = 8
        large = self.send(company, amount="5", scan=SimpleUploadedFile("scan.pdf", PDF_BYTES))
        assert (large.status_code, large.json()["code"]) == (413, "file.too_large")
        assert not Run.objects.filter(flow=flow).exists()
        assert count_spooled() == 0
