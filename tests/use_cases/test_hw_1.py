"""HW-1, a case from a business event: a portal posts a signed webhook, and the right people have their task."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.use_cases.conftest import World
from tools.demo.books import SentRequest


def count_rows(world: World, request: SentRequest) -> dict[str, int]:
    """How many runs, cases and tasks there are for this request, counted in the database."""
    queries = {
        "runs": f"SELECT count(*) FROM flows_run WHERE business_key = '{request.request_id}'",
        "cases": f"SELECT count(*) FROM cases_case WHERE business_key = '{request.request_id}'",
        "tasks": "SELECT count(*) FROM cases_task t JOIN cases_case c ON c.id = t.case_id "
        f"WHERE c.business_key = '{request.request_id}'",
    }
    return {name: world.product.query(sql)[0][0] for name, sql in queries.items()}


class TestCaseFromABusinessEvent:
    def test_opens_a_case_of_the_right_type_in_the_right_team(self, world: World) -> None:
        request = world.ask()
        world.wait_for_task("lee", request)
        case = world.get_case(request)
        assert (case["type"], case["team"], case["status"]) == ("content-approval", "marketing", "open")
        assert (case["title"], case["priority"]) == (f"Approve: {request.title}", "high")
        assert (case["business_key"], case["closed_at"]) == (request.request_id, None)

    def test_puts_the_first_task_before_those_who_are_asked_and_nobody_else(self, world: World) -> None:
        request = world.ask()
        for person in ("lee", "bo"):
            task = world.wait_for_task(person, request)
            assert (task["title"], task["case"], task["status"]) == (request.title, request.case, "open")
            assert [(row["label"], row["as"]) for row in task["show"]] == [("Asset", "link"), ("Version", "text")]
            assert task["show"][1]["value"] == request.version
        assert world.find_task("fin", request) is None
        assert world.find_task("ops", request) is None

    def test_tells_the_caller_where_the_status_can_be_read_without_signing_in(self, world: World) -> None:
        request = world.ask()
        world.wait_for_task("lee", request)
        answer = requests.get(request.status_url, headers={"Accept": "application/json"}, timeout=10)
        assert answer.status_code == 200
        assert request.case in answer.text
        assert request.title not in answer.text  # the address is public: how it stands, and nothing of what it is
        assert requests.get(request.status_url[:-4] + "aaaa", timeout=10).status_code == 404


class TestRefusals:
    def test_a_bad_signature_is_401_and_opens_nothing(self, world: World) -> None:
        request = world.partner.books.add_request()
        status, _ = world.partner.post_signed(world.partner.make_body(request), secret="whsec_" + "A" * 40)
        assert status == 401
        assert count_rows(world, request) == {"runs": 0, "cases": 0, "tasks": 0}

    def test_an_unsigned_call_is_401(self, world: World) -> None:
        answer = requests.post(f"{world.product.url}/hooks/content-approval", json={"request_id": "x"}, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    def test_a_refused_call_is_kept_with_the_reason_in_words(self, world: World) -> None:
        request = world.partner.books.add_request()
        world.partner.post_signed(world.partner.make_body(request), secret="whsec_" + "B" * 40)
        kept = world.product.query("SELECT status, reason FROM flows_storedrequest WHERE outcome = 'refused'")
        assert any(status == 401 and "secret" in reason for status, reason in kept), kept

    def test_a_bad_payload_is_400_naming_each_field(self, world: World) -> None:
        status, problem = world.partner.post_signed({"title": "Only a title"})
        assert status == 400
        assert {fault["pointer"] for fault in problem["errors"]} == {"/request_id", "/callback_url"}
        assert all(fault["message"] for fault in problem["errors"])


class TestDuplicateDelivery:
    def test_gets_the_same_case_number_and_doubles_nothing(self, world: World) -> None:
        request = world.ask()
        world.wait_for_task("bo", request)
        status, answer = world.partner.post_signed(world.partner.make_body(request))
        assert (status, answer["duplicate"]) == (202, True)
        assert (answer["case"], answer["run"]) == (request.case, request.run)
        assert count_rows(world, request) == {"runs": 1, "cases": 1, "tasks": 2}

    def test_twenty_at_once_make_one_case(self, world: World) -> None:
        request = world.partner.books.add_request()
        body = world.partner.make_body(request)
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: world.partner.post_signed(body), range(20)))
        assert Counter(status for status, _ in answers) == {202: 20}
        assert len({(answer["run"], answer["case"]) for _, answer in answers}) == 1
        assert sum("duplicate" not in answer for _, answer in answers) == 1
        request.run = answers[0][1]["run"]
        world.wait_for_task("lee", request)
        assert count_rows(world, request) == {"runs": 1, "cases": 1, "tasks": 2}
