"""HW-3, document intake: what is complete is stored and reviewed, what is not goes back and continues the same case."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.support.files import PDF_BYTES, PNG_BYTES
from tests.support.processes import wait_for
from tests.support.receiver import Receiver, receiving
from tests.use_cases.conftest import GALLERY, WITHIN_S, World

KEY = "portal-key-3f1b"
FACTS = {"supplier": "Hart & Söhne", "contact": "hart@supplier.example", "amount": 12500}


class Portal:
    """The supplier portal: it has one submission, posts it as a form or as JSON, and takes the answers."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        self.submission = f"S-{uuid.uuid4().hex[:12]}"
        self.path = f"/answers/{self.submission}"

    def say_who(self) -> dict[str, Any]:
        return {"submission": self.submission, "callback_url": self.receiver.url + self.path}

    def post_form(self, *, files: dict[str, tuple[str, bytes]], key: str = KEY, **facts: Any) -> requests.Response:
        return self._post(key, data=self.say_who() | facts, files=files)

    def post_json(self, *, files: dict[str, bytes], key: str = KEY, **facts: Any) -> requests.Response:
        documents = {name: base64.b64encode(content).decode() for name, content in files.items()}
        return self._post(key, json=self.say_who() | facts | documents)

    def _post(self, key: str, **content: Any) -> requests.Response:
        headers = {"x-portal-key": key}
        return requests.post(f"{self.world.product.url}/hooks/document-intake", headers=headers, timeout=30, **content)

    def answers(self) -> list[dict[str, Any]]:
        return self.receiver.list_posts(self.path)

    def wait_for_answer(self, number: int = 1) -> dict[str, Any]:
        wait_for(lambda: len(self.answers()) >= number, within_s=WITHIN_S, what=f"answer {number} to the portal")
        return self.answers()[number - 1]

    def find_review(self) -> dict[str, Any] | None:
        tasks = self.world.product.get("lee", "/api/v1/tasks?status=open&limit=200")["results"]
        return next((task for task in tasks if task["case"] == self.get_number()), None)

    def wait_for_review(self) -> dict[str, Any]:
        wait_for(lambda: self.find_review() is not None, within_s=WITHIN_S, what="the review")
        task = self.find_review()
        assert task is not None
        return task

    def decide(self, outcome: str, comment: str = "") -> None:
        path = f"/api/v1/tasks/{self.wait_for_review()['id']}/complete"
        answer = self.world.product.call("lee", "POST", path, json={"outcome": outcome, "comment": comment})
        assert answer.status_code == 200, answer.text

    def get_number(self) -> str:
        rows = self.world.product.query(f"SELECT number FROM cases_case WHERE business_key = '{self.submission}'")
        assert len(rows) <= 1, rows
        return str(rows[0][0]) if rows else ""

    def get_case(self) -> dict[str, Any]:
        return dict(self.world.product.get("aud", f"/api/v1/cases/{self.get_number()}"))

    def wait_for_close(self) -> dict[str, Any]:
        wait_for(lambda: self.get_case()["closed_at"], within_s=WITHIN_S, what="the case to close")
        return self.get_case()

    def download(self, person: str, facts: dict[str, Any]) -> requests.Response:
        return self.world.product.call(person, "GET", f"/api/v1/files/{facts['file']}/content")


@pytest.fixture
def portal(world: World) -> Iterator[Portal]:
    text = (GALLERY / "document-intake.yaml").read_text(encoding="utf-8")
    if text not in world.published:
        world.product.set_secret("demo-portal", team="operations", value=KEY)
    world.publish_once(text)
    with receiving() as receiver:
        yield Portal(world, receiver)


def post_whole_form(portal: Portal) -> requests.Response:
    return portal.post_form(files={"contract": ("contract.pdf", PDF_BYTES)}, **FACTS)


def post_whole_json(portal: Portal) -> requests.Response:
    return portal.post_json(files={"contract": PDF_BYTES}, **FACTS)


class TestCompleteSubmission:
    @pytest.mark.parametrize("post", [post_whole_form, post_whole_json], ids=["form", "json"])
    def test_is_stored_reviewed_and_accepted(self, portal: Portal, post: Callable[[Portal], requests.Response]) -> None:
        told = post(portal)
        assert told.status_code == 202, told.text
        task = portal.wait_for_review()
        assert told.json()["case"] == task["case"] == portal.get_number()
        contract = next(row["value"] for row in task["show"] if row["label"] == "Contract")
        assert contract["sha256"] == hashlib.sha256(PDF_BYTES).hexdigest()
        assert portal.download("lee", contract).content == PDF_BYTES
        portal.decide("approved")
        assert portal.wait_for_answer() == {
            "submission": portal.submission,
            "case": portal.get_number(),
            "status": "accepted",
        }
        case = portal.wait_for_close()
        assert (case["type"], case["status"], case["team"]) == ("document-intake", "accepted", "operations")
        assert case["data"]["contract"] == contract
        assert {name: case["data"][name] for name in FACTS} == FACTS
        assert portal.download("ops", contract).status_code == 200

    def test_brings_several_documents(self, portal: Portal) -> None:
        documents = [("contract", ("contract.pdf", PDF_BYTES)), ("certificates", ("seal.png", PNG_BYTES))]
        assert portal.post_form(files=documents, **FACTS).status_code == 202  # type: ignore[arg-type]
        portal.wait_for_review()
        kept = portal.get_case()["data"]["certificates"]
        assert [(file["name"], file["type"]) for file in kept] == [("seal.png", "image/png")]

    def test_is_read_by_nobody_outside_the_teams(self, portal: Portal) -> None:
        post_whole_form(portal)
        contract = portal.wait_for_review()["show"][0]["value"]
        assert portal.download("fin", contract).status_code == 404


