"""HW-5, a failed transaction becomes an exception case that stays open until its source says that it is closed."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from tests.support.processes import wait_for
from tests.support.receiver import Receiver, receiving
from tests.use_cases.conftest import GALLERY, WITHIN_S, World

SECRET = "whsec_" + base64.b64encode(b"transactions of the application").decode()


class Source:
    """The application that reports a transaction, is asked to correct it, and says when it is closed."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        self.transaction = f"T-{uuid.uuid4().hex[:12]}"
        self.path = f"/corrections/{self.transaction}"

    def post(self, body: dict[str, Any], *, message_id: str = "", secret: str = SECRET) -> requests.Response:
        raw, now = json.dumps(body), datetime.now(UTC)
        message_id = message_id or uuid.uuid4().hex
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, raw),
        }
        address = f"{self.world.product.url}/hooks/failed-transaction"
        return requests.post(address, data=raw.encode(), headers=headers, timeout=20)

    def report(self, details: str, *, report: str = "", problem: str = "payment_mismatch") -> dict[str, Any]:
        body = {"transaction": self.transaction, "problem": problem, "details": details}
        answer = self.post(body | {"callback_url": self.receiver.url + self.path}, message_id=report)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def corrections(self) -> list[dict[str, Any]]:
        return self.receiver.list_posts(self.path)

    def close(self, message_id: str) -> requests.Response:
        message = {"name": "transaction-closed", "key": self.transaction, "id": message_id}
        return self.world.product.call("ops", "POST", "/api/v1/messages", json=message)

    def get_case(self, number: str) -> dict[str, Any]:
        return dict(self.world.product.get("aud", f"/api/v1/cases/{number}"))

    def list_events(self, number: str) -> list[str]:
        rows = self.world.product.get("aud", f"/api/v1/cases/{number}/timeline?limit=200")["results"]
        return [row["name"] for row in rows]

    def list_tasks(self) -> list[dict[str, Any]]:
        tasks = self.world.product.get("ops", "/api/v1/tasks?status=open&limit=200")["results"]
        return [task for task in tasks if self.transaction in task["title"]]


@pytest.fixture
def source(world: World) -> Iterator[Source]:
    text = (GALLERY / "failed-transaction.yaml").read_text(encoding="utf-8")
    if text not in world.published:
        world.product.set_secret("demo-transactions", team="operations", value=SECRET)
    world.publish_once(text)
    with receiving() as receiver:
        yield Source(world, receiver)


