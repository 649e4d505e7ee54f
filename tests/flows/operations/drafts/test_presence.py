"""Who has a flow open: a sign for each person and page, dead after a while, written now and then only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows.models import DraftPresence, FlowVersion
from flows.operations.drafts import note_presence
from flows.queries.drafts import list_present
from integrator.people.models import Person
from tests.support.drafts import NOON


def come(live: FlowVersion, person: Person, page: str = "canvas", *, after_s: float = 0, step: str = "") -> None:
    note_presence(live.flow, person, page=page, step=step, now=NOON + timedelta(seconds=after_s))


def present(live: FlowVersion, after_s: float) -> list[tuple[str, str, str]]:
    found = list_present(live.flow, now=NOON + timedelta(seconds=after_s))
    return [(str(one.person), one.page, one.step) for one in found]


class TestPresence:
    def test_ends_fifteen_seconds_after_the_last_sign(self, live: FlowVersion, ana: Person) -> None:
        come(live, ana, step="ask")
        assert present(live, 15) == [("ana", "canvas", "ask")]
        assert present(live, 15.1) == []

    def test_is_kept_up_by_signs(self, live: FlowVersion, ana: Person) -> None:
        for after_s in (0, 3, 6, 9, 12):
            come(live, ana, after_s=after_s)
        assert present(live, 20) == [("ana", "canvas", "")]

    def test_names_each_person_once_with_what_they_change(self, live: FlowVersion, ana: Person, viewer: Person) -> None:
        come(live, ana, "outline", step="tell")
        come(live, ana, "reading", after_s=1)
        come(live, viewer, "reading", after_s=1)
        assert present(live, 2) == [("ana", "outline", "tell"), ("vi", "reading", "")]

    @pytest.mark.parametrize(("after_s", "more", "writes"), [(3, {}, 0), (3, {"step": "ask"}, 1), (5, {}, 1)])
    def test_is_written_only_when_something_changed_or_some_seconds_passed(
        self, live: FlowVersion, ana: Person, after_s: float, more: dict[str, Any], writes: int
    ) -> None:
        come(live, ana)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            come(live, ana, after_s=after_s, **more)
        assert sum(query["sql"].startswith("UPDATE") for query in queries) == writes

    def test_forgets_those_who_left(self, live: FlowVersion, ana: Person, viewer: Person) -> None:
        come(live, viewer)
        come(live, ana, after_s=60)
        assert DraftPresence.objects.count() == 1