class TestIncompleteSubmission:
    @pytest.mark.parametrize("is_json", [False, True], ids=["form", "json"])
    def test_goes_back_listing_what_is_missing_and_continues_in_its_case(self, portal: Portal, is_json: bool) -> None:
        post: Any = portal.post_json if is_json else portal.post_form
        document: Any = PDF_BYTES if is_json else ("contract.pdf", PDF_BYTES)
        first = post(files={}, supplier=FACTS["supplier"])
        assert first.status_code == 202, first.text
        answer = portal.wait_for_answer()
        assert (answer["status"], answer["case"]) == ("incomplete", first.json()["case"])
        assert {fault["pointer"] for fault in answer["missing"]} == {"/contact", "/amount", "/contract"}
        assert all(fault["message"] for fault in answer["missing"])
        again = post(files={"contract": document}, contact=FACTS["contact"], amount=FACTS["amount"])
        assert (again.status_code, again.json()["case"]) == (202, first.json()["case"])
        task = portal.wait_for_review()
        assert task["case"] == first.json()["case"]
        assert portal.download("lee", task["show"][0]["value"]).content == PDF_BYTES
        portal.decide("approved")
        assert portal.wait_for_answer(2)["status"] == "accepted"
        assert portal.wait_for_close()["data"]["supplier"] == FACTS["supplier"]

    def test_sent_again_in_a_moment_loses_no_document(self, portal: Portal) -> None:
        first = portal.post_form(files={}, **FACTS)
        again = post_whole_form(portal)
        assert again.json()["case"] == first.json()["case"]
        contract = portal.wait_for_review()["show"][0]["value"]
        assert portal.download("lee", contract).content == PDF_BYTES

    def test_that_stays_incomplete_goes_back_each_time(self, portal: Portal) -> None:
        portal.post_form(files={}, supplier="Hart")
        portal.wait_for_answer()
        portal.post_form(files={"contract": ("contract.pdf", PNG_BYTES)}, contact="hart@supplier.example", amount=-1)
        missing = portal.wait_for_answer(2)["missing"]
        assert {fault["pointer"] for fault in missing} == {"/amount", "/contract/type"}
        wait_for(lambda: portal.get_case()["status"] == "incomplete", within_s=WITHIN_S, what="the status")

    def test_returned_by_the_reviewer_goes_back_with_the_reason(self, portal: Portal) -> None:
        post_whole_form(portal)
        portal.decide("rejected", "Page 3 is not signed.")
        answer = portal.wait_for_answer()
        assert (answer["status"], answer["comments"][0]["comment"]) == ("returned", "Page 3 is not signed.")
        signed = portal.post_form(files={"contract": ("signed.pdf", PDF_BYTES + b"%signed\n")})
        assert signed.json()["case"] == portal.get_number()
        wait_for(lambda: portal.find_review() is not None, within_s=WITHIN_S, what="the second review")
        assert portal.wait_for_review()["show"][0]["value"]["name"] == "signed.pdf"

    def test_that_never_comes_again_is_closed_in_the_end(self, portal: Portal) -> None:
        portal.post_form(files={}, supplier="Hart")
        portal.wait_for_answer()
        wait_for(lambda: portal.get_case()["status"] == "incomplete", within_s=WITHIN_S, what="the status")
        product = portal.world.product
        run = product.query(f"SELECT id FROM flows_run WHERE business_key = '{portal.submission}'")[0][0]
        timers = f"subject IN (SELECT id FROM flows_messagewait WHERE run_id = '{run}' AND closed_at IS NULL)"
        is_waiting = f"SELECT count(*) FROM timers_timer WHERE {timers}"
        wait_for(lambda: product.query(is_waiting)[0][0] == 1, within_s=WITHIN_S, what="the wait")
        product.execute(f"UPDATE timers_timer SET due_at = '2020-01-01 00:00:00' WHERE {timers}")
        assert portal.wait_for_close()["status"] == "abandoned"


class TestRefusals:
    def test_says_at_the_door_what_it_cannot_do_without(self, portal: Portal) -> None:
        headers = {"x-portal-key": KEY}
        address = f"{portal.world.product.url}/hooks/document-intake"
        for content in ({"json": {"supplier": "Hart"}}, {"files": {"contract": ("a.pdf", PDF_BYTES)}}):
            answer = requests.post(address, headers=headers, timeout=30, **content)  # type: ignore[arg-type]
            assert answer.status_code == 400
            assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/submission", "/callback_url"}
        assert portal.get_number() == ""

    def test_keeps_nothing_of_a_portal_with_another_key(self, portal: Portal) -> None:
        files = portal.world.product.query("SELECT count(*) FROM files_file")
        answer = portal.post_form(files={"contract": ("contract.pdf", PDF_BYTES)}, key="wrong", **FACTS)
        assert answer.status_code == 401
        assert portal.world.product.query("SELECT count(*) FROM files_file") == files

    def test_a_portal_that_is_down_is_told_once_it_is_back(self, portal: Portal) -> None:
        portal.receiver.status = 503
        told = portal.post_form(files={}, supplier="Hart")
        run = f"/api/v1/runs/{told.json()['run']}"

        def is_retrying() -> bool:
            steps = portal.world.product.get("ops", run)["steps"]
            return any(step["key"] == "send_back" and step["attempt"] >= 1 and step["error"] for step in steps)

        wait_for(is_retrying, within_s=WITHIN_S, what="the first try")
        portal.receiver.status = 200
        portal.world.product.make_effects_due()
        assert portal.wait_for_answer()["status"] == "incomplete"
