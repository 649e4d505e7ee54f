"""Who sees which tasks and cases: owner, teammate, stranger, and those with a global role."""

from __future__ import annotations

import pytest

from cases.models import Case, Task
from cases.operations import complete_task
from integrator.people.models import Membership, Person
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, make_case, task_of

EVERYBODY = ["lee", "lia", "vi", "bo", "bea", "ana", "mo", "sam", "aud", "adm"]


def who_sees(office: Office, task: Task) -> set[str]:
    return {name for name in EVERYBODY if Task.objects.visible_to(office.people[name]).filter(pk=task.pk).exists()}


def who_decides(office: Office, task: Task) -> set[str]:
    return {name for name in EVERYBODY if Task.objects.decidable_by(office.people[name]).filter(pk=task.pk).exists()}


class TestTasks:
    def test_of_an_approval_by_a_team_are_its_approvers_and_leads(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        assert who_sees(office, task) == {"lee", "lia"} == who_decides(office, task)

    def test_of_work_for_a_team_are_all_members_but_viewers(self, office: Office) -> None:
        for role, name in [("analyst", "bo"), ("publisher", "bea"), ("approver", "ana"), ("viewer", "vi")]:
            add_role(office, name, "hr", role)
        assert who_sees(office, ask_work(office, "team:hr")) == {"bo", "bea", "ana", "sam"}

    def test_named_to_somebody_are_theirs_alone(self, office: Office) -> None:
        assert who_sees(office, ask_work(office, "vi")) == {"vi"}

    def test_show_nothing_to_somebody_deactivated(self, office: Office) -> None:
        task = ask_work(office, "sam")
        Person.objects.filter(pk=office.sam.pk).update(is_active=False)
        office.sam.refresh_from_db()
        assert who_sees(office, task) == set() == who_decides(office, task)

    def test_follow_a_change_of_roles_at_once(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        Membership.objects.filter(person=office.lee).delete()
        add_role(office, "bo", "legal", "approver")
        assert who_sees(office, task) == {"lia", "bo"}

    def test_stay_visible_to_the_one_who_decided_them(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        complete_task(task_id=task.pk, person=office.lee, outcome="approved", now=NOW)
        Membership.objects.filter(person=office.lee).delete()
        assert who_sees(office, task) == {"lee", "lia"}
        assert who_decides(office, task) == set()

    def test_of_ones_own_request_are_seen_but_not_decided(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        assert who_sees(office, task) == {"lee", "lia"}
        assert who_decides(office, task) == {"lia"}

    def test_of_a_second_entry_are_seen_but_not_decided(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        approval = ask_approval(office, ["team:legal", "team:brand"])
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
        assert who_sees(office, task_of(approval, 1)) == {"lee", "bo", "bea"}
        assert who_decides(office, task_of(approval, 1)) == {"bo", "bea"}

    @pytest.mark.parametrize(
        ("to", "expected"), [("team:legal", {"lia", "mo", "adm"}), ("sam", {"mo", "adm"}), ("team:hr", {"mo", "adm"})]
    )
    def test_are_handed_over_by_leads_of_those_asked_and_of_the_flow(
        self, office: Office, to: str, expected: set[str]
    ) -> None:
        task = ask_work(office, to)
        leads = {name for name in EVERYBODY if task in Task.objects.reassignable_by(office.people[name])}
        assert leads == expected


class TestCases:
    def test_are_seen_by_their_team_and_those_with_a_global_role(self, office: Office) -> None:
        case = make_case(office)
        seen = {name for name in EVERYBODY if case in Case.objects.visible_to(office.people[name])}
        assert seen == {"ana", "mo", "aud", "adm"}

    def test_are_seen_by_those_asked_in_them(self, office: Office) -> None:
        case = make_case(office)
        ask_approval(office, ["team:legal"], case_number=case.number)
        seen = {name for name in EVERYBODY if case in Case.objects.visible_to(office.people[name])}
        assert seen == {"ana", "mo", "aud", "adm", "lee", "lia"}

    def test_are_seen_by_their_owner(self, office: Office) -> None:
        case = make_case(office)
        Case.objects.filter(pk=case.pk).update(owner=office.sam)
        assert case in Case.objects.visible_to(office.sam)
        assert case not in Case.objects.visible_to(office.bo)

    def test_are_hidden_from_somebody_deactivated(self, office: Office) -> None:
        make_case(office)
        office.ana.is_active = False
        assert not Case.objects.visible_to(office.ana).exists()
