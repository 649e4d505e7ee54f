"""Clocks of tasks and cases: set going, paused, warned, breached, ended; each mark once, none for what is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from cases.models import Case, SlaClock, Task
from cases.operations import close_case, complete_task, update_case, withdraw_by_origin_in
from cases.sla.operations import pause_clocks_in, resume_clocks_in
from cases.sla.operations.changing import change_due_date
from cases.sla.operations.recounting import recount_clock_in
from cases.sla.queries import describe_clock, list_ledger
from integrator.events.actors import SYSTEM, Actor
from integrator.people.models import BusinessCalendar
from integrator.people.operations import set_team_calendar
from integrator.timers.models import Timer
from notifications.models import Alert, Delivery
from tests.support.cases import Office, ask_approval, ask_work, events_of, make_case, task_of
from tests.support.sla import HOUR, MONDAY, fire_at, get_lines, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office asks on a Monday morning."""
    monkeypatch.setattr("tests.support.cases.NOW", MONDAY)


def ask(office: Office, **more: Any) -> Task:
    return Task.objects.get(pk=ask_work(office, **more).pk)


def get_clock(task: Task) -> SlaClock:
    return SlaClock.objects.get(task=task)


def answer(task: Task, office: Office, at: datetime) -> None:
    complete_task(task_id=task.pk, person=office.sam, outcome="done", data=None, comment=None, now=at)


def pause(task: Task, at: datetime) -> int:
    with transaction.atomic():
        return pause_clocks_in(task=task, reason="waiting for the requester", actor=SYSTEM, now=at)


def resume(task: Task, at: datetime) -> int:
    with transaction.atomic():
        return resume_clocks_in(task=task, reason="Ana answered", actor=SYSTEM, now=at)


class TestStarting:
    def test_a_task_without_policy_and_due_date_has_no_clock(self, office: Office) -> None:
        task = ask(office)
        assert not SlaClock.objects.filter(task=task).exists()
        with transaction.atomic():
            assert pause_clocks_in(task=task, reason="waiting", actor=SYSTEM, now=MONDAY) == 0
            assert resume_clocks_in(task=task, reason="answered", actor=SYSTEM, now=MONDAY) == 0

    def test_a_policy_gives_the_task_its_due_date(self, office: Office) -> None:
        make_policy(budget="P1D")
        task = ask(office)
        assert task.due_at == MONDAY + 8 * HOUR, "one day of working time is over with the day"
        clock = get_clock(task)
        assert (clock.state, clock.budget_s, clock.due_at) == ("running", 8 * 3600, task.due_at)
        assert clock.warn_at == MONDAY + 6 * HOUR
        assert clock.team == office.team("hr"), "the calendar is that of who is asked"

    def test_the_due_date_of_the_step_goes_before_the_policy(self, office: Office) -> None:
        make_policy(budget="P1D", warn_percent=50)
        due = MONDAY + 4 * HOUR
        task = ask(office, due_at=due)
        clock = get_clock(task)
        assert (task.due_at, clock.due_at, clock.budget_s) == (due, due, 4 * 3600)
        assert clock.warn_at == MONDAY + 2 * HOUR

    def test_without_policy_the_step_alone_sets_a_clock_going(self, office: Office) -> None:
        task = ask(office, due_at=MONDAY + timedelta(days=2))
        view = describe_clock(get_clock(task), MONDAY + 3 * HOUR)
        assert (view.words, view.share, view.look) == ("13 h of working time left", 81, "")

    def test_due_outside_of_working_hours_counts_all_time(self, office: Office) -> None:
        monday_evening = MONDAY + 10 * HOUR
        task = ask(office, due_at=monday_evening)
        assert get_clock(task).budget_s == 8 * 3600
        view = describe_clock(get_clock(task), MONDAY + 9 * HOUR)
        assert (view.words, view.look) == ("1 h left", "soon")

    def test_the_most_specific_policy_counts(self, office: Office) -> None:
        make_policy("all", budget="P5D")
        make_policy("urgent", budget="PT2H", priority="urgent")
        make_policy("hr", budget="PT1H", team="hr")
        clock = get_clock(ask(office, priority="urgent"))
        assert clock.policy is not None
        assert clock.policy.key == "urgent"
        assert get_clock(ask(office)).policy.key == "hr"  # type: ignore[union-attr]

    def test_a_case_has_a_clock_of_its_own(self, office: Office) -> None:
        make_policy("cases", subject="case", budget="P2D", case_type="content-approval")
        case = make_case(office)
        clock = SlaClock.objects.get(case=case)
        assert (clock.due_at, clock.task_kind) == (MONDAY + timedelta(days=1, hours=8), "")
        close_case(number=case.number, status="approved", actor=SYSTEM, now=MONDAY + HOUR)
        clock.refresh_from_db()
        assert (clock.state, clock.end_percent) == ("met", 6)


