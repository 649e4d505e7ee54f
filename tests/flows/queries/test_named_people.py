"""What people are called whom a design names: one query, nobody mixed up with another."""

from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext

from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition
from flows.definition.references import name_people
from flows.queries.history import diff_definitions
from flows.queries.named_people import get_people_names, with_people_named
from flows.registry import kind_specs
from integrator.people.models import Person
from tests.support.personas import make_person

FLOW = """\
format: 1
flow: asks
name: Asks
team: marketing
trigger: {kind: manual}
steps:
  ask:
    kind: task.assign
    with: {title: Look, to: [WHO]}
    on: {done: done}
  done: {kind: stop}
"""


def asks(*who: str) -> FlowDefinition:
    return parse_flow_file(FLOW.replace("WHO", ", ".join(f'"{one}"' for one in who)))


def name_somebody(username: str, name: str) -> Person:
    person = make_person(username)
    Person.objects.filter(pk=person.pk).update(name=name)
    return person


class TestGetPeopleNames:
    def test_finds_user_names_and_addresses_in_one_query(
        self, db: None, django_assert_num_queries: type[CaptureQueriesContext]
    ) -> None:
        name_somebody("fin", "Fin Ance")
        name_somebody("bo", "Bo Brand")
        make_person("plain")
        with django_assert_num_queries(1):  # type: ignore[call-arg, arg-type]
            names = get_people_names(asks("fin", "Bo@Example.org", "plain", "nobody", "team:legal", "guest:x@y.org"))
        assert names == {"fin": "Fin Ance", "Bo@Example.org": "Bo Brand", "plain": "plain"}

    def test_asks_nothing_where_only_teams_are_named(
        self, db: None, django_assert_num_queries: type[CaptureQueriesContext]
    ) -> None:
        with django_assert_num_queries(0):  # type: ignore[call-arg, arg-type]
            assert get_people_names(asks("team:legal", "= trigger.body.who")) == {}

    def test_tells_apart_who_is_called_the_same(self, db: None) -> None:
        for username in ("ana", "ana2"):
            name_somebody(username, "Ana Silva")
        name_somebody("lee", "bo")
        assert get_people_names(asks("ana", "ana2")) == {"ana": "Ana Silva (ana)", "ana2": "Ana Silva (ana2)"}
        assert get_people_names(asks("lee", "bo")) == {"lee": "bo (lee)"}, "nobody is called bo here"

    def test_is_not_troubled_by_what_nobody_can_be_called(self, db: None) -> None:
        broken = name_people(asks("fin"), {"fin": "a\0b"}, kind_specs())
        assert get_people_names(broken) == {}

    @pytest.mark.parametrize("name", ["= trigger.body.who", "team:legal", "each:team:legal", "guest:x@y.org"])
    def test_keeps_the_user_name_of_whom_the_file_would_read_otherwise(self, db: None, name: str) -> None:
        name_somebody("fin", name)
        named = with_people_named(asks("fin"))
        assert kind_specs()["task.assign"].describe(named.steps["ask"]) == "Ask fin to do “Look”"


class TestDiffDefinitions:
    def test_names_people_and_still_sees_that_another_of_the_same_name_is_asked(self, db: None) -> None:
        name_somebody("fin", "Fin Ance")
        for username in ("ana", "ana2"):
            name_somebody(username, "Ana Silva")
        told = [change.text for step in diff_definitions(asks("ana"), asks("ana2")).steps for change in step.changes]
        assert told == ["Who is asked is Ana Silva (ana2) instead of Ana Silva (ana)."]
        told = [change.text for step in diff_definitions(asks("fin"), asks("bo")).steps for change in step.changes]
        assert told == ["Who is asked is bo instead of Fin Ance."]
