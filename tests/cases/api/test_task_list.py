"""The lists of the inbox over the API: tabs, filters and orders as on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Task
from cases.operations import claim_task, complete_task, set_priority
from tests.support.api import Api
from tests.support.cases import Office, ask_work, make_case

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ids(api: Api, asked: str) -> list[str]:
    return [row["id"] for row in api.get(f"tasks?{asked}").json()["results"]]


def named(*tasks: Task) -> list[str]:
    return [str(task.pk) for task in tasks]


class TestListsOfTheInbox:
    def test_narrow_what_waits(self, office: Office) -> None:
        now, case = timezone.now(), make_case(office)
        late = ask_work(office, "team:legal", title="Mend the banner", due_at=now - DAY)
        own = ask_work(office, "lee", title="Sign", case_number=case.number, due_at=now + 30 * DAY)
        lee = Api(person=office.lee)
        asked = {
            "": named(late, own),
            "q=banner": named(late),
            f"q={case.number}": named(own),
            "q=nothing": [],
            "due=late": named(late),
            "due=none": [],
            "asked=legal": named(late),
            "asked=me": named(own),
            "asked=nothing": [],
            "show=mine": named(own),
            "kind=approve": [],
            "kind=assign&sort=newest": named(own, late),
            "priority=urgent": [],
        }
        assert {text: ids(lee, text) for text in asked} == asked

    def test_take_filters_in_every_state_and_order(self, office: Office) -> None:
        now = timezone.now()
        first, held, done = (ask_work(office, "team:legal", title=title) for title in ("One", "Two", "Three"))
        claim_task(task_id=held.pk, person=office.lee, now=now)
        complete_task(task_id=done.pk, person=office.lee, outcome="done", data={}, comment="", now=now)
        set_priority(task_id=held.pk, person=office.lee, priority="urgent", now=now)
        lee = Api(person=office.lee)
        assert ids(lee, "status=claimed") == ids(lee, "status=claimed&q=two") == ids(lee, "show=mine") == named(held)
        assert ids(lee, "status=claimed&q=one") == []
        assert ids(lee, "sort=priority") == named(held, first)
        assert ids(lee, "status=done") == ids(lee, "show=decided") == ids(lee, "show=decided&q=three") == named(done)
        assert ids(lee, "status=done&q=one") == []
        assert ids(Api(person=office.lia), "show=decided") == []

    def test_have_what_one_follows(self, office: Office) -> None:
        task, other = ask_work(office, "team:legal"), ask_work(office, "team:legal")
        lee = Api(person=office.lee)
        assert lee.post(f"tasks/{task.pk}/watch", {"watching": True, "who": "bo"}).status_code == 200
        bo = Api(person=office.bo)
        assert ids(bo, "show=watched") == named(task)
        assert ids(bo, f"show=watched&q={other.title}x") == []

    @pytest.mark.parametrize("asked", ["show=all", "due=never", "kind=x", "priority=x", "sort=x", "q=%00", "cursor=x"])
    def test_refuse_what_they_do_not_know(self, office: Office, asked: str) -> None:
        assert Api(person=office.lee).get(f"tasks?{asked}").status_code == 400
