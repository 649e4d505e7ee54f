"""Why somebody sees a task or case: the words, and that they never part from the querysets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.errors import TaskRefused
from cases.models import Case, CaseParty, CaseWatcher, Task, TaskWatcher
from cases.operations import claim_task, complete_task
from cases.visibility import explain_case, explain_task
from integrator.people.models import Person
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, cover, events_of, make_case, task_of


def rules_of(person: Person, row: Task | Case) -> list[str]:
    reasons = explain_task(person, row) if isinstance(row, Task) else explain_case(person, row)
    return [reason.rule for reason in reasons]


class TestExplainTask:
    def test_tells_members_leads_and_those_asked_by_name(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        assert [reason.words for reason in explain_task(office.lee, task)] == [
            f"member of Legal since {timezone.now().day} {timezone.now():%B %Y}"
        ]
        assert rules_of(office.lia, task) == ["member", "lead"]
        assert rules_of(office.vi, task) == []
        assert [reason.words for reason in explain_task(office.sam, ask_work(office, "sam"))] == ["asked by name"]

    def test_tells_substitutes_until_when(self, office: Office) -> None:
        row, task = cover(office.lee, office.sam), task_of(ask_approval(office, ["team:legal"]), 0)
        (reason,) = explain_task(office.sam, task)
        assert (reason.rule, reason.since_at) == ("substitute", row.starts_at)
        assert reason.words.startswith("substitute for Lee until ")

    def test_tells_watchers_who_added_them(self, office: Office) -> None:
        task = ask_work(office, "vi")
        TaskWatcher.objects.create(task=task, person=office.bo, added_by=office.lia, since_at=NOW)
        (reason,) = explain_task(office.bo, task)
        assert reason.words == "watcher since 19 November 2026, added by Lia"

    def test_tells_who_answered_for_whom(self, office: Office) -> None:
        cover(office.lee, office.sam)
        task = ask_work(office, "lee")
        complete_task(task_id=task.pk, person=office.sam, outcome="done", now=timezone.now())
        task.refresh_from_db()
        assert "you answered it for Lee" in [reason.words for reason in explain_task(office.sam, task)]


class TestExplainCase:
    def test_tells_every_rule(self, office: Office) -> None:
        case = make_case(office)
        ask_work(office, "sam", case_number=case.number)
        Case.objects.filter(pk=case.pk).update(owner=office.bo)
        CaseParty.objects.create(case=case, person=office.vi, role="requester", since_at=NOW)
        CaseParty.objects.create(case=case, team=office.team("legal"), role="adviser", since_at=NOW)
        CaseWatcher.objects.create(case=case, person=office.bea, added_by=None, since_at=NOW)
        case.refresh_from_db()
        words = {name: [reason.words for reason in explain_case(office.people[name], case)] for name in office.people}
        assert words["sam"] == ["asked in it: “Mend it”"]
        assert words["bo"] == ["owner of the case"]
        assert words["vi"] == ["party of the case: requester", "party of the case: adviser, as Legal"]
        assert words["lee"] == ["party of the case: adviser, as Legal"]
        assert words["bea"] == ["watcher since 19 November 2026"]
        assert words["aud"] == ["auditor"]
        assert [word.split(" since")[0] for word in words["mo"]] == ["lead of Marketing"]


class TestConfidentialCases:
    def test_are_listed_for_parties_owner_and_those_with_a_task_alone(self, office: Office) -> None:
        case = make_case(office)
        Case.objects.filter(pk=case.pk).update(confidential=True, owner=office.bo)
        ask_work(office, "sam", case_number=case.number)
        CaseParty.objects.create(case=case, person=office.vi, role="requester", since_at=NOW)
        CaseWatcher.objects.create(case=case, person=office.bea, added_by=office.bo, since_at=NOW)
        listed = {name for name, who in office.people.items() if case in Case.objects.visible_to(who)}
        opened = {name for name, who in office.people.items() if case in Case.objects.openable_by(who)}
        assert listed == {"sam", "bo", "vi"}
        assert opened == listed | {"aud", "adm"}

    def test_do_not_open_their_tasks_to_watchers(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "sam", case_number=case.number)
        TaskWatcher.objects.create(task=task, person=office.bea, added_by=office.sam, since_at=NOW)
        assert task in Task.objects.watched_by(office.bea)
        Case.objects.filter(pk=case.pk).update(confidential=True)
        assert task not in Task.objects.visible_to(office.bea)


class TestSubstitutes:
    def test_see_and_decide_what_is_asked_of_those_they_cover(self, office: Office) -> None:
        tasks = [ask_work(office, "lee"), task_of(ask_approval(office, ["team:legal"]), 0)]
        assert not Task.objects.visible_to(office.sam).exists()
        cover(office.lee, office.sam)
        assert set(Task.objects.decidable_by(office.sam)) == set(tasks) == set(Task.objects.visible_to(office.sam))

    @pytest.mark.parametrize(
        "fields",
        [
            {"ends_at": NOW - timedelta(days=300), "starts_at": NOW - timedelta(days=400)},
            {"starts_at": NOW + timedelta(days=3000), "ends_at": NOW + timedelta(days=4000)},
            {"ended_at": NOW - timedelta(days=300)},
        ],
    )
    def test_see_nothing_before_or_after_their_time(self, office: Office, fields: dict[str, object]) -> None:
        ask_work(office, "lee")
        cover(office.lee, office.sam, **fields)
        assert not Task.objects.visible_to(office.sam).exists()

    def test_of_one_team_act_in_that_team_alone(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        legal, brand = (task_of(ask_approval(office, [f"team:{slug}"]), 0) for slug in ("legal", "brand"))
        by_name = ask_work(office, "lee")
        in_brand = ask_work(office, "lee", team_id=office.team("brand").pk)
        cover(office.lee, office.sam, team=office.team("brand"))
        assert set(Task.objects.decidable_by(office.sam)) == {brand, in_brand}
        assert legal not in Task.objects.visible_to(office.sam)
        assert by_name not in Task.objects.visible_to(office.sam)

    def test_of_somebody_deactivated_see_nothing(self, office: Office) -> None:
        ask_work(office, "lee")
        cover(office.lee, office.sam)
        Person.objects.filter(pk=office.lee.pk).update(is_active=False)
        assert not Task.objects.visible_to(office.sam).exists()

    def test_do_not_act_for_those_whom_the_one_covered_acts_for(self, office: Office) -> None:
        ask_work(office, "lee")
        cover(office.lee, office.bo)
        cover(office.bo, office.sam)
        assert not Task.objects.visible_to(office.sam).exists()

    def test_answer_for_the_one_covered_and_it_says_so(self, office: Office) -> None:
        cover(office.lee, office.sam)
        task = task_of(ask_approval(office, ["lee"]), 0)
        claim_task(task_id=task.pk, person=office.sam, now=timezone.now())
        decided = complete_task(task_id=task.pk, person=office.sam, outcome="approved", now=timezone.now()).task
        assert (decided.decided_by, decided.covered, decided.decided_for) == (office.sam, office.lee, "lee")
        assert events_of("task.claimed")[0]["for"] == "Lee"
        assert {key: events_of("task.decided")[0][key] for key in ("by", "for", "stands_for")} == {
            "by": "sam",
            "for": "Lee",
            "stands_for": "lee",
        }

    def test_who_are_asked_themselves_answer_as_themselves(self, office: Office) -> None:
        cover(office.lee, office.lia)
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        decided = complete_task(task_id=task.pk, person=office.lia, outcome="approved", now=NOW).task
        assert (decided.covered, decided.decided_for) == (None, "")

    def test_do_not_decide_their_own_request(self, office: Office) -> None:
        cover(office.lee, office.sam)
        task = task_of(ask_approval(office, ["lee"], requested_by=office.sam), 0)
        assert task not in Task.objects.decidable_by(office.sam)
        with pytest.raises(TaskRefused, match="You asked for this yourself"):
            complete_task(task_id=task.pk, person=office.sam, outcome="approved", now=NOW)

    def test_do_not_decide_the_request_of_the_one_covered(self, office: Office) -> None:
        cover(office.lee, office.sam)
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        assert task not in Task.objects.decidable_by(office.sam)
        with pytest.raises(TaskRefused, match="Lee asked for this"):
            complete_task(task_id=task.pk, person=office.sam, outcome="approved", now=NOW)

    def test_give_no_second_entry_for_the_one_covered(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        approval = ask_approval(office, ["team:legal", "team:brand"])
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
        cover(office.lee, office.sam)
        other = task_of(approval, 1)
        assert other not in Task.objects.decidable_by(office.sam)
        with pytest.raises(TaskRefused, match="you count as one"):
            complete_task(task_id=other.pk, person=office.sam, outcome="approved", now=NOW)

    @pytest.mark.parametrize("second", ["lee", "sam"])
    def test_and_the_one_covered_count_as_one_person(self, office: Office, second: str) -> None:
        for name in ("lee", "sam"):
            add_role(office, name, "brand", "approver")
        cover(office.lee, office.sam)
        approval = ask_approval(office, ["lee", "team:brand"])
        complete_task(task_id=task_of(approval, 0).pk, person=office.sam, outcome="approved", now=NOW)
        other = task_of(approval, 1)
        assert other not in Task.objects.decidable_by(office.people[second])
        with pytest.raises(TaskRefused, match="already"):
            complete_task(task_id=other.pk, person=office.people[second], outcome="approved", now=NOW)


class TestWatchers:
    def test_read_but_neither_claim_nor_answer(self, office: Office) -> None:
        task = ask_work(office, "sam")
        TaskWatcher.objects.create(task=task, person=office.bo, added_by=office.sam, since_at=NOW)
        assert task in Task.objects.visible_to(office.bo)
        assert task not in Task.objects.decidable_by(office.bo)
        for operation in (
            lambda: claim_task(task_id=task.pk, person=office.bo, now=NOW),
            lambda: complete_task(task_id=task.pk, person=office.bo, outcome="done", now=NOW),
        ):
            with pytest.raises(TaskRefused, match="not asked of you"):
                operation()
