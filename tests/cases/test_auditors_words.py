"""Who only audits a case adds no words to it; whoever has a part in it does, auditor or not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.errors import CaseForbidden, CaseInvalid
from cases.models import Case
from cases.operations import comment_case
from cases.operations.beside import add_party, write_note
from cases.visibility.auditing import only_audits
from tests.support.cases import NOW, Office, add_role, ask_work, make_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office)


class TestAuditors:
    def test_add_no_comment_and_no_note_for_the_team(self, office: Office, case: Case) -> None:
        with pytest.raises(CaseForbidden, match="Auditors read cases"):
            comment_case(number=case.number, person=office.aud, text="Hm.", now=NOW)
        with pytest.raises(CaseInvalid):
            write_note(number=case.number, person=office.aud, text="Hm.", is_for_team=True, now=NOW)
        assert write_note(number=case.number, person=office.aud, text="Hm.", is_for_team=False, now=NOW).text == "Hm."

    def test_speak_where_they_have_a_part(self, office: Office, case: Case) -> None:
        assert only_audits(office.aud, case)
        add_party(number=case.number, who="aud", role="witness", person=office.mo, now=NOW + timedelta(hours=1))
        assert not only_audits(office.aud, case)
        comment_case(number=case.number, person=office.aud, text="I was there.", now=NOW)

    def test_speak_where_they_are_asked(self, office: Office, case: Case) -> None:
        ask_work(office, "aud", case_number=case.number)
        assert not only_audits(office.aud, case)

    def test_of_another_team_or_with_another_role_there_are_as_anybody(self, office: Office, case: Case) -> None:
        assert not only_audits(office.ana, case)
        add_role(office, "aud", "marketing", "viewer")
        assert not only_audits(office.aud, case)
