"""The queue of what waits for a person: the same tasks as the rules say, in order, by pages; and its triggers."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Priority, QueueRow, Task, TaskCandidate
from cases.models.queue import NO_DATE, RANKS
from cases.operations import claim_task, complete_task, reassign_task, release_task, withdraw_by_origin_in
from cases.operations.marking import set_priority
from cases.queries.queue import DUE_FIRST, NEW_FIRST, URGENT_FIRST, Part, count_queue, get_queue_page
from cases.queue_triggers import after_migrations, before_migrations, count_faults, has_triggers
from integrator.events.actors import SYSTEM
from integrator.people.models import Person
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, cover, task_of


@pytest.fixture
def world(office: Office) -> Office:
    """Sixty tasks of all sorts, some done, some claimed; Sam covers Lee, and in Brand Bo."""
    dice = random.Random(7)
    add_role(office, "lee", "brand", "approver")
    cover(office.lee, office.sam)
    cover(office.bo, office.sam, team=office.team("brand"))
    for place in range(20):
        due = NOW + timedelta(hours=dice.randrange(5)) if place % 3 else None
        to = dice.choice(["team:hr", "team:legal", "lee", ["sam", "team:brand"]])
        ask_work(office, to, due_at=due, priority=Priority.values[place % 4])
        asker = dice.choice([None, office.lee, office.sam])
        approval = ask_approval(
            office, ["team:legal", dice.choice(["bo", "team:brand"])], requested_by=asker, due_at=due
        )
        if place % 4 == 0:
            for task in Task.objects.filter(approval=approval).decidable_by(office.lee)[:1]:
                complete_task(task_id=task.pk, person=office.lee, outcome="approved", now=NOW)
    for name in ("lia", "sam"):
        for task in Task.objects.decidable_by(office.people[name]).filter(status="open").order_by("id")[:3]:
            claim_task(task_id=task.pk, person=office.people[name], now=NOW)
    return office


def walk(person: Person, part: Part, order: Any, size: int = 7) -> list[Task]:
    found, cursor = [], ""
    while True:
        page = get_queue_page(person, part, order=order, size=size, cursor=cursor)
        found += page.rows
        if page.next is None:
            return found
        cursor = page.next


class TestQueuePage:
    @pytest.mark.parametrize("order", [DUE_FIRST, NEW_FIRST, URGENT_FIRST])
    def test_holds_what_the_rules_say_in_order(self, world: Office, order: Any) -> None:
        far = NO_DATE
        for name, person in world.people.items():
            expected = list(Task.objects.decidable_by(person))
            if order != NEW_FIRST:
                expected.sort(key=lambda task: (task.due_at or far, task.created_at, task.pk))
                if order == URGENT_FIRST:
                    expected.sort(key=lambda task: RANKS[task.priority])
            else:
                expected.sort(key=lambda task: (task.created_at, task.pk), reverse=True)
            assert walk(person, Part(), order) == expected, name
            assert count_queue(person, cap=1000) == len(expected)

    @pytest.mark.parametrize("part", [Part(), Part(due_from_at=NOW)])
    @pytest.mark.parametrize("order", [DUE_FIRST, NEW_FIRST, URGENT_FIRST])
    def test_goes_back_the_way_it_came(self, world: Office, order: Any, part: Part) -> None:
        pages = [get_queue_page(world.sam, part, order=order, size=5)]
        while pages[-1].next is not None:
            pages.append(get_queue_page(world.sam, part, order=order, size=5, cursor=pages[-1].next))
        back, page = [pages[-1].rows], pages[-1]
        while page.previous is not None:
            page = get_queue_page(world.sam, part, order=order, size=5, cursor=page.previous)
            back.append(page.rows)
        assert len(pages) > 3
        assert back == [each.rows for each in reversed(pages)]

    def test_by_priority_holds_what_is_due_in_between(self, world: Office) -> None:
        part = Part(due_from_at=NOW, due_until_at=NOW + timedelta(hours=3))
        found = walk(world.sam, part, URGENT_FIRST, size=3)
        assert [RANKS[task.priority] for task in found] == sorted(RANKS[task.priority] for task in found)
        assert len({task.priority for task in found}) > 2
        assert set(found) == set(walk(world.sam, part, DUE_FIRST, size=3))

    def test_by_name_is_what_is_asked_by_name_or_held(self, world: Office) -> None:
        for name in ("lee", "lia", "sam", "bo"):
            person = world.people[name]
            covered = {"sam": [world.lee.pk]}.get(name, [])
            named = TaskCandidate.objects.filter(person_id__in=[person.pk, *covered]).values("task_id")
            rows = Task.objects.decidable_by(person)
            expected = set(rows.filter(pk__in=named)) | set(rows.filter(assignee=person))
            found = walk(person, Part(by_name=True), DUE_FIRST)
            assert set(found) == expected
            assert len(found) == len(expected)

    def test_of_one_team_is_what_is_asked_of_it(self, world: Office) -> None:
        team = world.team("legal")
        asked = TaskCandidate.objects.filter(team=team).values("task_id")
        expected = set(Task.objects.decidable_by(world.lee).filter(pk__in=asked))
        assert set(walk(world.lee, Part(team_id=team.pk), DUE_FIRST)) == expected

    def test_is_empty_for_somebody_deactivated(self, world: Office) -> None:
        world.lee.is_active = False
        assert get_queue_page(world.lee, Part(), size=5).rows == []
        assert count_queue(world.lee, cap=5) == 0

    def test_counts_up_to_the_cap_and_what_is_new(self, world: Office) -> None:
        assert count_queue(world.lia, cap=3) == 3
        assert count_queue(world.lia, cap=50, since_at=NOW + timedelta(seconds=1)) == 0
        assert count_queue(world.lia, cap=50, since_at=NOW - timedelta(seconds=1)) == count_queue(world.lia, cap=50)


class TestTriggers:
    def test_follow_whatever_becomes_of_a_task(self, office: Office) -> None:
        task = ask_work(office, ["team:hr", "vi"])
        assert count_faults(connection) == 0
        assert QueueRow.objects.filter(task=task).count() == 2
        claim_task(task_id=task.pk, person=office.sam, now=NOW)
        release_task(task_id=task.pk, person=office.sam, now=NOW)
        reassign_task(task_id=task.pk, person=office.mo, to="bo", now=NOW)
        assert QueueRow.objects.filter(task=task, person=office.bo).count() == 1
        Task.objects.filter(pk=task.pk).update(due_at=NOW)
        assert set(QueueRow.objects.filter(task=task).values_list("due_at", flat=True)) == {NOW}
        set_priority(task_id=task.pk, person=office.bo, priority="urgent", now=NOW)
        assert set(QueueRow.objects.filter(task=task).values_list("rank", flat=True)) == {0}
        TaskCandidate.objects.filter(task=task, person=office.vi).delete()
        TaskCandidate.objects.filter(task=task, person=office.bo).update(person=office.bea)
        assert count_faults(connection) == 0
        approval = ask_approval(office, ["team:legal", "team:brand"])
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="rejected", comment="no", now=NOW)
        assert count_faults(connection) == 0
        assert not QueueRow.objects.filter(task__approval=approval).exists()

    def test_take_withdrawn_tasks_out_and_undone_ones_in(self, office: Office) -> None:
        task = ask_work(office)
        with transaction.atomic():
            withdraw_by_origin_in(origin=task.origin, reason="ended", actor=SYSTEM, now=NOW)
        assert not QueueRow.objects.exists()
        Task.objects.filter(pk=task.pk).update(status="open", withdrawn_at=None)
        assert QueueRow.objects.get().task == task
        assert count_faults(connection) == 0

    def test_of_an_earlier_version_are_laid_anew(self, office: Office) -> None:
        task = ask_work(office, priority="high")
        with connection.cursor() as cursor:
            on = "" if connection.vendor == "sqlite" else " ON cases_task"
            cursor.execute(f"DROP TRIGGER cases_queue_shown{on}")
        QueueRow.objects.update(rank=2)  # as a migration leaves it
        after_migrations(using="default", plan=["something"])
        assert has_triggers(connection)
        assert [row.rank for row in QueueRow.objects.filter(task=task)] == [1]

    def test_come_back_after_migrations_with_what_they_missed(self, office: Office) -> None:
        task = ask_work(office)
        before_migrations(using="default", plan=["something"])
        if connection.vendor == "sqlite":
            assert not has_triggers(connection)
            Task.objects.filter(pk=task.pk).update(due_at=timezone.now())
            ask_work(office)
            assert count_faults(connection) > 0
        after_migrations(using="default", plan=["something"])
        assert has_triggers(connection)
        assert count_faults(connection) == 0
