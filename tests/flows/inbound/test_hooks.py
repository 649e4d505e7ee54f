"""Webhooks from the call to the stored run: what is accepted, what is refused, what is kept of both."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cases.models import Case, CaseType
from flows.inbound.hooks import receive_call
from flows.models import Run, RunInput, Signal, StoredRequest
from flows.operations.intake.refusing import GATE
from integrator.events.models import Event
from integrator.events.queries import timeline
from tests.support.flows import settle
from tests.support.hooks import SIGNED, listen, listen_to, post, sign, store_secret

pytestmark = pytest.mark.django_db

LIMIT = 1_048_576
SCHEMA = "  auth: {kind: none}\n  schema: {type: object, required: [id, amount], properties: {amount: {type: number}}}"
NO_CASE = """\
format: 1
flow: plain
name: Plain
team: marketing
trigger:
  kind: webhook
  path: plain
  auth: {kind: none}
  business_key: "= $default(body.id, null)"
steps:
  pause: {kind: wait, with: {for: PT1H}, next: open_case}
  open_case: {kind: case.open, with: {type: order, title: "T"}, next: keep}
  keep: {kind: wait, with: {for: PT1H}}
"""


def answer_of(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def refused() -> StoredRequest:
    return StoredRequest.objects.get(outcome="refused")


class TestAccepting:
    def test_answers_with_run_case_and_status_address(self) -> None:
        listen()
        response = post(body={"id": "A-1"})
        answer = answer_of(response)
        run = Run.objects.get()
        assert response.status_code == 202
        assert set(answer) == {"run", "case", "status_url"}
        assert answer["run"] == str(run.id)
        assert answer["case"] == run.reserved_case_number
        assert answer["case"].startswith("C-")
        assert answer["status_url"] == f"http://testserver/status/{run.status_token}"

    def test_numbers_the_case_in_the_series_of_its_type(self) -> None:
        CaseType.objects.create(
            key="order", name="Order", number_prefix="ORD", number_digits=4, created_at=datetime.now(UTC)
        )
        listen()
        numbers = [answer_of(post(body={"id": one}))["case"] for one in ("A-1", "A-2")]
        assert numbers == [f"ORD-{datetime.now(UTC):%Y}-000{count}" for count in (1, 2)]
        settle()
        assert list(Case.objects.order_by("number").values_list("number", flat=True)) == numbers

    def test_gives_the_case_the_number_it_told(self) -> None:
        listen()
        answer = answer_of(post())
        settle()
        assert Case.objects.get().number == answer["case"]

    def test_keeps_request_run_input_signal_and_events(self) -> None:
        listen('  auth: {kind: none}\n  business_key: "= body.id"', more='requested_by: "= body.who"')
        body = b'{"id": 7, "who": "ana"}'
        response = post("orders?a=1&b=x&b=y", body, headers={"X-Ref-No": "R"})
        run = Run.objects.get()
        kept = StoredRequest.objects.get()
        trigger = json.loads(RunInput.objects.get(run=run).trigger)
        assert (run.business_key, run.requested_by, run.status) == ("7", "ana", "running")
        assert trigger["body"] == {"id": 7, "who": "ana"}
        assert trigger["query"] == {"a": "1", "b": ["x", "y"]}
        assert trigger["headers"]["x_ref_no"] == "R"
        assert Signal.objects.get(run=run).kind == "start"
        assert (kept.outcome, kept.status, kept.run_id, kept.body) == ("accepted", 202, run.id, body.decode())
        assert kept.answer == answer_of(response)
        assert kept.body_sha256 == hashlib.sha256(body).hexdigest()
        assert [row.name for row in timeline([str(run.id)])] == ["request.accepted", "run.started"]

    @pytest.mark.parametrize("path", ["orders", "orders/"])
    @pytest.mark.parametrize("content_type", ["application/json", "application/cloudevents+json; charset=UTF-8", ""])
    def test_takes_every_spelling_of_json(self, path: str, content_type: str) -> None:
        listen()
        assert post(path, {"id": 1}, content_type=content_type).status_code == 202

    def test_leaves_the_case_open_where_the_way_to_it_is_not_sure(self) -> None:
        listen_to(NO_CASE)
        assert answer_of(post("plain", {"id": "B-1"}))["case"] is None

    def test_names_the_open_case_of_the_business_key(self) -> None:
        listen()
        listen_to(NO_CASE)
        listen('  auth: {kind: none}\n  business_key: "= body.id"', path="keyed")
        number = answer_of(post("keyed", {"id": "B-1"}))["case"]
        settle()
        assert answer_of(post("plain", {"id": "B-1"}))["case"] == number
        assert answer_of(post("plain", {"id": "B-2"}))["case"] is None

    def test_uses_the_configured_address(self, settings: Any) -> None:
        settings.BASE_URL = "https://flows.example"
        listen()
        assert answer_of(post())["status_url"].startswith("https://flows.example/status/")

    def test_lets_the_caller_leave_out_who_asked(self) -> None:
        listen(more='requested_by: "= body.who.email"')
        assert post(body={"id": 1}).status_code == 202
        assert Run.objects.get().requested_by == ""

    def test_takes_few_round_trips(self) -> None:
        """Look for a repeat so as to waste no case number, the number, and all rows and events in one: three."""
        store_secret()
        listen(SIGNED)
        bodies = [json.dumps({"id": number}).encode() for number in range(3)]
        post(body=bodies[0], headers=sign(bodies[0], message_id="a"))
        post(body=bodies[1], headers=sign(bodies[1], message_id="b"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            post(body=bodies[2], headers=sign(bodies[2], message_id="c"))
        work = [
            query
            for query in queries
            if not (query["sql"] or "").startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
        ]
        assert len(work) <= (3 if connection.vendor == "postgresql" else 11), [query["sql"][:80] for query in work]


class TestRepeats:
    def test_get_the_first_answer_and_start_nothing(self) -> None:
        listen('  auth: {kind: none}\n  dedupe: "= body.id"')
        first, second = post(body={"id": "A"}), post(body={"id": "A"})
        assert second.status_code == 202
        assert answer_of(second) == {**answer_of(first), "duplicate": True}
        assert Run.objects.count() == 1
        kept = StoredRequest.objects.get(outcome="duplicate")
        assert kept.original_id == StoredRequest.objects.get(outcome="accepted").id
        assert Event.objects.filter(name="request.duplicate").count() == 1

    def test_with_another_body_are_told_with_both_digests(self) -> None:
        version = listen('  auth: {kind: none}\n  dedupe: "= body.id"')
        bodies = [b'{"id": "A", "n": 1}', b'{"id": "A", "n": 2}']
        first, second = (post(body=body) for body in bodies)
        assert answer_of(second) == {**answer_of(first), "duplicate": True}
        run = Run.objects.get(version=version)
        (row,) = (row for row in timeline([str(run.id)]) if row.name == "request.duplicate_differs")
        digests = [hashlib.sha256(body).hexdigest() for body in bodies]
        assert [row.data["first_digest"], row.data["digest"]] == digests

    def test_are_known_by_the_message_id_where_no_key_is_named(self) -> None:
        store_secret()
        listen("  auth: {kind: standard_webhooks, secret: partner}")
        body = b'{"id": 1}'
        ids = ["m1", "m1", "m2"]
        answers = [answer_of(post(body=body, headers=sign(body, message_id=each))) for each in ids]
        assert [answer.get("duplicate", False) for answer in answers] == [False, True, False]

    def test_are_known_by_the_named_key_before_the_message_id(self) -> None:
        store_secret()
        listen(SIGNED)
        body = b'{"id": 1}'
        answers = [answer_of(post(body=body, headers=sign(body, message_id=each))) for each in ("m1", "m2")]
        assert [answer.get("duplicate", False) for answer in answers] == [False, True]

    def test_are_told_apart_however_long_the_key_is(self) -> None:
        listen('  auth: {kind: none}\n  dedupe: "= body.id"')
        for key in ("x" * 400 + "1", "x" * 400 + "2"):
            assert "duplicate" not in answer_of(post(body={"id": key}))

    def test_belong_to_their_own_flow(self) -> None:
        for path in ("one", "two"):
            listen('  auth: {kind: none}\n  dedupe: "= body.id"', path=path)
            assert "duplicate" not in answer_of(post(path, {"id": "A"}))

    def test_may_be_told_by_a_header_that_looks_like_a_secret(self) -> None:
        listen('  auth: {kind: none}\n  dedupe: "= headers.x_event_key"')
        answers = [answer_of(post(headers={"X-Event-Key": each})) for each in ("k1", "k2", "k2")]
        assert [answer.get("duplicate", False) for answer in answers] == [False, False, True]


class TestRefusing:
    def test_lists_every_fault_by_pointer(self) -> None:
        listen(SCHEMA)
        response = post(body={"amount": "12"})
        problem = answer_of(response)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert [error["pointer"] for error in problem["errors"]] == ["/amount", "/id"]
        kept = refused()
        assert kept.errors == problem["errors"]
        assert kept.reason.startswith("/amount: ")
        assert kept.body == '{"amount": "12"}'
        assert Event.objects.filter(name="request.refused").count() == 1

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"\xef\xbb\xbf{}", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[1e999]", b"\xff", b'["\\u0000"]'],
    )
    def test_refuses_what_is_no_strict_json(self, body: bytes) -> None:
        listen()
        response = post(body=body)
        assert response.status_code == 400
        assert len(answer_of(response)["errors"]) == 1
        assert not Run.objects.exists()

    @pytest.mark.parametrize("name", ["dedupe", "business_key"])
    @pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": [1]}, {"id": True}])
    def test_refuses_a_call_without_its_key(self, name: str, body: dict[str, Any]) -> None:
        listen(f'  auth: {{kind: none}}\n  {name}: "= body.id"')
        response = post(body=body)
        assert response.status_code == 400
        assert answer_of(response)["errors"][0]["pointer"] == "/id"

    @pytest.mark.parametrize(("name", "status"), [("dedupe", 400), ("business_key", 202)])
    def test_takes_null_for_no_business_key_only(self, name: str, status: int) -> None:
        listen(f'  auth: {{kind: none}}\n  {name}: "= body.id"')
        assert post(body={"id": None}).status_code == status

    @pytest.mark.parametrize(
        ("headers", "content_type"),
        [
            ({}, "text/plain"),
            ({}, "multipart/mixed; boundary=x"),
            ({}, "application/json; charset=utf-16"),
            ({"Content-Encoding": "gzip"}, "application/json"),
        ],
    )
    def test_takes_no_other_types_charsets_and_encodings(self, headers: dict[str, str], content_type: str) -> None:
        listen()
        response = post(body=b"{}", headers=headers, content_type=content_type)
        assert response.status_code == 415
        assert answer_of(response)["errors"] == []
        assert refused().status == 415

    @pytest.mark.parametrize(("extra", "status"), [(0, 202), (1, 413)])
    def test_takes_a_mebibyte_and_not_a_byte_more(self, extra: int, status: int) -> None:
        listen()
        body = b'{"a": "' + b"x" * (LIMIT - 9 + extra) + b'"}'
        assert len(body) == LIMIT + extra
        assert post(body=body).status_code == status
        if extra:
            assert (refused().body_bytes, refused().body) == (LIMIT + 1, "")

    @pytest.mark.parametrize(("extra", "status"), [(0, 202), (1, 413)])
    def test_counts_a_chunked_body_too(self, extra: int, status: int) -> None:
        listen()
        body = b'{"a": "' + b"x" * (LIMIT - 9 + extra) + b'"}'
        request = RequestFactory().post("/hooks/orders", body, content_type="application/json")
        del request.META["CONTENT_LENGTH"]
        request.META |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(body)}
        assert receive_call(request, "orders").status_code == status

    def test_refuses_a_body_that_was_cut_off(self) -> None:
        listen()
        request = RequestFactory().post("/hooks/orders", b"{}", content_type="application/json")
        request.META["CONTENT_LENGTH"] = "3"
        response = receive_call(request, "orders")
        assert (response.status_code, answer_of(response)["code"]) == (400, "intake.cut_off")

    def test_keeps_calls_to_unknown_addresses_with_a_hint(self) -> None:
        listen()
        response = post("order", {"a": 1})
        assert response.status_code == 404
        assert answer_of(response)["errors"] == []
        assert "orders" not in response.content.decode()
        assert refused().reason.endswith("Did they mean /hooks/orders?")
        assert refused().team_id is None

    @pytest.mark.parametrize("path", ["a%00b", "%E4%B8%AD", "a/b", "x" * 5000, "..%2f", ""])
    def test_survives_odd_addresses(self, path: str) -> None:
        listen()
        assert post(path, {}).status_code == 404

    @pytest.mark.parametrize("path", ["/hooks", "/hooks/"])
    def test_survives_no_address_at_all(self, path: str) -> None:
        assert (Client().post(path).status_code, Client().get(path).status_code) == (404, 405)

    @pytest.mark.parametrize("state", ["paused", "unpublished"])
    def test_hides_a_flow_that_does_not_listen(self, state: str) -> None:
        version = listen()
        flow = version.flow
        if state == "paused":
            flow.paused_at = datetime.now(UTC)
        else:
            flow.live_version = None
        flow.save()
        unknown = answer_of(post("nowhere"))
        assert answer_of(post()) == unknown
        kept = StoredRequest.objects.get(path="orders")
        assert kept.team_id == flow.team_id
        assert kept.reason == f"The flow Orders {'is paused' if state == 'paused' else 'has not been published yet'}."

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_takes_post_only(self, method: str) -> None:
        listen()
        response = getattr(Client(), method)("/hooks/orders")
        assert (response.status_code, response["Allow"]) == (405, "POST")
        assert not StoredRequest.objects.exists()

    def test_needs_no_csrf_token(self) -> None:
        listen()
        assert post(client=Client(enforce_csrf_checks=True)).status_code == 202

    def test_keeps_odd_query_and_headers(self) -> None:
        listen(SCHEMA)
        assert post("orders?a=%00&b%00=1&c=%ED%A0%80", {}, headers={"X-Odd": "ä\xff"}).status_code == 400
        assert refused().query["a"] == "\ufffd"

    def test_refuses_a_query_of_thousands_of_parts(self) -> None:
        listen()
        assert post(f"orders?{'a=1&' * 2000}").status_code == 400

    def test_a_flood_is_counted_and_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(GATE, "limit", 3)
        listen(SCHEMA)
        assert {post(body={}).status_code for _ in range(5)} == {400}
        assert StoredRequest.objects.filter(outcome="refused").count() <= 3 * 2  # the minute may turn in the middle


class TestWrittenAlone:
    def test_is_a_call_that_brings_what_is_sensitive(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its veil lies over what its own thread records, so no other thread may write it, and it writes no others."""
        listen(more="sensitive: [trigger.body.iban]")
        monkeypatch.setattr("flows.operations.intake.accepting.TOGETHER", None)
        assert post(body={"iban": "DE0212030000"}).status_code == 202
        assert Run.objects.count() == 1


