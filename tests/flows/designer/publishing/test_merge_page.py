"""A draft and a newer live version brought together: nobody's work is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from flows.models import Draft, FlowVersion
from flows.operations.publishing import import_flow
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flow_files import APPROVAL
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/flows/content-approval/draft/merge/"
PUBLISH = "/flows/content-approval/draft/publish/"


@pytest.fixture
def pub(transactional_db: None) -> tuple[Person, Client]:
    return person_with(Role.PUBLISHER)


def go_live(text: str = APPROVAL) -> None:
    make_team()
    import_flow(text=text, person=None, publish=True, now=datetime.now(UTC))


def draft(person: Person, text: str) -> Draft:
    found = import_flow(text=text, person=person, now=datetime.now(UTC)).draft
    assert found is not None
    return found


class TestMergePage:
    def test_takes_what_one_side_changed_and_publishes_then(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0], APPROVAL.replace("due_in: P2D", "due_in: P3D"))
        go_live(APPROVAL.replace("rule: all", "rule: any"))
        page = text_of(pub[1].get(PAGE))
        assert "From your draft" in page
        answer = pub[1].post(PAGE, {"revision": 0, "live": 2})
        assert answer.headers["Location"] == PUBLISH
        made = Draft.objects.get(author=pub[0])
        settings = made.document["steps"]["review"]["with"]
        assert (settings["due_in"], settings["rule"], made.revision) == ("P3D", "any", 1)
        assert made.base_version is not None
        assert made.base_version.number == 2
        assert pub[1].post(PUBLISH, {"revision": 1}).status_code == 302
        assert FlowVersion.objects.count() == 3
        assert pub[1].get(PAGE).status_code == 404

    def test_wants_a_choice_for_each_conflict(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0], APPROVAL.replace("due_in: P2D", "due_in: P3D"))
        go_live(APPROVAL.replace("due_in: P2D", "due_in: P4D"))
        page = text_of(pub[1].get(PAGE))
        assert "1 conflict: both changed the same" in page
        assert ("3 days" in page, "4 days" in page, "2 days" in page) == (True, True, True)
        refused = pub[1].post(PAGE, {"revision": 0, "live": 2})
        assert (refused.status_code, "One conflict is not decided yet" in text_of(refused)) == (409, True)
        field = page.split('name="side:')[1].split('"')[0]
        assert pub[1].post(PAGE, {"revision": 0, "live": 2, f"side:{field}": "theirs"}).status_code == 302
        assert Draft.objects.get(author=pub[0]).document["steps"]["review"]["with"]["due_in"] == "P4D"

    def test_refuses_when_either_side_moved_on(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0], APPROVAL.replace("due_in: P2D", "due_in: P3D"))
        go_live(APPROVAL.replace("rule: all", "rule: any"))
        assert pub[1].post(PAGE, {"revision": 7, "live": 2}).status_code == 409
        assert pub[1].post(PAGE, {"revision": 0, "live": 1}).status_code == 409
        assert pub[1].post(PAGE, {"revision": "x", "live": "y"}).status_code == 409
        assert Draft.objects.get(author=pub[0]).revision == 0

    def test_brings_two_first_drafts_together(self, pub: tuple[Person, Client]) -> None:
        draft(pub[0], APPROVAL.replace("due_in: P2D", "due_in: P3D"))
        go_live()
        assert pub[1].get(PAGE).status_code == 200

    def test_says_two_steps_of_different_kinds_setting_by_setting(self, pub: tuple[Person, Client]) -> None:
        assert "kind: case.close" in APPROVAL
        draft(pub[0], APPROVAL.replace("kind: case.close", "kind: set").replace("due_in: P2D", "due_in: P3D"))
        go_live()
        page = text_of(pub[1].get(PAGE))
        assert "Close: The step" in page
        assert "Before:" not in page
        assert '<span class="card-of">Kind</span> Set fields' in page
        assert '<span class="card-of">Kind</span> Close the case' in page
        assert "Time to answer" in page
        assert "{&quot;" not in page

    def test_names_people_and_steps_of_the_version_before(self, pub: tuple[Person, Client]) -> None:
        fin = make_person("fin", (make_team("legal"), Role.APPROVER))
        Person.objects.filter(pk=fin.pk).update(name="Fin Ance")
        asks, goes_on = "approvers: [team:legal, team:brand]", "rejected: close"
        ending = "  over: {kind: stop, name: All over}\n"
        before = APPROVAL.replace(asks, "approvers: [team:legal, fin]").replace(goes_on, "rejected: over") + ending
        go_live(before)
        draft(pub[0], APPROVAL.replace(asks, "approvers: [team:brand]"))
        go_live(APPROVAL.replace(asks, "approvers: [team:legal]").replace(f", {goes_on}", ""))
        told = text_of(pub[1].get(PAGE))
        assert ("Fin Ance" in told, "“All over”" in told) == (True, True)
        assert ("fin<" in told, "“over”" in told) == (False, False)

    def test_is_for_ones_own_draft(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0], APPROVAL.replace("due_in: P2D", "due_in: P3D"))
        go_live(APPROVAL.replace("rule: all", "rule: any"))
        assert person_with(Role.ANALYST)[1].get(PAGE).status_code == 404
        assert person_with(Role.OPERATOR)[1].get(PAGE).status_code == 403
        assert sign_in(make_person("", (make_team("hr"), Role.PUBLISHER))).get(PAGE).status_code == 404
