"""Why somebody sees something, following it, confidential cases and one thing for many tasks, over API and pages."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cases.errors import TaskNotFound
from cases.models import Case, SavedView, SlaClock, Task, TaskWatcher
from cases.operations import claim_task, reassign_task
from cases.sla.operations.alerting import Alerts
from tests.support.api import Api
from tests.support.cases import Office, ask_approval, ask_work, cover, events_of, make_case, task_of

pytestmark = pytest.mark.django_db


def browser(office: Office, name: str) -> Client:
    client = Client()
    client.force_login(office.people[name])
    return client


class TestWhy:
    def test_tells_the_rule_and_the_row_to_who_sees_it_and_404_to_others(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "team:legal", case_number=case.number)
        cover(office.lee, office.sam)
        for name, rule in (("lee", "member"), ("sam", "substitute")):
            (reason,) = Api(person=office.people[name]).get(f"tasks/{task.pk}/why").json()["reasons"]
            assert reason["rule"] == rule
        assert Api(person=office.lee).get(f"cases/{case.number}/why").json()["reasons"][0]["rule"] == "task"
        stranger = Api(person=office.bo)
        assert stranger.get(f"tasks/{task.pk}/why").content == stranger.get(f"tasks/{uuid.uuid4()}/why").content
        page = browser(office, "lee").get(f"/inbox/{task.pk}/why/").content.decode()
        assert "member of Legal since" in page
        missing = browser(office, "bo").get(f"/inbox/{uuid.uuid4()}/why/")
        hidden = browser(office, "bo").get(f"/inbox/{task.pk}/why/")
        assert (missing.status_code, hidden.status_code) == (404, 404)


class TestWatching:
    def test_is_for_those_who_see_it_and_for_others_by_those_asked(self, office: Office) -> None:
        task = ask_work(office, "team:legal")
        lee, bo = Api(person=office.lee), Api(person=office.bo)
        assert bo.post(f"tasks/{task.pk}/watch", {"watching": True}).status_code == 404
        told = lee.post(f"tasks/{task.pk}/watch", {"watching": True, "who": "bo"})
        assert told.json() == {"watchers": ["bo"]}
        assert bo.get(f"tasks/{task.pk}").status_code == 200
        assert bo.post(f"tasks/{task.pk}/watch", {"watching": True, "who": "vi"}).status_code == 403
        assert bo.post(f"tasks/{task.pk}/claim", {}).status_code == 403
        assert bo.post(f"tasks/{task.pk}/complete", {"outcome": "done"}).status_code == 403
        assert bo.post(f"tasks/{task.pk}/watch", {"watching": False}).status_code == 200
        assert bo.get(f"tasks/{task.pk}").status_code == 404
        assert [row["who"] for row in events_of("task.watched") + events_of("task.unwatched")] == ["bo", "bo"]

    def test_of_a_case_by_its_page(self, office: Office) -> None:
        case = make_case(office)
        client = browser(office, "mo")
        assert client.post(f"/cases/{case.number}/watch/", {"watching": "1", "who": "bo"}).status_code == 302
        assert case in Case.objects.watched_by(office.bo)
        assert "Followed by Bo" in client.get(f"/cases/{case.number}/why/").content.decode()


class TestConfidentialCases:
    def test_are_hidden_from_the_team_and_each_reading_is_kept(self, office: Office) -> None:
        case = make_case(office)
        address = f"cases/{case.number}"
        task = ask_work(office, "sam", case_number=case.number)
        assert Api(person=office.ana).post(f"{address}/confidential", {"confidential": True}).status_code == 403
        assert Api(person=office.mo).post(f"{address}/confidential", {"confidential": True}).status_code == 200
        stranger = Api(person=office.ana)
        assert stranger.get(address).content == stranger.get("cases/C-1999-000001").content
        for name in ("sam", "aud"):
            assert Api(person=office.people[name]).get(address).status_code == 200
        assert Api(person=office.aud).get("cases").json()["results"] == []
        assert {row["_actor"] for row in events_of("case.read")} == {
            f"person:{office.sam.pk}",
            f"person:{office.aud.pk}",
        }
        told = Api(person=office.sam).post(f"tasks/{task.pk}/watch", {"watching": True, "who": "bo"})
        assert (told.status_code, told.json()["code"]) == (403, "task.confidential")

    def test_are_not_opened_by_handing_over_what_is_asked_in_them(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "team:hr", case_number=case.number)
        Case.objects.update(confidential=True)
        for name in ("mo", "adm"):
            person = office.people[name]
            with pytest.raises(TaskNotFound):
                reassign_task(task_id=task.pk, person=person, to=name, now=timezone.now())
            assert Api(person=person).post(f"tasks/{task.pk}/watch", {"watching": True}).status_code == 404
        Case.objects.update(owner=office.mo)
        reassign_task(task_id=task.pk, person=office.mo, to="sam", now=timezone.now())
        assert Api(person=office.sam).get(f"tasks/{task.pk}").status_code == 200

    def test_are_not_told_of_in_alerts_to_those_who_may_not_see_them(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "sam", case_number=case.number)
        Case.objects.update(confidential=True)
        alerts = Alerts()
        for about in ({"task": Task.objects.get(pk=task.pk)}, {"case": Case.objects.get()}):
            alerts.add("sla-breach", SlaClock(team=case.team, **about), [office.mo, office.sam], 100)
        with transaction.atomic():
            alerts.ask_in()
        assert [event["people"] for event in events_of("alert.asked")] == [[office.sam.pk]] * 2


class TestBulk:
    def test_does_each_by_itself_and_says_what_came_of_it(self, office: Office) -> None:
        free, held = ask_work(office, "team:legal"), ask_work(office, "team:legal")
        foreign = ask_work(office, "team:hr")
        claim_task(task_id=held.pk, person=office.lia, now=timezone.now())
        ids = [str(task.pk) for task in (free, held, foreign)]
        told = Api(person=office.lee).post("tasks/bulk", {"action": "claim", "tasks": ids}).json()
        assert (told["done"], told["refused"]) == (1, 2)
        assert [row["code"] for row in told["results"]] == [None, "task.claimed", "task.not_found"]
        assert len(events_of("task.claimed")) == 2

    def test_answers_only_what_asks_the_same(self, office: Office) -> None:
        work = [ask_work(office, "team:legal") for _ in range(2)]
        other = task_of(ask_approval(office, ["team:legal"]), 0)
        lee = Api(person=office.lee)
        body = {"action": "complete", "outcome": "done", "tasks": [str(task.pk) for task in (*work, other)]}
        assert lee.post("tasks/bulk", body).json()["code"] == "task.bulk_differs"
        body["tasks"] = [str(task.pk) for task in work]
        assert lee.post("tasks/bulk", body).json()["done"] == 2
        assert Task.objects.filter(status="done").count() == 2

    def test_by_the_page_hands_over_and_answers(self, office: Office) -> None:
        tasks = [ask_work(office, "team:legal", title=f"T{number}") for number in range(2)]
        ids = [str(task.pk) for task in tasks]
        lead, lee = browser(office, "lia"), browser(office, "lee")
        refused = lee.post("/inbox/bulk/", {"action": "reassign", "to": "lee", "task": ids}).content.decode()
        assert "0 handed over, 2 not" in refused
        assert "Only a lead" in refused
        assert "2 handed over" in lead.post(
            "/inbox/bulk/", {"action": "reassign", "to": "lee", "task": ids}
        ).content.decode()  # fmt: skip
        assert "Answer 2 tasks alike" in lee.post("/inbox/bulk/", {"action": "complete", "task": ids}).content.decode()
        answer = lee.post("/inbox/bulk/", {"action": "complete", "outcome": "done", "comment": "ok", "task": ids})
        assert "2 answered" in answer.content.decode()
        assert set(Task.objects.values_list("status", "comment")) == {("done", "ok")}
        assert lee.post("/inbox/bulk/", {"action": "claim"}).status_code == 400


class TestInboxTabs:
    def test_have_counts_and_hold_what_they_say(self, office: Office) -> None:
        ask_work(office, "lee", title="By name")
        watched = ask_work(office, "team:hr", title="Of HR")
        TaskWatcher.objects.create(task=watched, person=office.lee, since_at=timezone.now())
        lee = browser(office, "lee")
        assert "By name" in (mine := lee.get("/inbox/?show=mine").content.decode())
        assert "Of HR" not in mine
        assert 'Watched <span class="count">1</span>' in mine
        assert "Of HR" in lee.get("/inbox/?show=watched").content.decode()
        assert "By name" not in lee.get("/inbox/?due=late").content.decode()
        assert "By name" in lee.get("/inbox/?due=none&sort=new").content.decode()

    def test_keep_views_of_ones_own(self, office: Office) -> None:
        lee, bo = browser(office, "lee"), browser(office, "bo")
        made = lee.post("/inbox/views/", {"name": "Urgent", "query": "priority=urgent&sort=priority&cursor=x&task=y"})
        assert made.headers["Location"] == "/inbox/?priority=urgent&sort=priority"
        assert "Urgent" in lee.get("/inbox/?priority=urgent&sort=priority").content.decode()
        view = SavedView.objects.get()
        assert bo.post(f"/inbox/views/{view.pk}/remove/").status_code == 404
        assert lee.post(f"/inbox/views/{view.pk}/remove/").status_code == 302
        assert not SavedView.objects.exists()