class TestOurOwnFaults:
    @pytest.mark.parametrize("error", [OperationalError("gone")])
    def test_the_database_gone_is_503(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise error

        listen()
        monkeypatch.setattr("flows.inbound.hooks.accept_with_files", fail)
        response = post()
        assert (response.status_code, answer_of(response)["errors"]) == (503, [])
        assert response["Retry-After"]

    def test_an_unforeseen_fault_is_500_and_stores_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise KeyError("s3cret")

        listen()
        monkeypatch.setattr("flows.operations.intake.accepting.describe_run", fail)
        response = post()
        assert response.status_code == 500
        assert "s3cret" not in response.content.decode()
        assert not StoredRequest.objects.exists()


class TestStatusPage:
    def test_shows_case_status_and_times_to_whoever_has_the_link(self) -> None:
        listen()
        answer = answer_of(post(body={"secret_thing": "never shown"}))
        path = answer["status_url"].removeprefix("http://testserver")
        settle()
        page = Client().get(path)
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "no-referrer"
        assert answer["case"] in page.content.decode()
        assert "never shown" not in page.content.decode()
        assert str(Run.objects.get().id) not in page.content.decode()

    def test_gives_json_where_it_is_asked_for(self) -> None:
        listen()
        answer = answer_of(post())
        path = answer["status_url"].removeprefix("http://testserver")
        before = Client().get(path, headers={"Accept": "application/json"}).json()
        settle()
        after = Client().get(path, headers={"Accept": "application/json"}).json()
        assert (before["case"], before["status"]) == (answer["case"], "running")
        assert (after["case"], after["status"]) == (answer["case"], "open")
        assert set(after) == {"case", "status", "text", "milestones", "received_at", "ended_at"}

    @pytest.mark.parametrize("token", ["0" * 32, "x", "810A831D74064D2EAF7B25A85953CE75", "a" * 33])
    def test_a_wrong_token_finds_nothing(self, token: str) -> None:
        assert Client().get(f"/status/{token}").status_code == 404
