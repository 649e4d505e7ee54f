"""The reports over the API: the same figures as the pages', of what the caller sees, in seconds and whole per cent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import SlaClock, Task
from cases.operations import close_case, complete_task
from integrator.events.actors import SYSTEM
from tests.support.api import Api
from tests.support.cases import Office, ask_work, make_case, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def finish(office: Office, *, is_late: bool) -> Task:
    """A task of legal with a due date that lee answers, in time or late."""
    now = timezone.now()
    task = ask_work(office, "team:legal", due_at=now + timedelta(hours=1))
    if is_late:
        SlaClock.objects.filter(task=task).update(
            state="breached", breached_at=now - timedelta(hours=2), due_at=now - timedelta(hours=2)
        )
    complete_task(task_id=task.pk, person=office.lee, outcome="done", data={}, comment="", now=timezone.now())
    return task


class TestReports:
    def test_count_open_cases_by_age_and_name_the_oldest(self, office: Office) -> None:
        cases = [make_case(office, title=f"Banner {number}") for number in range(3)]
        report = Api(person=office.adm).get("reports/open?limit=2").json()
        assert (report["open"], report["is_cut"]) == (3, False)
        assert sorted(band["count"] for band in report["ages"]) == [0] * 6 + [3]
        assert [(band["from_days"], band["below_days"]) for band in report["ages"]][::6] == [(0, 1), (84, None)]
        assert [row["number"] for row in report["oldest"]] == [case.number for case in cases[:2]]
        assert all(row["age_s"] >= 0 for row in report["oldest"])

    def test_tell_of_closed_cases_how_long_they_took(self, office: Office) -> None:
        case = make_case(office)
        close_case(number=case.number, status="closed", actor=SYSTEM, now=timezone.now())
        report = Api(person=office.adm).get("reports/cycle?days=7").json()
        assert report["times"]["count"] == 1
        assert len(report["slices"]) == 8  # seven days, and the second in which it is asked
        assert sum(part["times"]["count"] for part in report["slices"]) == 1
        assert {part["times"]["median_s"] for part in report["slices"]} == {None, report["times"]["median_s"]}

    def test_tell_what_was_late_by_slice_in_groups_and_by_clock(self, office: Office) -> None:
        in_time, late = finish(office, is_late=False), finish(office, is_late=True)
        lia = Api(person=office.lia)
        report = lia.get("reports/late").json()
        assert (report["in_time"], report["late"], report["late_percent"]) == (1, 1, 50)
        groups = lia.get("reports/sla?team=legal&what=assign").json()
        [group] = groups["rows"]
        assert (group["type"], group["team"], group["in_time"], group["late"]) == (None, "legal", 1, 1)
        assert groups["total"]["in_time_percent"] == 50
        assert [row["task"] for row in lia.get("reports/sla/clocks?state=breached").json()["results"]] == [str(late.pk)]
        first = lia.get("reports/sla/clocks?limit=1").json()
        assert (first["results"][0]["task"], first["next"] is None) == (str(late.pk), False)
        second = lia.client.get(first["next"], headers=lia.headers).json()
        assert [row["task"] for row in second["results"]] == [str(in_time.pk)]
        assert Api(person=office.sam).get("reports/sla").json()["rows"] == []

    def test_count_for_each_who_asks_what_they_see(self, office: Office) -> None:
        ask_work(office, "team:legal", now=timezone.now())
        [line] = Api(person=office.lia).get("reports/teams").json()["teams"]
        assert (line["team"], line["came"], line["open"], line["times"]["median_s"]) == ("legal", 1, 1, None)
        [step] = Api(person=office.lia).get("reports/steps").json()["steps"]
        assert (step["flow"], step["step"], step["title"], step["waiting"]) == (None, None, "Asked by hand", 1)
        assert Api(person=office.sam).get("reports/teams").json()["teams"] == []

    @pytest.mark.parametrize(
        "asked", ["since=2026-02-30", "until=x", "days=0", "days=3661", "days=x", "team=%00", "limit=0"]
    )
    def test_refuse_a_period_that_is_none_and_say_which_part(self, office: Office, asked: str) -> None:
        answer = Api(person=office.adm).get(f"reports/open?{asked}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == f"/{asked.partition('=')[0]}"

    def test_have_the_figures_of_the_page(self, office: Office) -> None:
        make_case(office)
        finish(office, is_late=True)
        browser = Client()
        browser.force_login(office.adm)
        [shown] = [browser.get(reverse("reports"), {"period": "30"}).context["report"]]
        api = Api(person=office.adm)
        assert api.get("reports/open").json()["open"] == len(shown.open_cases)
        assert api.get("reports/late").json()["late"] == shown.late
        assert [line["name"] for line in api.get("reports/teams").json()["teams"]] == [row.name for row in shown.teams]


class TestWorkload:
    def test_tells_leads_who_has_what_and_which_tasks_to_move(self, office: Office) -> None:
        task = ask_work(office, "team:legal", due_at=timezone.now() - timedelta(days=1))
        lia = Api(person=office.lia)
        load = lia.get("reports/workload").json()
        [queue] = load["teams"]
        assert (queue["holder"], queue["team"], queue["open"], queue["late"]) == ("team:legal", "legal", 1, 1)
        assert {(row["person"], row["open"]) for row in load["people"]} == {("lee", 0), ("lia", 0)}
        [held] = lia.get("reports/workload/tasks?holder=team:legal").json()["results"]
        assert (held["id"], held["assignee"], held["may_open"]) == (str(task.pk), None, True)
        moved = lia.post("tasks/bulk", {"action": "reassign", "tasks": [held["id"]], "to": "lee"})
        assert moved.json()["done"] == 1
        assert lia.get("reports/workload/tasks?holder=team:legal").json()["results"] == []
        assert lia.get("reports/workload/tasks?holder=lee").json()["results"][0]["assignee"] == "lee"

    def test_is_for_those_who_may_move_work(self, office: Office) -> None:
        for path in ("reports/workload", "reports/workload/tasks"):
            assert Api(person=office.lee).get(path).status_code == 404
