"""Opening, changing and closing cases."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from cases.errors import CaseClosed, CaseInvalid, CaseNotFound
from cases.models import Case, CaseType
from cases.operations import (
    NewCase,
    close_case,
    ensure_case_types_in,
    link_correlation_in,
    open_case,
    open_case_in,
    reserve_case_number,
    reserve_case_number_in,
    update_case,
    update_case_in,
)
from cases.shapes import describe_case
from integrator.events.actors import SYSTEM, Actor
from tests.support.cases import NOW, Office, events_of, make_case


class TestReserveCaseNumber:
    def test_counts_upward_in_the_form_people_know(self, office: Office) -> None:
        first, second = reserve_case_number(NOW), reserve_case_number(NOW)
        assert re.fullmatch(r"C-2026-\d{6}", first)
        assert int(second[-6:]) == int(first[-6:]) + 1

    def test_joins_a_transaction_that_is_open(self, office: Office) -> None:
        with transaction.atomic():
            assert reserve_case_number_in(NOW) != reserve_case_number_in(NOW)


@pytest.mark.django_db(transaction=True)
class TestReserveCaseNumberAtOnce:
    def test_gives_each_number_once(self) -> None:
        numbers: list[str] = []

        def take() -> None:
            try:
                numbers.extend(reserve_case_number(NOW) for _ in range(10))
            finally:
                connection.close()

        threads = [threading.Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(numbers) == len(set(numbers)) == 60

    def test_refuses_to_join_where_no_transaction_is_open(self) -> None:
        with pytest.raises(RuntimeError, match="open one first"):
            reserve_case_number_in(NOW)


class TestOpenCase:
    def test_keeps_every_field_and_tells_it(self, office: Office) -> None:
        title = " Approve: “Ridgeline” \t"
        case = make_case(
            office,
            title=title,
            priority="high",
            data={"b": 1, "a": 2},
            business_key="REQ-1",
            correlation="run-1",
            milestone="submitted",
        )
        stored = describe_case(Case.objects.get(number=case.number))
        assert stored == {
            "number": case.number,
            "type": "content-approval",
            "title": title,
            "status": "open",
            "priority": "high",
            "team": "marketing",
            "owner": None,
            "business_key": "REQ-1",
            "milestones": [{"name": "submitted", "at": "2026-11-19T10:00:00Z"}],
            "data": {"b": 1, "a": 2},
            "opened_at": "2026-11-19T10:00:00Z",
            "closed_at": None,
        }
        assert list(stored["data"]) == ["b", "a"]
        (event,) = events_of("case.opened")
        assert (event["number"], event["title"], event["_correlation"]) == (case.number, title, "run-1")
        assert [row["milestone"] for row in events_of("case.milestone")] == ["submitted"]

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"title": ""}, "case.title_missing"),
            ({"title": "x" * 501}, "case.title_long"),
            ({"type_key": "unknown"}, "case.unknown_type"),
            ({"priority": "asap"}, "case.unknown_priority"),
            ({"status": ""}, "case.status_invalid"),
        ],
    )
    def test_refuses_a_bad_field_and_keeps_nothing(self, office: Office, fields: dict[str, Any], code: str) -> None:
        with pytest.raises(CaseInvalid) as caught:
            make_case(office, **fields)
        assert caught.value.code == code
        assert not Case.objects.exists()
        assert events_of("case.opened") == []


class TestUpdateCase:
    def test_tells_old_and_new_of_each_field(self, office: Office) -> None:
        case = make_case(office, data={"a": 1, "keep": True})
        changes = {
            "title": "New",
            "priority": "low",
            "team": "legal",
            "data": {"a": 2, "b": None},
            "status": "in review",
        }
        changed = update_case(number=case.number, changes=changes, actor=Actor.person(office.lee), now=NOW)
        assert (changed.title, changed.priority, changed.team.slug, changed.status) == (
            "New",
            "low",
            "legal",
            "in review",
        )
        assert changed.data == {"a": 2, "keep": True, "b": None}
        assert changed.revision == 2
        (event,) = events_of("case.changed")
        assert event["_changes"] == {
            "title": ("Approve: banner", "New"),
            "priority": ("normal", "low"),
            "team": ("marketing", "legal"),
            "status": ("open", "in review"),
            "data.a": (1, 2),
            "data.b": (None, None),
        }
        assert event["_actor"] == f"person:{office.lee.pk}"
        assert event["_correlation"] == case.number

    def test_tells_nothing_where_nothing_differs(self, office: Office) -> None:
        case = make_case(office)
        changes = {"title": case.title, "team": "marketing", "data": {}, "status": None}
        assert update_case(number=case.number, changes=changes, actor=SYSTEM, now=NOW).revision == 1
        assert events_of("case.changed") == []

    def test_reaches_a_milestone_once(self, office: Office) -> None:
        case = make_case(office)
        for _ in range(2):
            update_case(number=case.number, changes={"milestone": "decided"}, actor=SYSTEM, now=NOW)
        assert [row["milestone"] for row in events_of("case.milestone")] == ["decided"]
        assert events_of("case.changed") == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"team": "nope"}, "case.unknown_team"),
            ({"owner": "nobody"}, "case.unknown_owner"),
            ({"number": "C-1"}, "case.unknown_field"),
        ],
    )
    def test_refuses_what_cannot_be(self, office: Office, changes: dict[str, Any], code: str) -> None:
        case = make_case(office)
        with pytest.raises(CaseInvalid) as caught:
            update_case(number=case.number, changes=changes, actor=SYSTEM, now=NOW)
        assert caught.value.code == code

    def test_refuses_a_case_that_is_not_there(self, office: Office) -> None:
        with pytest.raises(CaseNotFound):
            update_case(number="C-2026-999999", changes={"title": "x"}, actor=SYSTEM, now=NOW)


class TestCloseCase:
    def test_gives_the_case_its_final_status(self, office: Office) -> None:
        case = make_case(office)
        closed = close_case(number=case.number, status="approved", actor=SYSTEM, now=NOW)
        assert (closed.status, closed.closed_at) == ("approved", NOW)
        (event,) = events_of("case.closed")
        assert event["_changes"]["status"] == ("open", "approved")

    def test_refuses_a_second_close(self, office: Office) -> None:
        case = make_case(office)
        close_case(number=case.number, status="approved", actor=SYSTEM, now=NOW)
        with pytest.raises(CaseClosed):
            close_case(number=case.number, status="rejected", actor=SYSTEM, now=NOW)
        assert Case.objects.get(pk=case.pk).status == "approved"

    def test_keeps_the_status_of_a_closed_case_against_updates(self, office: Office) -> None:
        case = make_case(office)
        close_case(number=case.number, status="approved", actor=SYSTEM, now=NOW)
        with pytest.raises(CaseClosed):
            update_case(number=case.number, changes={"status": "open"}, actor=SYSTEM, now=NOW)
        assert update_case(number=case.number, changes={"title": "Late"}, actor=SYSTEM, now=NOW).title == "Late"


class TestEnsureCaseTypes:
    def test_makes_only_the_missing_ones(self, office: Office) -> None:
        with transaction.atomic():
            assert ensure_case_types_in(["complaint", "customer-dispute"], actor=SYSTEM, now=NOW) == [
                "complaint",
                "customer-dispute",
            ]
            assert ensure_case_types_in(["complaint"], actor=SYSTEM, now=NOW) == []
        made = CaseType.objects.get(key="customer-dispute")
        assert (made.name, made.statuses[0]) == ("Customer dispute", "open")
        assert [row["key"] for row in events_of("case_type.added")] == ["complaint", "customer-dispute"]


@pytest.mark.django_db(transaction=True)
class TestOperationsOfATransaction:
    def test_refuse_to_run_without_one(self) -> None:
        new = NewCase(number="C-1", type_key="x", title="x", team_id=1)
        with pytest.raises(RuntimeError):
            open_case_in(new, actor=SYSTEM, now=NOW)
        with pytest.raises(RuntimeError):
            update_case_in(number="C-1", changes={}, actor=SYSTEM, now=NOW)
        with pytest.raises(RuntimeError):
            link_correlation_in("C-1", "run-1")

    def test_refuse_to_open_one_inside_another(self) -> None:
        new = NewCase(number="C-1", type_key="x", title="x", team_id=1)
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            open_case(new, actor=SYSTEM, now=NOW)
