"""Claiming, releasing and handing over."""

from __future__ import annotations

import pytest

from cases.errors import AskInvalid, TaskNotFound, TaskRefused, TaskTaken
from cases.models import Task
from cases.operations import claim_task, complete_task, reassign_task, release_task
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, events_of, task_of


@pytest.fixture
def task(office: Office) -> Task:
    """Work for legal: lee and lia may do it, mo leads the flow's team."""
    return ask_work(office, "team:legal")


class TestClaimTask:
    def test_makes_it_ones_own(self, office: Office, task: Task) -> None:
        claimed = claim_task(task_id=task.pk, person=office.lee, now=NOW)
        assert (claimed.status, claimed.assignee, claimed.claimed_at, claimed.revision) == (
            "claimed",
            office.lee,
            NOW,
            2,
        )
        assert Task.objects.get(pk=task.pk).assignee == office.lee
        assert len(events_of("task.claimed")) == 1

    def test_changes_nothing_when_one_holds_it_already(self, office: Office, task: Task) -> None:
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        assert claim_task(task_id=task.pk, person=office.lee, now=NOW).revision == 2
        assert len(events_of("task.claimed")) == 1

    def test_names_who_was_first(self, office: Office, task: Task) -> None:
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        with pytest.raises(TaskTaken) as caught:
            claim_task(task_id=task.pk, person=office.lia, now=NOW)
        assert caught.value.code == "task.claimed"
        assert caught.value.details == {"claimed_by": "lee", "claimed_at": "2026-11-19T10:00:00Z"}

    def test_refuses_a_decided_task(self, office: Office, task: Task) -> None:
        complete_task(task_id=task.pk, person=office.lee, outcome="done", now=NOW)
        with pytest.raises(TaskTaken) as caught:
            claim_task(task_id=task.pk, person=office.lee, now=NOW)
        assert caught.value.details["decided_by"] == "lee"

    def test_hides_it_from_strangers(self, office: Office, task: Task) -> None:
        with pytest.raises(TaskNotFound):
            claim_task(task_id=task.pk, person=office.sam, now=NOW)


class TestReleaseTask:
    def test_gives_it_back(self, office: Office, task: Task) -> None:
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        released = release_task(task_id=task.pk, person=office.lee, now=NOW)
        assert (released.status, released.assignee, released.claimed_at) == ("open", None, None)
        assert len(events_of("task.released")) == 1

    def test_is_for_a_lead_too(self, office: Office, task: Task) -> None:
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        assert release_task(task_id=task.pk, person=office.mo, now=NOW).status == "open"

    def test_is_refused_to_a_teammate(self, office: Office, task: Task) -> None:
        add_role(office, "bo", "legal", "approver")
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        with pytest.raises(TaskRefused) as caught:
            release_task(task_id=task.pk, person=office.bo, now=NOW)
        assert caught.value.code == "task.not_lead"

    def test_leaves_an_open_task_as_it_is(self, office: Office, task: Task) -> None:
        assert release_task(task_id=task.pk, person=office.lee, now=NOW).revision == 1
        assert events_of("task.released") == []


class TestReassignTask:
    def test_hands_it_to_anybody_of_the_leads_choice(self, office: Office, task: Task) -> None:
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        handed = reassign_task(task_id=task.pk, person=office.lia, to="sam@example.org", now=NOW)
        assert (handed.status, handed.assignee) == ("claimed", office.sam)
        assert events_of("task.reassigned")[0]["to"] == "sam"
        assert complete_task(task_id=task.pk, person=office.sam, outcome="done", now=NOW).task.status == "done"

    def test_is_refused_to_others(self, office: Office, task: Task) -> None:
        with pytest.raises(TaskRefused):
            reassign_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        with pytest.raises(TaskNotFound):
            reassign_task(task_id=task.pk, person=office.sam, to="sam", now=NOW)

    def test_names_somebody_unknown(self, office: Office, task: Task) -> None:
        with pytest.raises(AskInvalid, match="zoe"):
            reassign_task(task_id=task.pk, person=office.lia, to="zoe", now=NOW)

    def test_does_not_go_round_the_rules_of_approvals(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"], requested_by=office.ana)
        complete_task(task_id=task_of(approval, 1).pk, person=office.bo, outcome="approved", now=NOW)
        for name, code in (("ana", "task.own_request"), ("bo", "task.second_entry")):
            with pytest.raises(TaskRefused) as caught:
                reassign_task(task_id=task_of(approval, 0).pk, person=office.lia, to=name, now=NOW)
            assert caught.value.code == code

    def test_is_told_as_standing_in(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal"])
        reassign_task(task_id=task_of(approval, 0).pk, person=office.lia, to="sam", now=NOW)
        complete_task(task_id=task_of(approval, 0).pk, person=office.sam, outcome="approved", now=NOW)
        assert events_of("approval.decided")[0]["decisions"][0]["for"] == "team:legal"

    def test_comes_too_late_for_a_decided_task(self, office: Office, task: Task) -> None:
        complete_task(task_id=task.pk, person=office.lee, outcome="done", now=NOW)
        with pytest.raises(TaskTaken):
            release_task(task_id=task.pk, person=office.lee, now=NOW)
