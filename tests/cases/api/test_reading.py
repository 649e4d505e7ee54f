"""What reading a case or an approval leaves in the log: over the API as on the page, once a call."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import Case
from cases.operations.confidentiality import set_confidential
from tests.support.api import Api
from tests.support.cases import Office, add_role, ask_approval, events_of, make_case, task_of
from tests.support.personas import sign_in

pytestmark = pytest.mark.django_db
PARTS = ("", "/timeline", "/why", "/comments", "/contributions", "/links", "/notes", "/parties", "/files")


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office, team_id=office.team("legal").pk)


def close_off(office: Office, case: Case) -> None:
    set_confidential(number=case.number, confidential=True, person=office.lia)


class TestReadingACase:
    def test_is_kept_for_a_confidential_one_once_a_call(self, office: Office, case: Case) -> None:
        approval = ask_approval(office, ["bo"], case_number=case.number)
        close_off(office, case)
        bo = Api(person=office.bo)
        for count, path in enumerate(
            (*[f"cases/{case.number}{part}" for part in PARTS], f"approvals/{approval.pk}"), 1
        ):
            assert bo.get(path).status_code == 200
            assert len(events_of("case.read")) == count, path
        for path in ("cases", "reports/open", "tasks", f"cases?q={case.number}"):
            bo.get(path)
        assert len(events_of("case.read")) == len(PARTS) + 1
        assert events_of("case.read")[0]["number"] == case.number

    def test_is_kept_of_the_page_of_a_task_too_and_says_which(self, office: Office, case: Case) -> None:
        task = task_of(ask_approval(office, ["bo"], title="Agree", case_number=case.number), 0)
        bo, browser = Api(person=office.bo), sign_in(office.bo)
        bo.get(f"tasks/{task.pk}")
        assert events_of("case.read") == []  # it is not confidential yet
        close_off(office, case)
        bo.get(f"tasks/{task.pk}")
        for path in (f"/inbox/{task.pk}/", f"/inbox/?task={task.pk}", f"/inbox/{task.pk}/news/", "/inbox/"):
            assert browser.get(path).status_code in (200, 204)
        assert [event["task"] for event in events_of("case.read")] == ["Agree"] * 3

    def test_leaves_nothing_of_another_one(self, office: Office, case: Case) -> None:
        lia = Api(person=office.lia)
        assert {lia.get(f"cases/{case.number}{part}").status_code for part in PARTS} == {200}
        assert (events_of("case.read"), events_of("audit.read")) == ([], [])

    def test_is_kept_of_an_auditor_by_call_and_by_page(self, office: Office, case: Case) -> None:
        approval = ask_approval(office, ["bo"], case_number=case.number)
        aud, browser = Api(person=office.aud), Client()
        browser.force_login(office.aud)
        for read in (aud.get, lambda path: browser.get(f"/{path}/")):
            read(f"cases/{case.number}")
            read(f"approvals/{approval.pk}")
        read_what = [event["filters"] for event in events_of("audit.read")]
        assert read_what == [{"case": case.number}, {"approval": str(approval.pk)}] * 2

    def test_is_kept_of_an_auditor_of_its_team_alone(self, office: Office, case: Case) -> None:
        add_role(office, "sam", "hr", "auditor")
        add_role(office, "vi", "legal", "auditor")
        assert Api(person=office.sam).get(f"cases/{case.number}").status_code == 404
        assert Api(person=office.vi).get(f"cases/{case.number}").status_code == 200
        assert [event["filters"] for event in events_of("audit.read")] == [{"case": case.number}]
