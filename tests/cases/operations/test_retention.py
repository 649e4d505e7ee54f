"""Closed cases lose their personal data when their time is over, unless somebody or something needs them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Case, CaseType
from cases.operations import close_case
from cases.operations.beside import write_note
from cases.operations.changing import hold_case
from cases.operations.retention import erase_old_cases
from cases.search import match_words
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from tests.support.cases import NOW, Office, ask_work, make_case

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=31)


@pytest.fixture
def case(office: Office) -> Case:
    case = make_case(office, title="Ada Example", business_key="A-1", data={"iban": "DE12"})
    ask_work(
        office, "sam", case_number=case.number, title="Call Ada", show=[{"label": "x", "value": "y", "as": "text"}]
    )
    write_note(number=case.number, person=office.mo, text="Ada", is_for_team=True, now=NOW)
    CaseType.objects.update(retention_days=30)
    close_case(number=case.number, status="closed", actor=SYSTEM, now=NOW)
    return case


class TestEraseOldCases:
    def test_leaves_nothing_of_the_person_but_the_number_and_the_events(self, case: Case) -> None:
        before = Event.objects.count()
        assert erase_old_cases(LATER) == 1
        case.refresh_from_db()
        assert (case.title, case.business_key, case.data, case.erased_at) == ("Erased", "", {}, LATER)
        task = case.tasks.get()
        assert (task.title, task.show) == ("Erased", [])
        assert not case.notes.exists()
        assert not match_words(Case.objects.all(), "ada").exists()
        told = Event.objects.filter(subject_type="case", subject_id=case.number, payload__isnull=False)
        assert set(told.values_list("name", flat=True)) == {"case.erased", "event.erased"}
        assert Event.objects.count() > before
        assert erase_old_cases(LATER) == 0

    def test_waits_for_its_time(self, case: Case) -> None:
        assert erase_old_cases(NOW + timedelta(days=29)) == 0

    def test_leaves_a_held_case_alone(self, office: Office, case: Case) -> None:
        hold_case(number=case.number, person=office.mo, reason="Court")
        assert erase_old_cases(LATER) == 0
        hold_case(number=case.number, person=office.mo, reason="")
        assert erase_old_cases(LATER) == 1

    def test_leaves_a_case_alone_that_is_still_worked_on(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flows.queries.busy_cases.list_busy_cases", set)
        assert erase_old_cases(LATER) == 0
