"""Reading the log: who sees what, in which words, in how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import record
from integrator.events.models import Event, EventPayload
from integrator.events.queries import EventFilter, get_event, list_events, record_audit_read, timeline
from integrator.people.models import Membership, Person, Team
from integrator.people.roles import Role
from tests.support.event_log import record_runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def legal() -> Team:
    return Team.objects.create(slug="legal", name="Legal")


def make_person(username: str, role: Role | None = None, team: Team | None = None, name: str = "") -> Person:
    person = Person.objects.create_user(username, name=name)
    if role:
        Membership.objects.create(person=person, team=team, role=role)
    return person


class TestListEvents:
    def test_shows_auditors_everything_and_team_auditors_their_team(self, legal: Team) -> None:
        record_runs(2, team_id=legal.pk)
        record_runs(3, team_id=legal.pk + 1)
        record_runs(1)
        assert len(list_events(person=make_person("aud", Role.AUDITOR))) == 6
        assert len(list_events(person=make_person("local", Role.AUDITOR, legal))) == 2

    @pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.APPROVER, Role.LEAD])
    def test_shows_others_nothing(self, legal: Team, role: Role | None) -> None:
        (event_id,) = record_runs(1, team_id=legal.pk)
        person = make_person("other", role, legal)
        assert list_events(person=person) == []
        assert get_event(person=person, event_id=event_id) is None

    def test_pages_by_id_newest_first(self) -> None:
        ids = record_runs(5)
        person = make_person("aud", Role.AUDITOR)
        first = list_events(person=person, limit=2)
        second = list_events(person=person, limit=2, before_id=first[-1].id)
        assert [row.id for row in [*first, *second]] == ids[::-1][:4]

    def test_filters(self) -> None:
        person = make_person("aud", Role.AUDITOR)
        record_runs(2, correlation="a", actor=Actor.person(person))
        record_runs(1, correlation="b")
        at = Event.objects.order_by("-id").values_list("at", flat=True)[0]
        for filters, count in (
            (EventFilter(correlation="a"), 2),
            (EventFilter(actor=f"person:{person.pk}"), 2),
            (EventFilter(subject_type="run", subject_id="0"), 2),
            (EventFilter(name="run.started"), 3),
            (EventFilter(name="run.failed"), 0),
            (EventFilter(since_at=at, correlation="b"), 1),
            (EventFilter(until_at=at - timedelta(days=1)), 0),
        ):
            assert len(list_events(person=person, filters=filters)) == count, filters

    def test_takes_as_many_queries_for_many_rows_as_for_few(self, django_assert_max_num_queries: Any) -> None:
        person = make_person("aud", Role.AUDITOR)
        for number in range(20):
            record_runs(1, actor=Actor.person(make_person(f"p{number}")))
        with django_assert_max_num_queries(3):
            assert len(list_events(person=person)) == 20

    def test_gives_one_event_to_those_who_may_see_it(self) -> None:
        (event_id,) = record_runs(1)
        row = get_event(person=make_person("aud", Role.AUDITOR), event_id=event_id)
        assert row is not None
        assert (row.id, row.actor, row.data) == (event_id, "Integrator", {"flow": "flow 0"})


class TestTimeline:
    def test_says_in_words_what_happened(self) -> None:
        lee = Actor.person(make_person("lee", name="Lee"))
        data: dict[str, object] = {"origin": "w", "outcome": "approved", "for": "Legal", "comment": ""}
        record("case.opened", actor=SYSTEM, subject=("case", 1), data={"number": "C-1"}, correlation="C-1")
        record("task.decided", actor=lee, subject=("task", 1), data=data, correlation="run-1")
        record("case.changed", actor=lee, subject=("case", 1), changes={"priority": ("low", "high")}, correlation="C-1")
        record("run.completed", actor=SYSTEM, subject=("run", 2), correlation="run-2")
        rows = timeline(["C-1", "run-1", ""])
        assert [row.summary for row in rows] == [
            "The case C-1 was opened",
            "Lee approved for Legal",
            "Lee changed priority of the case",
        ]
        assert rows[1].actor == "Lee"
        assert rows[2].changes == {"priority": ("low", "high")}

    def test_keeps_the_newest_rows_oldest_first(self) -> None:
        ids = record_runs(4)
        assert [row.id for row in timeline(["run-1"], limit=2)] == ids[2:]

    def test_survives_people_and_payloads_that_are_gone(self) -> None:
        record_runs(1, actor=Actor("person", "4711"))
        EventPayload.objects.all().delete()
        (row,) = timeline(["run-1"])
        assert (row.actor, row.data, row.summary) == ("person 4711", {}, "The run started")

    def test_of_nothing_is_empty(self) -> None:
        record_runs(1, correlation="")
        assert timeline([]) == timeline([""]) == []


class TestRecordAuditRead:
    def test_says_who_looked_for_what(self) -> None:
        person = make_person("aud", Role.AUDITOR)
        with transaction.atomic():
            record_audit_read(person=person, filters={"name": "run.failed"})
        (row,) = list_events(person=person)
        assert (row.name, row.actor_id, row.data) == (
            "audit.read",
            f"person:{person.pk}",
            {"filters": {"name": "run.failed"}},
        )
