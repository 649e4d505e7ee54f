"""Exports: complete, harmless in a spreadsheet, streamed, recorded."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from integrator.events.actors import SYSTEM, Actor
from integrator.events.export import COLUMNS, export_events
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.queries import EventFilter
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.event_log import record_runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Person:
    person = Person.objects.create_user("aud", name="=Aud()")
    Membership.objects.create(person=person, role=Role.AUDITOR)
    return person


def read_csv(pieces: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces), newline="")))


class TestExportEvents:
    def test_writes_csv(self, auditor: Person) -> None:
        record(
            "case.changed",
            actor=SYSTEM,
            subject=("case", 1),
            data={"a": 'x,"y"\n'},
            changes={"priority": ("low", "high")},
        )
        (first, second) = read_csv(export_events(person=auditor, filters=EventFilter(), file_format="csv"))
        assert list(first) == list(COLUMNS)
        assert (first["name"], first["actor_id"], first["subject_id"]) == ("case.changed", "system:integrator", "1")
        assert json.loads(first["data"]) == {"a": 'x,"y"\n'}
        assert json.loads(first["changes"]) == {"priority": ["low", "high"]}
        assert second["name"] == "export.made"

    def test_leaves_no_formula_in_csv(self, auditor: Person) -> None:
        record_runs(1, actor=Actor.person(auditor), correlation='=HYPERLINK("http://x")')
        row = read_csv(export_events(person=auditor, filters=EventFilter(), file_format="csv"))[0]
        assert row["actor"] == "'=Aud()"
        assert row["correlation"] == '\'=HYPERLINK("http://x")'
        assert row["summary"][0] not in "=+-@"

    def test_writes_json_lines(self, auditor: Person) -> None:
        ids = record_runs(3)
        pieces = export_events(person=auditor, filters=EventFilter(name="run.started"), file_format="jsonl")
        rows = [json.loads(piece) for piece in pieces]
        assert [row["id"] for row in rows] == ids
        assert rows[0]["data"] == {"flow": "flow 0"}

    def test_is_recorded_with_its_filters_before_it_begins(self, auditor: Person) -> None:
        pieces = export_events(person=auditor, filters=EventFilter(name="run.failed"), file_format="csv")
        made = Event.objects.select_related("payload").get(name="export.made")
        assert made.actor == f"person:{auditor.pk}"
        assert json.loads(made.payload.payload)["data"] == {
            "what": "audit trail",
            "format": "csv",
            "filters": {"name": "run.failed"},
        }
        assert len(list(pieces)) == 1

    def test_holds_nothing_for_those_who_may_not_export(self) -> None:
        record_runs(2)
        stranger = Person.objects.create_user("stranger")
        assert read_csv(export_events(person=stranger, filters=EventFilter(), file_format="csv")) == []

    def test_refuses_other_formats(self, auditor: Person) -> None:
        with pytest.raises(ValueError, match="csv or jsonl"):
            export_events(person=auditor, filters=EventFilter(), file_format="xls")  # type: ignore[arg-type]

    def test_comes_in_pieces_with_few_queries(self, auditor: Person, django_assert_max_num_queries: object) -> None:
        record_runs(1200)
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            pieces = export_events(person=auditor, filters=EventFilter(), file_format="jsonl")
            assert sum(1 for _ in pieces) == 1201
