"""HW-4, the content approval round trip: reviewers decide under a rule, the origin learns it, the trail shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.processes import wait_for
from tests.use_cases.conftest import GALLERY, WITHIN_S, World
from tools.demo.books import SentRequest

RULES = {
    "any": "rule: any",
    "quorum": "rule: {quorum: 2}",
    "veto": "rule: veto",
}
ROUNDS = [
    ("any", [("lee", "rejected"), ("bo", "approved")], "approved"),
    ("any", [("lee", "rejected"), ("bo", "rejected"), ("fin", "rejected")], "rejected"),
    ("quorum", [("lee", "approved"), ("bo", "rejected"), ("fin", "approved")], "approved"),
    ("quorum", [("lee", "rejected"), ("fin", "rejected")], "rejected"),
    ("veto", [("bo", "approved"), ("lee", "rejected")], "rejected"),
    ("veto", [("bo", "rejected"), ("fin", "approved"), ("lee", "approved")], "approved"),
]


def write_variant(rule: str) -> str:
    """The gallery's flow, asking three teams under another rule at another address."""
    text = (GALLERY / "content-approval.yaml").read_text(encoding="utf-8")
    asked = f"[{{who: team:legal, veto: {'true' if rule == 'veto' else 'false'}}}, team:brand, team:finance]"
    for old, new in (
        ("flow: content-approval", f"flow: content-approval-{rule}"),
        ("path: content-approval", f"path: content-approval-{rule}"),
        ("rule: all", RULES[rule]),
        ("[team:legal, team:brand]", asked),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


class TestRoundTrip:
    def test_the_decision_goes_back_with_the_comments_and_the_case_closes(self, world: World) -> None:
        request = world.ask()
        world.decide("lee", request, "approved", "The claims are covered.")
        world.decide("bo", request, "approved", "Logo and colours fit.")
        world.wait_for_decision(request)
        assert world.wait_for_end(request)["status"] == "completed"
        assert request.decision == "approved"
        assert sorted((entry["by"], entry["comment"]) for entry in request.comments) == [
            ("bo", "Logo and colours fit."),
            ("lee", "The claims are covered."),
        ]
        assert (request.accepted, request.repeated, request.at_fault) == (1, 0, [])
        case = world.get_case(request)
        assert case["status"] == "approved"
        assert case["closed_at"]

    def test_the_timeline_says_who_decided_on_which_version(self, world: World) -> None:
        request = world.ask()
        world.decide("lee", request, "approved", "Seen.")
        world.decide("bo", request, "approved", "Seen too.")
        world.wait_for_end(request)
        decided = [row for row in world.get_timeline(request) if row["name"] == "task.decided"]
        assert [find_decision(row) for row in decided] == [
            ("Lee", "approved", request.version),
            ("Bo", "approved", request.version),
        ]
        assert "The event log is intact." in world.product.run("verify_events")


def find_decision(row: dict[str, Any]) -> tuple[str, str, str]:
    """Who, what, and the version that was on the page when they decided."""
    shown = {entry["label"]: entry["value"] for entry in row["data"]["show"]}
    return row["actor"], row["data"]["outcome"], shown["Version"]


class TestRejection:
    def test_reaches_the_origin_with_its_reason(self, world: World) -> None:
        request = world.ask()
        world.wait_for_task("bo", request)
        world.decide("lee", request, "rejected", "The raffle needs terms.")
        world.wait_for_decision(request)
        assert request.decision == "rejected"
        assert [(entry["by"], entry["comment"]) for entry in request.comments] == [("lee", "The raffle needs terms.")]
        assert world.wait_for_end(request)["status"] == "completed"
        assert world.get_case(request)["status"] == "rejected"

    def test_takes_the_open_question_back_from_the_others(self, world: World) -> None:
        request = world.ask()
        task = world.wait_for_task("bo", request)
        world.decide("lee", request, "rejected", "Not like this.")
        wait_for(lambda: world.find_task("bo", request) is None, within_s=WITHIN_S, what="bo's task to be withdrawn")
        late = world.product.call("bo", "POST", f"/api/v1/tasks/{task['id']}/complete", json={"outcome": "approved"})
        assert late.status_code == 409
        assert world.wait_for_end(request)["status"] == "completed"
        assert request.decision == "rejected"

    @pytest.mark.parametrize("comment", [None, "", " \n"])
    def test_needs_a_reason(self, world: World, comment: str | None) -> None:
        request = world.ask()
        task = world.wait_for_task("lee", request)
        body = {"outcome": "rejected", "comment": comment}
        answer = world.product.call("lee", "POST", f"/api/v1/tasks/{task['id']}/complete", json=body)
        assert answer.status_code == 400
        assert world.find_task("lee", request) is not None


class TestRules:
    @pytest.mark.parametrize(("rule", "answers", "outcome"), ROUNDS)
    def test_decide_the_round(self, world: World, rule: str, answers: list[tuple[str, str]], outcome: str) -> None:
        world.publish_once(write_variant(rule))
        request = world.ask(path=f"/hooks/content-approval-{rule}")
        for person, answer in answers:
            assert not request.decision, "decided too early"
            world.decide(person, request, answer)
        world.wait_for_decision(request)
        assert request.decision == outcome
        assert {entry["by"] for entry in request.comments} == {person for person, _ in answers}
        assert world.wait_for_end(request)["status"] == "completed"


class TestFailingCallBack:
    def test_becomes_an_incident_and_one_call_back_after_it_is_mended(self, world: World) -> None:
        world.partner.books.set_failing(True)
        request = world.ask()
        world.decide("lee", request, "approved")
        world.decide("bo", request, "approved")
        incident = self._use_up_the_tries(world, request)
        assert request.turned_away == 5
        assert (request.accepted, world.get_case(request)["closed_at"]) == (0, None)

        world.partner.books.set_failing(False)
        answer = world.product.call("ana", "POST", f"/api/v1/incidents/{incident}/retry", json={})
        assert answer.status_code == 200, answer.text
        world.wait_for_decision(request)
        assert world.wait_for_end(request)["status"] == "completed"
        assert (request.accepted, request.repeated, request.at_fault) == (1, 0, [])
        assert world.get_case(request)["status"] == "approved"
        keys = world.product.query(
            f"SELECT idempotency_key FROM flows_effect WHERE run_id = {quote_run(world, request)}"
        )
        assert keys == [(request.idempotency_key,)]

    def _use_up_the_tries(self, world: World, request: SentRequest) -> str:
        """Move each further try to now instead of waiting for it; the incident that comes of it."""

        def is_open() -> bool:
            world.product.make_effects_due()
            return bool(world.get_run(request)["incidents"])

        wait_for(is_open, within_s=WITHIN_S, what="the incident after the last try")
        run = world.get_run(request)
        assert run["status"] == "waiting"
        (incident,) = run["incidents"]
        return str(incident)


def quote_run(world: World, request: SentRequest) -> str:
    """The run's id as a literal of the database."""
    return f"'{request.run}'" if world.product.is_scaled_out else f"'{request.run.replace('-', '')}'"