class TestMarks:
    def test_fire_in_order_and_once_each(self, office: Office) -> None:
        make_policy(ladder=[{"percent": 100, "do": "tell", "to": "lead"}])
        task = ask(office, to="team:legal")
        clock = get_clock(task)
        assert fire_at(MONDAY + 4 * HOUR - timedelta(seconds=1)) == 0
        assert fire_at(MONDAY + 4 * HOUR) == 1
        assert get_lines(clock) == ["started", "reminded"]
        fire_at(MONDAY + 6 * HOUR)
        fire_at(MONDAY + 8 * HOUR)
        assert get_lines(clock) == ["started", "reminded", "warned", "reminded", "breached", "escalated"]
        clock.refresh_from_db()
        assert (clock.state, clock.next_at) == ("breached", None)
        assert not Timer.objects.filter(handler="sla.mark").exists()
        assert [event["percent"] for event in events_of("sla.warned")] == [75]
        assert len(events_of("sla.breached")) == len(events_of("sla.escalated")) == 1

    def test_a_timer_that_comes_twice_does_nothing_more(self, office: Office) -> None:
        make_policy(reminders=[])
        clock = get_clock(ask(office))
        fire_at(MONDAY + 6 * HOUR)
        Timer.objects.create(handler="sla.mark", subject=clock.pk, due_at=MONDAY)
        fire_at(MONDAY + 6 * HOUR)
        assert get_lines(clock) == ["started", "warned"]
        assert Timer.objects.filter(handler="sla.mark", subject=clock.pk).count() == 1

    def test_nothing_fires_for_what_was_done_in_time(self, office: Office) -> None:
        make_policy()
        task = ask(office)
        answer(task, office, MONDAY + HOUR)
        fire_at(MONDAY + timedelta(days=9))
        clock = get_clock(task)
        assert (clock.state, get_lines(clock)) == ("met", ["started", "met"])
        assert describe_clock(clock, MONDAY + timedelta(days=9)).words == "done in time"

    def test_late_reminders_come_as_one(self, office: Office) -> None:
        make_policy(warn_percent=None)
        task = ask(office)
        fire_at(MONDAY + 7.5 * HOUR)
        assert [event["percent"] for event in events_of("task.reminded")] == [90]
        assert get_lines(get_clock(task)) == ["started", "reminded"]

    def test_what_is_done_late_unnoticed_is_told_to_be_late(self, office: Office) -> None:
        make_policy()
        task = ask(office)
        answer(task, office, MONDAY + timedelta(days=1))
        clock = get_clock(task)
        assert (clock.state, clock.end_percent) == ("breached", 100)
        assert get_lines(clock) == ["started", "breached", "late"]
        assert len(events_of("sla.breached")) == 1

    def test_a_withdrawn_task_stops_its_clock(self, office: Office) -> None:
        make_policy()
        task = ask(office)
        with transaction.atomic():
            withdraw_by_origin_in(origin=task.origin, reason="The run was ended.", actor=SYSTEM, now=MONDAY + HOUR)
        clock = get_clock(task)
        assert (clock.state, get_lines(clock)) == ("stopped", ["started", "stopped"])

    def test_those_who_may_answer_are_reminded_and_the_lead_is_told(self, office: Office) -> None:
        make_policy(ladder=[{"percent": 100, "do": "tell", "to": "lead"}], warn_percent=None, reminders=[50])
        approval = ask_approval(office, ["team:legal"], requested_by=office.ana)
        fire_at(MONDAY + 4 * HOUR)
        reminded = Delivery.objects.filter(alert__type__key="task-reminder", channel="in_app")
        assert sorted(reminded.values_list("person__username", flat=True)) == ["lee", "lia"]
        fire_at(MONDAY + 8 * HOUR)
        told = Alert.objects.get(type__key="sla-breach")
        assert told.link == f"/inbox/{task_of(approval, 0).pk}/"
        assert list(told.deliveries.filter(channel="in_app").values_list("person__username", flat=True)) == ["lia"]

    def test_many_at_once_are_one_alert(self, office: Office) -> None:
        make_policy(warn_percent=None, reminders=[50])
        for number in range(7):
            ask(office, to="sam", title=f"Work {number}")
        fire_at(MONDAY + 4 * HOUR)
        alert = Alert.objects.get()
        assert alert.title == "7 tasks wait for an answer"
        assert len(events_of("task.reminded")) == 7

    def test_the_ladder_climbs_to_the_manager(self, office: Office) -> None:
        legal = office.team("legal")
        legal.parent = office.team("marketing")
        legal.save()
        rungs = [{"percent": 100, "do": "tell", "to": "lead"}, {"percent": 150, "do": "tell", "to": "manager"}]
        make_policy(ladder=rungs, warn_percent=None, reminders=[])
        ask(office, to="team:legal")
        fire_at(MONDAY + timedelta(days=1, hours=4))
        people = [event["people"] for event in events_of("sla.escalated")]
        assert people == [["lia"], ["mo"]]

    def test_a_rung_hands_over_and_raises_the_priority(self, office: Office) -> None:
        rungs = [
            {"percent": 100, "do": "reassign", "to": "lead"},
            {"percent": 100, "do": "raise_priority", "to": ""},
        ]
        make_policy(ladder=rungs, warn_percent=None, reminders=[])
        task = ask(office, to="team:legal")
        fire_at(MONDAY + 8 * HOUR)
        task.refresh_from_db()
        assert (task.status, task.assignee, task.priority) == ("claimed", office.lia, "high")
        why = [line.why for line in list_ledger(get_clock(task))]
        assert "Lia has it now" in why
        assert "its priority is high now" in why


