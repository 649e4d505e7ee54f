"""Who hears of what: exactly those who may see it."""

from __future__ import annotations

import pytest
from django.test import override_settings

from cases.models import Case, Task
from cases.operations import claim_task
from integrator.events.models import Event
from integrator.live.stream import ABOUT_MAX, WAITING_MAX, Stream, encode_news
from integrator.live.tail import look_from
from integrator.live.topics import Notice, make_notices
from integrator.live.viewer import Viewer
from integrator.people.models import Person, Team
from integrator.people.rights import Action, team_ids_where
from notifications.operations import acknowledge_alert
from tests.support.alerts import send_alert
from tests.support.cases import NOW, Office, ask_work, make_case, make_office


def view(person: Person) -> Viewer:
    return Viewer(
        person_id=person.pk,
        scopes={action: team_ids_where(person, action) for action in Action},
        led=frozenset(Team.objects.filter(lead=person).values_list("id", flat=True)),
    )


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def hears(person: Person) -> set[tuple[str, str]]:
    viewer = view(person)
    notices = make_notices(look_from(0).news)
    return {about for notice in notices if viewer.may_hear(notice) for about in notice.about}


class TestTasksAndCases:
    def test_are_heard_by_exactly_those_who_see_them(self, office: Office) -> None:
        case = make_case(office)
        mine = (
            ask_work(office, "lee", case=case) if "case" in ask_work.__code__.co_varnames else ask_work(office, "lee")
        )
        theirs = ask_work(office, "team:legal")
        claim_task(task_id=theirs.pk, person=office.lia, now=NOW)
        for person in office.people.values():
            heard = hears(person)
            tasks = {str(task_id) for task_id in Task.objects.visible_to(person).values_list("pk", flat=True)}
            assert {ident for sort, ident in heard if sort == "task"} == tasks, person.username
            numbers = set(Case.objects.visible_to(person).values_list("number", flat=True))
            assert {ident for sort, ident in heard if sort == "case"} == numbers, person.username
        assert str(mine.pk) in {ident for sort, ident in hears(office.lee) if sort == "task"}

    def test_of_a_subject_without_a_rule_nobody_hears(self, office: Office) -> None:
        make_case(office)
        assert Event.objects.filter(subject_type="case").exists()
        with override_settings(LIVE_TOPICS={}):
            assert hears(office.adm) == set()


class TestStream:
    def test_names_each_thing_once(self) -> None:
        message = encode_news([("task", "1"), ("task", "1"), ("case", "C-1")], 7)
        assert message == b'id: 7\nevent: news\ndata: [["task","1"],["case","C-1"]]\n\n'

    def test_names_only_sorts_when_it_is_too_much(self) -> None:
        message = encode_news([("task", str(number)) for number in range(ABOUT_MAX + 1)], 7)
        assert message == b'id: 7\nevent: news\ndata: [["task",""]]\n\n'

    def test_tells_a_slow_page_to_load_anew(self) -> None:
        import asyncio

        async def fill() -> bytes:
            stream = Stream(Viewer(person_id=1), 0)
            for number in range(WAITING_MAX + 1):
                stream.push(encode_news([("task", "1")], number), number)
            return await stream.next_messages(within_s=0)

        assert asyncio.run(fill()) == f"id: {WAITING_MAX}\nevent: reset\ndata: []\n\n".encode()


class TestNotice:
    @pytest.mark.parametrize(
        ("notice", "is_heard"),
        [
            (Notice(about=(), rights=frozenset({(Action.RUN_READ, 1)})), True),
            (Notice(about=(), rights=frozenset({(Action.RUN_READ, 2)})), False),
            (Notice(about=(), rights=frozenset({(Action.RUN_READ, None)})), False),
            (Notice(about=(), rights=frozenset({(Action.CASE_READ, 1)})), False),
            (Notice(about=(), people=frozenset({5})), True),
            (Notice(about=(), people=frozenset({6})), False),
            (Notice(about=(), led=frozenset({3})), True),
            (Notice(about=(), led=frozenset({4})), False),
        ],
    )
    def test_is_for_people_leads_and_rights(self, notice: Notice, is_heard: bool) -> None:
        viewer = Viewer(person_id=5, scopes={Action.RUN_READ: frozenset({1})}, led=frozenset({3}))
        assert viewer.may_hear(notice) is is_heard


class TestAlerts:
    def test_are_heard_by_exactly_those_who_were_told(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "team:brand"])
        acknowledge_alert(alert_id=alert.pk, person=office.lee, now=NOW)
        heard = {name for name, person in office.people.items() if ("alert", str(alert.pk)) in hears(person)}
        assert heard == {"lee", "bo", "bea"}
