"""Replaying accepted requests, and deleting refused ones in time."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from flows.errors import FlowRefused, Forbidden, NotFound, ReplayRefused
from flows.models import Run, RunInput, StoredRequest
from flows.operations.requests import purge_refused_requests, replay_request
from integrator.events.queries import timeline
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_team
from tests.support.hooks import listen, post
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
KEYED = '  auth: {kind: none}\n  dedupe: "= body.id"\n  business_key: "= body.id"'


@pytest.fixture
def operator() -> Person:
    return make_person("", (make_team(), Role.OPERATOR))


def accepted() -> StoredRequest:
    listen(KEYED)
    post("orders?a=1", {"id": "A-1"}, headers={"X-Ref": "R"})
    return StoredRequest.objects.get()


class TestReplayRequest:
    def test_starts_a_run_with_the_same_data_beside_the_first(self, operator: Person) -> None:
        original = accepted()
        again = replay_request(request_id=original.id, person=operator, now=NOW)
        run = Run.objects.get(id=again.run_id)
        first = Run.objects.get(id=original.run_id)
        assert (again.original_id, again.replayed_by, again.dedupe_key) == (original.id, operator, None)
        assert again.answer is not None
        assert again.answer["run"] == str(run.id)
        assert again.answer["status_url"].endswith(f"/status/{run.status_token}")
        assert (run.business_key, run.started_by) == ("A-1", operator)
        assert run.reserved_case_number not in {"", first.reserved_case_number}
        inputs = {json.dumps(json.loads(row.trigger), sort_keys=True) for row in RunInput.objects.all()}
        assert len(inputs) == 1
        assert [row.name for row in timeline([str(run.id)])] == ["request.replayed", "run.started"]

    def test_can_be_done_with_a_replay_too(self, operator: Person) -> None:
        again = replay_request(request_id=accepted().id, person=operator, now=NOW)
        assert replay_request(request_id=again.id, person=operator, now=NOW).original_id == again.id

    def test_refuses_what_started_nothing(self, operator: Person) -> None:
        accepted()
        post(body={"id": "A-1"})
        post(body={})
        for row in StoredRequest.objects.exclude(outcome="accepted"):
            with pytest.raises(ReplayRefused) as caught:
                replay_request(request_id=row.id, person=operator, now=NOW)
            assert caught.value.code == "request.not_accepted"

    def test_refuses_where_the_flow_takes_no_calls(self, operator: Person) -> None:
        original = accepted()
        flow = Run.objects.get().flow
        flow.paused_at = NOW
        flow.save()
        with pytest.raises(FlowRefused) as caught:
            replay_request(request_id=original.id, person=operator, now=NOW)
        assert caught.value.code == "flow.paused"
        flow.paused_at, flow.live_version = None, None
        flow.save()
        with pytest.raises(FlowRefused) as caught:
            replay_request(request_id=original.id, person=operator, now=NOW)
        assert caught.value.code == "flow.not_published"

    def test_is_for_operators_of_the_team(self) -> None:
        original = accepted()
        with pytest.raises(NotFound):
            replay_request(request_id=original.id, person=make_person(), now=NOW)
        with pytest.raises(Forbidden):
            replay_request(request_id=original.id, person=make_person("", (make_team(), Role.ANALYST)), now=NOW)
        with pytest.raises(NotFound):
            replay_request(request_id=uuid.uuid4(), person=make_person("", (None, Role.ADMIN)), now=NOW)
        assert Run.objects.count() == 1


class TestPurgeRefusedRequests:
    def test_deletes_refused_ones_after_seven_days_only(self) -> None:
        accepted()
        for _ in range(3):
            post(body={})
        old = datetime.now(UTC) - timedelta(days=7, minutes=1)
        kept = StoredRequest.objects.filter(outcome="refused").order_by("id")[0]
        StoredRequest.objects.exclude(id=kept.id).update(received_at=old)
        assert purge_refused_requests(datetime.now(UTC)) == 2
        assert set(StoredRequest.objects.values_list("outcome", flat=True)) == {"accepted", "refused"}
        assert purge_refused_requests(datetime.now(UTC)) == 0