class TestPausing:
    def test_stands_and_goes_on_with_what_was_left(self, office: Office) -> None:
        make_policy()
        task = ask(office)
        assert pause(task, MONDAY + 2 * HOUR) == 1
        view = describe_clock(get_clock(task), MONDAY + timedelta(days=3))
        assert (view.words, view.look, view.used_s) == ("paused: waiting for the requester", "paused", 2 * 3600)
        assert fire_at(MONDAY + timedelta(days=30)) == 0
        assert resume(task, MONDAY + timedelta(days=7)) == 1
        clock = get_clock(task)
        assert clock.due_at == MONDAY + timedelta(days=7) + 6 * HOUR
        task.refresh_from_db()
        assert task.due_at == clock.due_at
        assert get_lines(clock) == ["started", "paused", "resumed"]

    def test_a_warning_that_was_due_while_it_stood_comes_later(self, office: Office) -> None:
        make_policy(reminders=[])
        task = ask(office)
        pause(task, MONDAY + 6 * HOUR - timedelta(seconds=1))
        assert fire_at(MONDAY + 6 * HOUR) == 0
        resume(task, MONDAY + timedelta(days=1))
        assert fire_at(MONDAY + timedelta(days=1)) == 0
        assert fire_at(MONDAY + timedelta(days=1, seconds=1)) == 1
        assert len(events_of("sla.warned")) == 1

    def test_a_promised_date_moves_by_what_was_left(self, office: Office) -> None:
        task = ask(office, due_at=MONDAY + 4 * HOUR)
        pause(task, MONDAY + HOUR)
        resume(task, MONDAY + timedelta(days=1))
        assert get_clock(task).due_at == MONDAY + timedelta(days=1) + 3 * HOUR

    def test_no_policy_cuts_short_what_was_left_of_a_promised_date(self, office: Office) -> None:
        make_policy("all", budget="PT1H")
        make_policy("urgent", budget="PT2H", priority="urgent")
        task = ask(office, due_at=MONDAY + 6 * HOUR)
        pause(task, MONDAY + HOUR)
        with transaction.atomic():
            clock = SlaClock.objects.get(task=task)
            clock.priority = "urgent"
            assert recount_clock_in(clock, why="tried", actor=SYSTEM, now=MONDAY + 2 * HOUR)
        assert (get_clock(task).policy_id, get_clock(task).budget_s) == (clock.policy_id, 6 * 3600)
        resume(task, MONDAY + timedelta(days=1))
        assert get_clock(task).due_at == MONDAY + timedelta(days=1) + 5 * HOUR
        with transaction.atomic():
            recount_clock_in(SlaClock.objects.get(task=task), why="tried", actor=SYSTEM, now=MONDAY)
        assert get_clock(task).due_at == MONDAY + timedelta(days=1) + 5 * HOUR

    def test_a_date_that_was_set_while_it_stood_counts_after_the_next_stop_too(self, office: Office) -> None:
        make_policy("all", budget="PT1H")
        task = ask(office, to="team:legal", due_at=MONDAY + 6 * HOUR)
        pause(task, MONDAY + HOUR)
        later = MONDAY + timedelta(days=10)
        change_due_date(task_id=task.pk, due_at=later, reason="Later.", person=office.lia, now=MONDAY + 2 * HOUR)
        resume(task, MONDAY + timedelta(days=1))
        clock = get_clock(task)
        assert (clock.due_at, clock.used_s, clock.budget_s) == (later, 3600, (1 + 7 * 8) * 3600)
        assert fire_at(MONDAY + timedelta(days=2)) == 0, "half of the time is not over"
        pause(task, MONDAY + timedelta(days=2))
        resume(task, MONDAY + timedelta(days=4))
        assert get_clock(task).due_at == MONDAY + timedelta(days=11, hours=8), "six working days were left"

    def test_what_was_left_of_a_date_stays_when_the_calendar_counts_otherwise(self, office: Office) -> None:
        task = ask(office, due_at=MONDAY + 6 * HOUR)
        pause(task, MONDAY + HOUR)
        closed = {str(day): [[600, 1080]] for day in range(5)}  # from ten o'clock on
        BusinessCalendar.objects.create(key="late", name="Late", week=closed, changed_at=MONDAY)
        set_team_calendar(team_id=office.team("hr").pk, key="late", actor=SYSTEM)
        with transaction.atomic():
            recount_clock_in(SlaClock.objects.get(task=task), why="the calendar", actor=SYSTEM, now=MONDAY + HOUR)
        assert (get_clock(task).used_s, get_clock(task).budget_s) == (0, 5 * 3600)
        resume(task, MONDAY + timedelta(days=1, hours=1))
        assert get_clock(task).due_at == MONDAY + timedelta(days=1, hours=6)

    def test_two_holds_are_needed_off(self, office: Office) -> None:
        make_policy("cases", subject="case", budget="P2D")
        case = make_case(office)
        first, second = ask(office, case_number=case.number), ask(office, case_number=case.number)
        assert pause(first, MONDAY + HOUR) == 1
        assert pause(second, MONDAY + HOUR) == 0
        assert resume(first, MONDAY + 2 * HOUR) == 0
        assert resume(second, MONDAY + 3 * HOUR) == 1
        assert SlaClock.objects.get(case=case).used_s == 3600

    def test_an_answered_task_holds_its_case_no_longer(self, office: Office) -> None:
        make_policy("cases", subject="case", budget="P2D")
        case = make_case(office)
        task = ask(office, case_number=case.number)
        pause(task, MONDAY + HOUR)
        answer(task, office, MONDAY + 2 * HOUR)
        assert SlaClock.objects.get(case=case).state == "running"

    def test_a_status_that_the_policy_names_stops_case_and_tasks(self, office: Office) -> None:
        reasons = ["status:waiting"]
        make_policy("cases", subject="case", budget="P2D", pause_reasons=reasons)
        make_policy("tasks", pause_reasons=reasons)
        case = make_case(office)
        task = ask(office, case_number=case.number)
        update_case(number=case.number, changes={"status": "waiting"}, actor=SYSTEM, now=MONDAY + HOUR)
        assert {clock.state for clock in SlaClock.objects.all()} == {"paused"}
        assert pause(task, MONDAY + HOUR) == 0, "its policy does not name requests for information"
        update_case(number=case.number, changes={"status": "open"}, actor=SYSTEM, now=MONDAY + 2 * HOUR)
        assert {clock.state for clock in SlaClock.objects.all()} == {"running"}