class TestFailedTransaction:
    def test_is_a_case_until_its_source_says_that_it_is_closed(self, source: Source) -> None:
        told = source.report("amounts differ")
        wait_for(source.list_tasks, within_s=WITHIN_S, what="the task of operations")
        (task,) = source.list_tasks()
        done = source.world.product.call(
            "ops", "POST", f"/api/v1/tasks/{task['id']}/complete", json={"outcome": "mended"}
        )
        assert done.status_code == 200
        assert source.get_case(told["case"])["closed_at"] is None
        answer = source.close("closed-1")
        assert (answer.status_code, answer.json()) == (202, {"delivered": 1, "parked": False})
        wait_for(lambda: source.get_case(told["case"])["closed_at"], within_s=WITHIN_S, what="the case to close")
        assert source.get_case(told["case"])["status"] == "closed"

    def test_reported_again_joins_the_open_case(self, source: Source) -> None:
        first = source.report("amounts differ")
        wait_for(source.list_tasks, within_s=WITHIN_S, what="the task of operations")
        again = source.report("still differ")
        assert again == first
        wait_for(
            lambda: source.get_case(first["case"])["data"].get("latest") == "still differ",
            within_s=WITHIN_S,
            what="the second report on the case",
        )
        assert len(source.list_tasks()) == 1
        assert source.list_events(first["case"]).count("request.joined") == 1
        third = source.report("and again")
        assert third["case"] == first["case"]
        wait_for(
            lambda: source.get_case(first["case"])["data"].get("latest") == "and again",
            within_s=WITHIN_S,
            what="the third report on the case",
        )

    def test_reported_twice_in_a_moment_is_one_case(self, source: Source) -> None:
        first, again = source.report("amounts differ"), source.report("still differ")
        assert again["case"] == first["case"]
        wait_for(source.list_tasks, within_s=WITHIN_S, what="the task of operations")
        wait_for(
            lambda: source.get_case(first["case"])["data"].get("latest") == "still differ",
            within_s=WITHIN_S,
            what="the second report on the case",
        )

    def test_the_same_report_again_changes_nothing(self, source: Source) -> None:
        first = source.report("amounts differ", report="r-" + source.transaction)
        assert source.report("amounts differ", report="r-" + source.transaction) == {**first, "duplicate": True}

    def test_confirmed_late_and_again_changes_nothing_and_is_on_the_timeline(self, source: Source) -> None:
        told = source.report("amounts differ")
        wait_for(source.list_tasks, within_s=WITHIN_S, what="the task of operations")
        first = source.close("c-" + source.transaction)
        wait_for(lambda: source.get_case(told["case"])["closed_at"], within_s=WITHIN_S, what="the case to close")
        closed = source.get_case(told["case"])
        again = source.close("c-" + source.transaction)
        assert (again.status_code, again.json()) == (200, first.json())
        late = source.close("late-" + source.transaction)
        assert (late.status_code, late.json()) == (202, {"delivered": 0, "parked": True})
        assert source.get_case(told["case"]) == closed
        assert {"message.duplicate", "message.late"} <= set(source.list_events(told["case"]))

    def test_confirmed_before_it_is_reported_closes_its_case_at_once(self, source: Source) -> None:
        assert source.close("early-" + source.transaction).json()["parked"]
        told = source.report("amounts differ")
        wait_for(lambda: source.world.product.get("aud", f"/api/v1/runs/{told['run']}")["status"] == "completed",
                 within_s=WITHIN_S, what="the run to end")  # fmt: skip
        assert source.get_case(told["case"])["status"] == "closed"


class TestCorrection:
    @pytest.mark.parametrize("problem", ["payment_mismatch", "missing_document", "integration_error"])
    def test_is_requested_of_the_source_once(self, source: Source, problem: str) -> None:
        told = source.report("amounts differ", problem=problem)
        wait_for(source.corrections, within_s=WITHIN_S, what="the request to correct it")
        source.report("still differ")
        wait_for(
            lambda: source.get_case(told["case"])["data"].get("latest"), within_s=WITHIN_S, what="the second report"
        )
        asked = {"transaction": source.transaction, "case": told["case"], "action": "correct", "problem": problem}
        assert source.corrections() == [asked]

    def test_that_was_done_leaves_the_case_open_until_the_source_confirms(self, source: Source) -> None:
        told = source.report("amounts differ")
        wait_for(source.corrections, within_s=WITHIN_S, what="the request to correct it")
        reached = lambda: [each["name"] for each in source.get_case(told["case"])["milestones"]]  # noqa: E731
        wait_for(lambda: "correction requested" in reached(), within_s=WITHIN_S, what="the milestone")
        case = source.get_case(told["case"])
        assert (case["closed_at"], case["type"], case["team"], case["priority"]) == (
            None,
            "exception",
            "operations",
            "high",
        )

    def test_reaches_a_source_that_was_down(self, source: Source) -> None:
        source.receiver.status = 503
        told = source.report("amounts differ")
        tried = lambda: [  # noqa: E731
            step
            for step in source.world.product.get("ops", f"/api/v1/runs/{told['run']}")["steps"]
            if step["key"] == "ask_source" and step["error"]
        ]
        wait_for(tried, within_s=WITHIN_S, what="the first try")
        source.receiver.status = 200
        source.world.product.make_effects_due()
        wait_for(source.corrections, within_s=WITHIN_S, what="the request to correct it")


class TestRefusals:
    def test_takes_no_report_signed_with_another_secret(self, source: Source) -> None:
        wrong = "whsec_" + base64.b64encode(b"somebody else").decode()
        assert source.post({"transaction": source.transaction}, secret=wrong).status_code == 401
        assert source.list_tasks() == []

    def test_names_what_a_report_lacks(self, source: Source) -> None:
        answer = source.post({"transaction": source.transaction, "problem": "rain"})
        assert answer.status_code == 400
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/callback_url", "/problem"}
