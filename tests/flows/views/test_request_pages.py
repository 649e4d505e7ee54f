"""The pages of stored requests: what came, what became of it and why, and replaying."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from flows.models import Run
from integrator.people.roles import Role
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import HTMX, make_sum_run, person_with, store_request, text_of

pytestmark = pytest.mark.django_db(transaction=True)
ACCEPTED: dict[str, Any] = {"outcome": "accepted", "status": 202, "reason": "", "errors": [], "code": ""}


@pytest.fixture
def ops(transactional_db: None) -> Client:
    return person_with(Role.OPERATOR)[1]


@pytest.fixture
def run() -> Run:
    return make_sum_run({"a": 1, "b": 2}, business_key="order-7")


class TestList:
    def test_has_a_tab_for_each_thing_that_can_become_of_a_call(self, ops: Client, run: Run) -> None:
        refused = store_request(run.version)
        accepted = store_request(run.version, **ACCEPTED, run_id=run.id)
        page = text_of(ops.get("/requests/"))
        assert "1 refused and 1 accepted." in page
        assert str(refused.id) in page
        assert str(accepted.id) in page
        page = text_of(ops.get("/requests/?outcome=refused"))
        assert str(refused.id) in page
        assert str(accepted.id) not in page

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [("q=number+was", True), ("q=hooks/su", True), ("q=nothing", False), ("flow=sum", True), ("flow=x", False)],
    )
    def test_finds_by_path_reason_and_flow(self, ops: Client, run: Run, query: str, is_found: bool) -> None:
        found = store_request(run.version)
        page = text_of(ops.get(f"/requests/?{query}", headers=HTMX))
        assert (str(found.id) in page) is is_found
        assert is_found or "No request is like this" in page

    def test_finds_by_the_business_key_of_the_run(self, ops: Client, run: Run) -> None:
        found = store_request(run.version, **ACCEPTED, run_id=run.id)
        assert str(found.id) in text_of(ops.get("/requests/?q=order-7"))

    def test_names_a_cause_that_several_have_in_common(self, ops: Client, run: Run) -> None:
        for _ in range(3):
            store_request(run.version)
        store_request(run.version, reason="Signed with another secret", status=401)
        assert "3 of 4 have one cause:" in text_of(ops.get("/requests/?outcome=refused"))

    def test_keeps_calls_to_unknown_addresses_for_auditors(self, ops: Client) -> None:
        lost = store_request(None, reason="No flow listens here", status=404)
        auditor = sign_in(make_person("", (None, Role.AUDITOR)))
        assert str(lost.id) in text_of(auditor.get("/requests/"))
        assert "none listens there" in text_of(auditor.get(f"/requests/{lost.id}/"))
        assert ops.get(f"/requests/{lost.id}/").status_code == 404

    def test_stays_within_its_budget(self, ops: Client, run: Run, django_assert_max_num_queries: Any) -> None:
        for _ in range(4):
            store_request(run.version)
        with django_assert_max_num_queries(13):
            ops.get("/requests/")


class TestOne:
    def test_says_why_it_was_refused_beside_what_was_sent(self, ops: Client, run: Run) -> None:
        page = text_of(ops.get(f"/requests/{store_request(run.version).id}/"))
        assert '<h1 class="wrap">/amount: a number was expected</h1>' in page
        assert '<span class="bad"> &quot;amount&quot;: &quot;12&quot;<b class="fault">' in page
        assert "It started nothing." in page
        assert "Kept until" in page

    def test_masks_secrets(self, ops: Client, run: Run) -> None:
        page = text_of(ops.get(f"/requests/{store_request(run.version).id}/"))
        assert "hidden-value" not in page
        assert "••••" in page

    def test_shows_what_was_sent_as_text(self, ops: Client, run: Run) -> None:
        nasty = "<script>alert(1)</script>"
        found = store_request(run.version, body=nasty, reason=nasty, path=f"/hooks/{nasty}", headers={nasty: nasty})
        for path in (f"/requests/{found.id}/", "/requests/"):
            assert "<script>alert" not in ops.get(path).content.decode()

    def test_leads_to_the_run_it_started(self, ops: Client, run: Run) -> None:
        found = store_request(run.version, **ACCEPTED, run_id=run.id)
        assert f"/runs/{run.id}/" in text_of(ops.get(f"/requests/{found.id}/"))

    def test_of_a_repeat_leads_to_the_first(self, ops: Client, run: Run) -> None:
        first = store_request(run.version, **ACCEPTED, run_id=run.id)
        again = store_request(run.version, **{**ACCEPTED, "outcome": "duplicate"}, original_id=first.id)
        assert f"/requests/{first.id}/" in text_of(ops.get(f"/requests/{again.id}/"))
        assert f"/requests/{again.id}/" in text_of(ops.get(f"/requests/{first.id}/"))


class TestReplay:
    def test_starts_a_new_run_and_leads_to_the_new_request(self, ops: Client, run: Run) -> None:
        found = store_request(run.version, **ACCEPTED, run_id=run.id)
        assert "Replay…" in text_of(ops.get(f"/requests/{found.id}/"))
        page = text_of(ops.post(f"/requests/{found.id}/replay/", follow=True))
        made = Run.objects.exclude(pk=run.pk).get()
        assert f"/runs/{made.id}/" in page
        assert "Replayed by" in page
        assert "replayed by" in text_of(ops.get(f"/requests/{found.id}/"))

    def test_is_not_offered_for_what_was_refused(self, ops: Client, run: Run) -> None:
        found = store_request(run.version)
        assert "Replay…" not in text_of(ops.get(f"/requests/{found.id}/"))
        page = text_of(ops.post(f"/requests/{found.id}/replay/", follow=True))
        assert "Only an accepted request can be replayed." in page