class TestChanging:
    def test_another_priority_means_another_policy(self, office: Office) -> None:
        make_policy("all", subject="case", budget="P5D")
        make_policy("urgent", subject="case", budget="P1D", priority="urgent")
        case = make_case(office)
        update_case(number=case.number, changes={"priority": "urgent"}, actor=SYSTEM, now=MONDAY + HOUR)
        clock = SlaClock.objects.get(case=case)
        assert clock.due_at == MONDAY + 8 * HOUR
        assert get_lines(clock) == ["started", "recomputed"]
        assert events_of("sla.recomputed")[0]["reason"] == "the priority of the case changed"

    def test_the_ledger_says_who(self, office: Office) -> None:
        make_policy("all", subject="case", budget="P5D")
        make_policy("urgent", subject="case", budget="P1D", priority="urgent")
        case = make_case(office)
        actor = Actor.person(office.mo)
        update_case(number=case.number, changes={"priority": "urgent"}, actor=actor, now=MONDAY + HOUR)
        assert [line.by for line in list_ledger(SlaClock.objects.get(case=case))] == ["", "Mo"]


def test_visible_only_with_its_case(office: Office) -> None:
    make_policy("cases", subject="case", budget="P2D")
    case = make_case(office)
    assert Case.objects.visible_to(office.mo).filter(clock__isnull=False).get() == case
    assert not Case.objects.visible_to(office.sam).filter(clock__isnull=False).exists()
