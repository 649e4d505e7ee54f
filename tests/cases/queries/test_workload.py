"""Who has what, as a lead sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Task
from cases.operations import claim_task
from cases.queries.workload import Figures, list_held, list_holders, list_queues
from integrator.lib.ids import new_uuid
from integrator.people.models import Substitution
from tests.support.cases import NOW, Office, add_role, ask_work

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fill(office: Office) -> tuple[Task, Task, Task]:
    """Of legal: one that nobody took and is late, one that lee holds, one asked of lee by name, due today."""
    late = ask_work(office, "team:legal", due_at=NOW - DAY)
    held = claim_task(task_id=ask_work(office, "team:legal").pk, person=office.lee, now=NOW)
    named = ask_work(office, "lee", due_at=NOW + timedelta(hours=1), team_id=office.team("legal").pk)
    ask_work(office, "team:hr")
    return late, held, named


class TestListHolders:
    def test_counts_what_people_hold_and_are_asked_by_name(self, office: Office) -> None:
        fill(office)
        holders = {each.key: each.figures for each in list_holders(office.lia, now=NOW, soon_at=NOW + DAY)}
        assert holders == {"lee": Figures(open=2, soon=1), "lia": Figures()}

    def test_says_who_is_away_and_who_stands_in(self, office: Office) -> None:
        add_role(office, "bo", "legal", "approver")
        times = {"starts_at": NOW - DAY, "ends_at": NOW + DAY, "created_at": NOW}
        named = {"person": office.lee, "substitute": office.bo, "created_by": office.lia}
        Substitution.objects.create(id=new_uuid(), **named, **times)
        away = {each.key: each.away for each in list_holders(office.lia, now=NOW, soon_at=NOW)}
        assert away["lee"] is not None
        assert (away["lee"].substitute, away["bo"]) == (office.bo, None)

    def test_shows_those_who_lead_nothing_nobody(self, office: Office) -> None:
        fill(office)
        assert list_holders(office.lee, now=NOW, soon_at=NOW) == []


class TestListQueues:
    def test_counts_what_nobody_took(self, office: Office) -> None:
        fill(office)
        [queue] = list_queues(office.lia, now=NOW, soon_at=NOW + DAY)
        assert (queue.key, queue.figures) == ("team:legal", Figures(open=1, late=1))


class TestListHeld:
    def test_gives_the_tasks_behind_each_count(self, office: Office) -> None:
        late, held, named = fill(office)
        found = {key: set(list_held(office.lia, key)) for key in ("", "lee", "team:legal", "lia", "team:hr")}
        assert found == {
            "": {late, held, named},
            "lee": {held, named},
            "team:legal": {late},
            "lia": set(),
            "team:hr": set(),
        }
