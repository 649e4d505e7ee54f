"""Who sees which flows and stored requests, and what a list shows of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.errors import NotFound
from flows.models import Draft, StoredRequest, Trigger
from flows.queries import (
    get_draft,
    get_flow_for,
    get_live_definition,
    get_request_for,
    get_version,
    list_flows,
    list_requests,
    list_versions,
)
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flow_files import SUM
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewer() -> Person:
    return make_person("", (make_team("marketing"), Role.VIEWER))


@pytest.fixture
def stranger() -> Person:
    return make_person("", (make_team("hr"), Role.ADMIN))


class TestListFlows:
    def test_says_how_the_last_run_ended_and_what_is_open(self, viewer: Person, stranger: Person) -> None:
        version = make_version(SUM)
        run_to_rest(version, {"a": 1})
        last = run_to_rest(version, {"a": 1, "b": 2})
        (row,) = list_flows(viewer)
        assert (row.last_run_id, row.last_status, row.open_incidents) == (last.id, "completed", 1)
        assert list(list_flows(stranger)) == []

    def test_counts_none_without_runs(self, viewer: Person) -> None:
        make_version(SUM)
        (row,) = list_flows(viewer)
        assert (row.last_run_id, row.last_status, row.open_incidents) == (None, None, 0)

    @pytest.mark.parametrize(("q", "count"), [("SU", 1), ("product", 0)])
    def test_searches_names_and_keys(self, viewer: Person, q: str, count: int) -> None:
        make_version(SUM)
        assert list_flows(viewer, q=q).count() == count


class TestGetFlowFor:
    def test_hides_it_from_strangers(self, viewer: Person, stranger: Person) -> None:
        flow = make_version(SUM).flow
        assert get_flow_for(viewer, "sum") == flow
        with pytest.raises(NotFound):
            get_flow_for(stranger, "sum")

    def test_leads_to_versions_and_what_is_live(self, viewer: Person) -> None:
        make_version(SUM)
        flow = make_version(SUM).flow
        assert [version.number for version in list_versions(flow)] == [2, 1]
        assert get_version(flow, 1).number == 1
        definition = get_live_definition(get_flow_for(viewer, "sum"))
        assert definition is not None
        assert list(definition.steps) == ["add", "done"]
        with pytest.raises(NotFound):
            get_version(flow, 3)

    def test_knows_each_authors_draft(self, viewer: Person) -> None:
        flow = make_version(SUM).flow
        draft = Draft.objects.create(flow=flow, author=viewer, document={}, updated_at=datetime.now(UTC))
        assert get_draft(flow, viewer) == draft
        assert get_draft(flow, None) is None


def store_request(**fields: object) -> StoredRequest:
    values = {"path": "sum", "method": "POST", "received_at": datetime.now(UTC), "outcome": "accepted", "status": 202}
    return StoredRequest.objects.create(**{**values, **fields})


class TestListRequests:
    def test_shows_a_team_its_own_and_those_of_no_team_to_overseers(self, stranger: Person) -> None:
        flow = make_version(SUM).flow
        trigger = Trigger.objects.create(flow=flow, kind="webhook", path="sum")
        ours = store_request(trigger=trigger, team_id=flow.team_id)
        nobodys = store_request(path="lost", outcome="refused", status=404, reason="No flow listens here.")
        analyst, auditor = make_person("", (flow.team, Role.ANALYST)), make_person("", (None, Role.AUDITOR))
        assert list(list_requests(analyst)) == [ours]
        assert list(list_requests(stranger)) == []
        assert set(list_requests(auditor)) == {ours, nobodys}
        assert get_request_for(analyst, ours.id) == ours
        with pytest.raises(NotFound):
            get_request_for(analyst, nobodys.id)

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [({"outcome": "refused"}, 1), ({"q": "listens"}, 1), ({"q": "order-7"}, 1), ({"flow": "sum"}, 1), ({}, 2)],
    )
    def test_narrows_to_what_is_asked(self, wanted: dict[str, str], count: int) -> None:
        version = make_version(SUM)
        run = run_to_rest(version, {"a": 1, "b": 2}, business_key="order-7")
        trigger = Trigger.objects.create(flow=version.flow, kind="webhook", path="sum")
        store_request(trigger=trigger, team_id=version.flow.team_id, run_id=run.id)
        store_request(path="lost", outcome="refused", status=404, reason="No flow listens here.")
        assert list_requests(make_person("", (None, Role.AUDITOR)), **wanted).count() == count
