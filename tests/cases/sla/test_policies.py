"""SLA policies and what follows from changing them: pages, API, counting open clocks anew, the report."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.models import SlaClock, SlaPolicy, SlaRecount, Task
from cases.operations import complete_task
from cases.sla.book import policy_of
from cases.sla.demo import seed_policies
from cases.sla.errors import PolicyExists, PolicyForbidden, PolicyInvalid, PolicyNotFound
from cases.sla.loop import recount_all
from cases.sla.operations.changing import change_due_date
from cases.sla.operations.policies import PolicyData, add_policy, change_policy, remove_policy
from cases.sla.operations.recounting import ask_recount_in, recount_some
from cases.sla.queries import describe_clock
from cases.sla.queries.forecast import forecast_clock
from cases.sla.queries.report import month_of, say_month
from cases.sla.words import say_policy
from integrator.events.actors import SYSTEM, Actor
from integrator.lib.working_time import Hours
from integrator.people.models import BusinessCalendar
from integrator.people.operations import change_calendar, set_team_calendar
from integrator.people.operations.calendars import CalendarData
from tests.support.api import Api
from tests.support.cases import Office, ask_work, events_of, make_case
from tests.support.sla import HOUR, MONDAY, fire_at, get_lines, make_policy

pytestmark = pytest.mark.django_db
ONE_DAY = PolicyData(name="One day", subject="task", budget="P1D")
FORM = {
    "name": "Urgent work",
    "key": "urgent-work",
    "subject": "task",
    "priority": "urgent",
    "hours": "4",
    "counts": "working",
    "warn_percent": "75",
    "reminders": "50",
    "waits_for_information": "on",
    "rung_1_percent": "100",
    "rung_1_act": "tell:lead",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.cases.NOW", MONDAY)


def ask(office: Office, **more: Any) -> SlaClock:
    return SlaClock.objects.get(task=ask_work(office, **more))


def week(opens: int, closes: int) -> dict[int, tuple[Hours, ...]]:
    return {day: (Hours(opens=opens * 60, closes=closes * 60),) for day in range(5)}


class TestPolicies:
    def test_are_added_changed_and_removed_by_those_who_may(self, office: Office) -> None:
        row = add_policy(key="one-day", data=ONE_DAY, person=office.adm, now=MONDAY)
        assert row.criteria == "task||||"
        assert len(events_of("sla_policy.added")) == 1
        changed = PolicyData(name="One day", subject="task", budget="P2D")
        change_policy(key="one-day", data=changed, person=office.adm, now=MONDAY)
        assert events_of("sla_policy.changed")[0]["_changes"] == {"budget": ("P1D", "P2D")}
        remove_policy(key="one-day", person=office.adm, now=MONDAY)
        assert not SlaPolicy.objects.exists()

    def test_a_lead_manages_those_of_their_team_alone(self, office: Office) -> None:
        own = PolicyData(name="Ours", subject="task", budget="P1D", team="legal")
        add_policy(key="ours", data=own, person=office.lia, now=MONDAY)
        with pytest.raises(PolicyForbidden):
            add_policy(key="all", data=ONE_DAY, person=office.lia, now=MONDAY)
        with pytest.raises(PolicyNotFound):
            change_policy(key="ours", data=own, person=office.mo, now=MONDAY)
        with pytest.raises(PolicyNotFound):
            add_policy(key="mine", data=own, person=office.lee, now=MONDAY)
        add_policy(key="all", data=ONE_DAY, person=office.adm, now=MONDAY)
        with pytest.raises(PolicyForbidden):
            remove_policy(key="all", person=office.lia, now=MONDAY)

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"budget": "soon"}, "budget"),
            ({"budget": "P0D"}, "budget"),
            ({"name": " "}, "name"),
            ({"subject": "run"}, "subject"),
            ({"subject": "case", "task_kind": "assign"}, "task_kind"),
            ({"priority": "asap"}, "priority"),
            ({"case_type": "nothing"}, "case_type"),
            ({"warn_percent": 100}, "warn_percent"),
            ({"reminders": [0]}, "reminders"),
            ({"pause_reasons": ["weather"]}, "pause_reasons"),
            ({"ladder": [{"percent": 100, "do": "shout", "to": "lead"}]}, "ladder"),
            ({"ladder": [{"percent": 100, "do": "tell", "to": ""}]}, "ladder"),
            ({"ladder": [{"percent": 100, "do": "raise_priority", "to": "lead"}]}, "ladder"),
        ],
    )
    def test_say_which_field_is_wrong(self, office: Office, more: dict[str, Any], field: str) -> None:
        data = PolicyData(**{"name": "x", "subject": "task", "budget": "P1D", **more})
        with pytest.raises(PolicyInvalid) as caught:
            add_policy(key="x", data=data, person=office.adm, now=MONDAY)
        assert caught.value.details["field"] == field

    def test_two_are_not_for_the_same(self, office: Office) -> None:
        add_policy(key="one", data=ONE_DAY, person=office.adm, now=MONDAY)
        for key in ("one", "two"):
            with pytest.raises(PolicyExists):
                add_policy(key=key, data=ONE_DAY, person=office.adm, now=MONDAY)


class TestCountingAnew:
    def test_follows_a_policy(self, office: Office) -> None:
        row = make_policy(budget="PT8H")
        clock = ask(office)
        changed = PolicyData(name=row.name, subject="task", budget="PT4H")
        change_policy(key=row.key, data=changed, person=office.adm, now=MONDAY)
        clock.refresh_from_db()
        assert clock.due_at == MONDAY + 8 * HOUR, "not within the change itself"
        recount_all()
        clock.refresh_from_db()
        assert clock.due_at == Task.objects.get(pk=clock.task_id).due_at == MONDAY + 4 * HOUR
        assert get_lines(clock) == ["started", "recomputed"]
        told = events_of("sla.recounted")[0]
        assert (told["total"], told["changed"], told["reason"]) == (1, 1, "the policy “Plain” changed")

    def test_follows_a_calendar_and_the_one_of_a_team(self, office: Office) -> None:
        make_policy(budget="P1D")
        clock = ask(office)
        short = BusinessCalendar.objects.create(
            key="short", name="Short", week={"0": [[540, 720]], "1": [[540, 720]], "2": [[540, 720]]}, changed_at=MONDAY
        )
        set_team_calendar(team_id=office.team("hr").pk, key="short", actor=SYSTEM)
        recount_all()
        clock.refresh_from_db()
        assert (clock.due_at, clock.budget_s) == (MONDAY + 3 * HOUR, 3 * 3600)
        change_calendar(
            key="short", data=CalendarData(name="Short", zone="UTC", week=week(9, 14)), actor=SYSTEM, now=MONDAY
        )
        recount_all()
        clock.refresh_from_db()
        assert (clock.due_at, short.pk) == (MONDAY + 5 * HOUR, SlaRecount.objects.latest("id").calendar_id)

    def test_a_breach_that_would_not_have_been_is_noted_and_stays(self, office: Office) -> None:
        row = make_policy(budget="PT2H", reminders=[])
        clock = ask(office)
        fire_at(MONDAY + 2 * HOUR)
        change_policy(
            key=row.key, data=PolicyData(name="Plain", subject="task", budget="PT8H"), person=office.adm, now=MONDAY
        )
        recount_all()
        clock.refresh_from_db()
        assert (clock.state, clock.due_at) == ("breached", MONDAY + 8 * HOUR)
        assert get_lines(clock)[-2:] == ["recomputed", "annotated"]
        assert len(events_of("sla.annotated")) == 1
        fire_at(MONDAY + timedelta(days=3))
        assert len(events_of("sla.breached")) == 1

    def test_goes_on_where_it_was_left(self, office: Office) -> None:
        row = make_policy(budget="PT8H")
        clocks = [ask(office) for _ in range(5)]
        row.budget = "PT4H"
        row.save()
        with transaction.atomic():
            ask_recount_in(why="tried", actor=SYSTEM, now=MONDAY)
        # A test's own transaction stands for the worker's: what is done is done batch by batch.
        assert recount_some(now=MONDAY, batch=2) is True
        job = SlaRecount.objects.get()
        assert (job.done, job.total, job.ended_at) == (2, 5, None)
        recount_all()
        job.refresh_from_db()
        assert (job.done, job.changed) == (5, 5)
        assert job.ended_at is not None
        assert all(get_lines(clock) == ["started", "recomputed"] for clock in clocks)

    def test_of_nothing_is_no_job(self, office: Office) -> None:
        with transaction.atomic():
            assert ask_recount_in(why="tried", actor=SYSTEM, now=MONDAY) is None
        assert recount_some(now=MONDAY) is False


class TestDueDate:
    def test_is_moved_by_a_lead_and_the_clock_follows(self, office: Office) -> None:
        clock = ask(office, to="team:legal", due_at=MONDAY + 2 * HOUR)
        due = MONDAY + timedelta(days=1)
        change_due_date(
            task_id=clock.task_id or uuid.uuid4(), due_at=due, reason="Later.", person=office.lia, now=MONDAY + HOUR
        )
        clock.refresh_from_db()
        assert (clock.due_at, clock.budget_s) == (due, 8 * 3600)
        told = events_of("task.due_changed")[0]
        assert told["reason"] == "Later."
        assert fire_at(MONDAY + 2 * HOUR) == 0

    def test_is_the_leads_alone(self, office: Office) -> None:
        clock = ask(office, to="team:legal", due_at=MONDAY + 2 * HOUR)
        body = {"due_at": "2099-11-24T10:00:00Z", "reason": "Later."}
        path = f"tasks/{clock.task_id}/due"
        assert Api(person=office.sam).post(path, body).status_code == 404
        assert Api(person=office.lee).post(path, body).status_code == 403
        assert Api(person=office.lia).post(path, {**body, "due_at": "2020-01-01T00:00:00Z"}).status_code == 400
        answer = Api(person=office.lia).post(path, body)
        assert answer.status_code == 200
        assert [line["what"] for line in answer.json()["ledger"]] == ["started", "recomputed"]


class TestApi:
    def test_a_policy_goes_round(self, office: Office) -> None:
        adm = Api(person=office.adm)
        body = {"key": "one-day", "name": "One day", "subject": "task", "budget": "P1D", "priority": "urgent"}
        made = adm.post("sla/policies", body)
        assert made.status_code == 200
        assert made.json()["sentence"].startswith("An urgent task has 1 working day. At 50 % and 90 %")
        assert adm.post("sla/policies", body).status_code == 409
        assert [row["key"] for row in adm.get("sla/policies").json()["results"]] == ["one-day"]
        assert adm.get("sla/policies/one-day").json() == made.json()
        assert Api(person=office.lia).post("sla/policies", {**body, "key": "two"}).status_code == 403
        assert Api(person=office.lee).get("sla/policies/one-day").status_code == 404
        assert adm.get("sla/recounts").json() == {"results": []}

    def test_a_policy_gets_a_short_name_of_its_name(self, office: Office) -> None:
        body = {"name": "Urgent: one day", "subject": "task", "budget": "P1D"}
        adm = Api(person=office.adm)
        assert adm.post("sla/policies", body).json()["key"] == "urgent-one-day"
        nameless = adm.post("sla/policies", {**body, "name": "東", "priority": "low"})
        assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (400, "/key")

    def test_a_clock_is_seen_with_its_task_or_case(self, office: Office) -> None:
        make_policy()
        make_policy("cases", subject="case", budget="P2D")
        task, case = ask_work(office, "lee"), make_case(office)
        clock = Api(person=office.lee).get(f"tasks/{task.pk}/clock").json()
        assert (clock["budget_s"], clock["policy"], clock["state"]) == (8 * 3600, "plain", "running")
        assert clock["ledger"][0]["why"] == "“Plain” is the only policy that fits: it is for every task."
        assert Api(person=office.sam).get(f"tasks/{task.pk}/clock").status_code == 404
        assert Api(person=office.mo).get(f"cases/{case.number}/clock").json()["budget_s"] == 16 * 3600
        assert Api(person=office.sam).get(f"cases/{case.number}/clock").status_code == 404


class TestPages:
    def test_a_policy_is_made_and_tried(self, office: Office, client: Client) -> None:
        client.force_login(office.adm)
        page = client.post(reverse("sla_policy_add"), FORM, follow=True).content.decode()
        assert "An urgent task has 4 hours of working time. At 50 % those who may answer are reminded;" in page
        assert "at 100 % the team&#x27;s lead is told" in page
        row = SlaPolicy.objects.get()
        assert (row.budget, row.ladder) == ("PT4H", [{"percent": 100, "do": "tell", "to": "lead"}])
        tried = client.get(
            reverse("sla_policy", args=[row.key]), {"opened": "2026-11-20T16:00"}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "Opened Friday 20 Nov, 16:00, it is due" in tried
        assert "Monday 23 Nov, 12:00" in tried
        wrong = client.post(reverse("sla_policy", args=[row.key]), {**FORM, "hours": ""})
        assert wrong.status_code == 400
        assert "A budget of no time cannot be kept" in wrong.content.decode()

    def test_a_policy_is_made_without_a_short_name(self, office: Office, client: Client) -> None:
        client.force_login(office.adm)
        made = client.post(reverse("sla_policy_add"), {**FORM, "name": "Urgent work", "key": ""})
        assert made.headers["Location"] == reverse("sla_policy", args=["urgent-work"])
        nameless = client.post(reverse("sla_policy_add"), {**FORM, "name": "東", "key": ""})
        assert (nameless.status_code, "No short name can be made" in nameless.content.decode()) == (400, True)

    @pytest.mark.parametrize(
        ("more", "said"),
        [({"rung_2_percent": "120"}, "Choose what is done then"), ({"rung_2_act": "tell:lead"}, "Say at which share.")],
    )
    def test_half_a_rung_is_not_dropped_without_a_word(
        self, office: Office, client: Client, more: dict[str, str], said: str
    ) -> None:
        client.force_login(office.adm)
        refused = client.post(reverse("sla_policy_add"), {**FORM, **more})
        assert (refused.status_code, said in refused.content.decode()) == (400, True)
        assert not SlaPolicy.objects.exists()

    def test_a_new_one_counts_for_clocks_that_run(self, office: Office, client: Client) -> None:
        clock = ask(office, due_at=MONDAY + HOUR, priority="urgent")
        client.force_login(office.adm)
        page = client.post(reverse("sla_policy_add"), FORM, follow=True).content.decode()
        assert "and clocks that run are counted anew" in page
        recount_all()
        clock.refresh_from_db()
        assert clock.policy == SlaPolicy.objects.get()

    def test_the_list_shows_how_far_counting_anew_is(self, office: Office, client: Client) -> None:
        client.force_login(office.adm)
        assert "No policy yet" in client.get(reverse("sla_policies")).content.decode()
        make_policy()
        SlaRecount.objects.create(
            why="the calendar changed", actor=str(SYSTEM), total=1200, done=300, asked_at=MONDAY, changed=7
        )
        page = client.get(reverse("sla_policies")).content.decode()
        assert "300 of 1,200 open clocks" in page
        assert '<ul class="rows rows--sentences"' in page
        assert 'hx-trigger="every 2s"' in page

    def test_the_ledger_is_for_those_who_see_the_task(self, office: Office, client: Client) -> None:
        make_policy()
        clock = ask(office, to="team:legal")
        address = reverse("sla_clock", args=[clock.pk])
        client.force_login(office.lee)
        page = client.get(address).content.decode()
        assert "is the only policy that fits" in page
        assert "Change when it is due" not in page
        client.force_login(office.lia)
        assert "Change when it is due" in client.get(address).content.decode()
        moved = client.post(
            reverse("sla_clock_due", args=[clock.pk]), {"due_at": "2099-11-24T10:00", "reason": "Later."}, follow=True
        )
        assert "The due date is changed." in moved.content.decode()
        client.force_login(office.sam)
        assert client.get(address).status_code == 404


class TestReport:
    def test_counts_what_the_reader_may_see(self, office: Office, client: Client) -> None:
        make_policy(reminders=[])
        for days, person in ((0, office.sam), (0, office.sam), (2, office.sam)):
            task = ask_work(office)
            now = MONDAY + timedelta(days=days, hours=1)
            complete_task(task_id=task.pk, person=person, outcome="done", data=None, comment=None, now=now)
        SlaClock.objects.update(ended_at=events_at())
        client.force_login(office.sam)
        page = client.get(reverse("sla_report")).content.decode()
        assert "67 % of 3 were done in time; half of all used 12 % of their time at most" in page
        month = month_of(SlaClock.objects.latest("ended_at").ended_at or MONDAY)
        narrowed = {"month": month, "case_type": "-", "team": "hr", "what": "assign"}
        chosen = client.get(reverse("sla_report"), narrowed).content.decode()
        assert re.findall(r'chip--on" href="[^"]*">([^<]+) <svg', chosen) == [say_month(month), "No case", "Hr", "Work"]
        opened = client.get(reverse("sla_report"), {"open": "1", "state": "breached"}).content.decode()
        assert opened.count('class="title" href="/inbox/') == 1
        written = client.get(reverse("sla_report_csv")).content.decode().splitlines()
        assert written[1].endswith(",No case,Hr,Work,2,1,67,12")
        assert events_of("export.made")[0]["what"] == "SLA report"
        client.force_login(office.bo)
        empty = client.get(reverse("sla_report"), narrowed).content.decode()
        assert "Nothing ended in this period" in empty
        assert re.findall(r'chip--on" href="[^"]*">([^<]+) <svg', empty) == [say_month(month), "No case", "hr", "Work"]


def events_at() -> Any:
    """Now: the report tells of the time until now."""
    from django.utils import timezone

    return timezone.now()


class TestForecast:
    def test_is_told_with_thirty_like_ones_and_their_number(self, office: Office) -> None:
        make_policy(reminders=[])
        clock = ask(office)
        for number in range(30):
            task = ask_work(office)
            SlaClock.objects.filter(task=task).update(
                state="breached" if number < 12 else "met",
                breached_at=MONDAY,
                ended_at=MONDAY,
                running_since=None,
                end_percent=110 if number < 12 else 60,
            )
        early = forecast_clock(clock, MONDAY + 2 * HOUR)
        assert early is not None
        assert early.words == "12 of 30 like this were late"
        assert forecast_clock(clock, MONDAY + 6 * HOUR) is None, "only 12 took as long"


def test_actor_of_a_recount_is_who_changed_it(office: Office) -> None:
    make_policy()
    ask(office)
    with transaction.atomic():
        job = ask_recount_in(why="tried", actor=Actor.person(office.adm), now=MONDAY)
    assert job is not None
    assert describe_clock(SlaClock.objects.get(), MONDAY).state == "running"
    assert Actor.parse(job.actor).person_id == office.adm.pk


def test_the_demo_has_a_policy_once(office: Office) -> None:
    office.adm.username = "admin"
    office.adm.save()
    for _ in range(2):
        seed_policies(MONDAY)
    row = SlaPolicy.objects.get()
    assert say_policy(policy_of(row)).startswith("A high-priority case has 3 working days. At 75 % a warning goes out;")
