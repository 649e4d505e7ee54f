"""Files of cases and tasks over the API: attached as on the pages, listed, fetched; refused in the right order."""

from __future__ import annotations

import json
import uuid

import pytest
from django.http import HttpResponse
from django.test import override_settings

from cases.operations import claim_task
from integrator.files.models import File
from tests.support.api import PREFIX, Api, check_answer
from tests.support.cases import NOW, Office, ask_work, events_of, make_case
from tests.support.files import MULTIPART, PDF_BYTES, count_spooled, make_body
from tests.support.personas import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
ONE = make_body(files=[("file", "scan.pdf", PDF_BYTES)])


def attach(api: Api, path: str, body: bytes = ONE) -> HttpResponse:
    answer = api.client.post(PREFIX + path, data=body, content_type=MULTIPART, headers=api.headers)
    check_answer("post", PREFIX + path, answer)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


class TestCaseFiles:
    def test_are_attached_listed_and_fetched(self, office: Office) -> None:
        case, mo, ana = make_case(office), Api(person=office.mo), Api(person=office.ana)
        path = f"cases/{case.number}/files"
        answer = attach(mo, path)
        assert answer.status_code == 201
        [listed] = ana.get(path).json()["results"]
        assert (listed["name"], listed["type"], listed["by"]) == ("scan.pdf", "application/pdf", str(office.mo))
        assert {**json.loads(answer.content), "by": listed["by"]} == listed
        content = ana.client.get(listed["content"], headers=ana.headers)
        assert b"".join(content.streaming_content) == PDF_BYTES  # type: ignore[attr-defined]
        assert mo.get(f"cases/{case.number}/timeline").json()["results"][-1]["name"] == "file.stored"
        assert len(events_of("file.read")) == 1

    def test_are_refused_by_right_before_what_was_sent_is_judged(self, office: Office) -> None:
        case = make_case(office)
        path, empty = f"cases/{case.number}/files", make_body(fields=[("file", "words")])
        told = {}
        for name, body in (("lee", ONE), ("lee", empty), ("ana", ONE), ("ana", empty), ("mo", empty)):
            told[name, body is ONE] = attach(Api(person=office.people[name]), path, body).status_code
        assert told == {("lee", True): 404, ("lee", False): 404, ("ana", True): 403, ("ana", False): 403,
                        ("mo", False): 400}  # fmt: skip
        hidden = attach(Api(person=office.lee), path)
        assert hidden.content == attach(Api(person=office.lee), "cases/C-1999-000001/files").content
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_are_held_to_the_limits_of_the_page(self, office: Office) -> None:
        case = make_case(office)
        with override_settings(FILE_MAX_BYTES=10):
            assert attach(Api(person=office.mo), f"cases/{case.number}/files").status_code == 413
        two = make_body(files=[("file", "a.pdf", PDF_BYTES), ("file", "b.pdf", PDF_BYTES)])
        assert attach(Api(person=office.mo), f"cases/{case.number}/files", two).status_code == 400
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_do_not_come_to_a_closed_case(self, office: Office) -> None:
        case = make_case(office)
        mo = Api(person=office.mo)
        mo.post(f"cases/{case.number}/close", {"status": "closed"})
        assert attach(mo, f"cases/{case.number}/files").status_code == 409
        assert mo.get(f"cases/{case.number}/files").json()["results"] == []


class TestTaskFiles:
    def test_hang_on_the_task_and_its_case(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "team:legal", case_number=case.number)
        lee = Api(person=office.lee)
        assert attach(lee, f"tasks/{task.pk}/files").status_code == 201
        [of_task] = lee.get(f"tasks/{task.pk}/files").json()["results"]
        [of_case] = Api(person=office.mo).get(f"cases/{case.number}/files").json()["results"]
        assert of_task == of_case
        assert len(events_of("file.stored")) == 1

    def test_are_brought_by_those_who_may_answer_it_now(self, office: Office) -> None:
        task = ask_work(office, "team:legal")
        path = f"tasks/{task.pk}/files"
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        assert attach(Api(person=office.lia), path).status_code == 409
        assert attach(Api(person=office.bo), path).content == (
            attach(Api(person=office.bo), f"tasks/{uuid.uuid4()}/files").content
        )
        assert Api(person=office.bo).get(path).status_code == 404
        assert File.objects.count() == 0

    def test_need_a_token(self, office: Office) -> None:
        nobody = Api(person=None, headers=bearer("x"))
        assert attach(nobody, f"tasks/{ask_work(office).pk}/files").status_code == 401
        assert count_spooled() == 0
