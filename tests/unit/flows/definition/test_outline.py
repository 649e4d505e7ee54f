"""The outline reads as a text an analyst understands."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.outline import outline, outline_trigger
from tests.unit.flows.samples import APPROVAL, KINDS, TRIGGERS, make_flow, make_retry, make_step

URL = "https://partner.example/"
TASK = {"title": "Mend the call-back", "to": ["team:operations"]}


class TestOutline:
    def test_tells_the_contracts_own_example(self) -> None:
        lines = outline(parse_flow_file(APPROVAL), KINDS)
        assert [(line.title, line.icon, line.text) for line in lines] == [
            (
                "Open case",
                "briefcase",
                "Open a case of type content-approval called “Approve: title”, with high priority",
            ),
            ("Review", "checkup-list", "Ask any one of Legal and of Brand; both must agree within 2 days"),
            ("Reply", "world", "POST to callback_url the decision and comments; safe to repeat"),
            ("Close", "circle-check", "Close the case with what was decided as its status"),
        ]
        assert [[link.text for link in line.links] for line in lines] == [
            ["then Review"],
            ["if approved or rejected: Reply"],
            ["then Close"],
            [],
        ]
        assert lines[2].retry == "tries up to 5 times, waiting 1 second and then double"
        assert [line.ends for line in lines] == [None, None, None, "The run ends here"]

    def test_tells_what_starts_it(self) -> None:
        line = outline_trigger(parse_flow_file(APPROVAL), TRIGGERS)
        assert line is not None
        assert line.text == (
            "When somebody sends a signed request to /hooks/content-approval with request_id, title and callback_url, "
            "a new run starts. The same request_id again starts nothing new"
        )
        assert outline_trigger(make_flow(make_step("a"), trigger=None), TRIGGERS) is None

    def test_puts_error_links_last_and_names_branches(self) -> None:
        lines = outline(
            make_flow(
                make_step("p", "parallel", links={"error": "z", "legal": "a", "brand": "b"}),
                make_step("a", name="Ask Legal", links={"next": "j"}),
                make_step("b", links={"next": "j"}),
                make_step("j", "join", links={"next": "z"}),
                make_step("z"),
                make_step("lost"),
            ),
            KINDS,
        )
        assert [(line.key, line.depth, line.is_reachable) for line in lines] == [
            ("p", 0, True), ("a", 1, True), ("b", 1, True), ("j", 0, True), ("z", 0, True), ("lost", 0, False),
        ]  # fmt: skip
        assert [(link.text, link.is_error) for link in lines[0].links] == [
            ("branch legal: Ask Legal", False),
            ("branch brand: B", False),
            ("on error: Z", True),
        ]

    def test_tells_unknown_kinds_and_steps(self) -> None:
        line = outline(make_flow(make_step("a", "nope", links={"next": "gone"})), KINDS)[0]
        assert line.text == "Unknown kind 'nope'"
        assert line.links[0].text == "then “gone”, which does not exist"

    @pytest.mark.parametrize(
        ("kind", "settings", "links", "text"),
        [
            ("set", {"a": 1, "b": 2}, {}, "Set a and b"),
            ("choose", {"cases": [{"when": True, "port": "big"}]}, {"big": "a"}, "Choose Big: the first that holds"),
            ("validate", {"value": "= trigger.body"}, {}, "Check that body has the right shape"),
            ("parallel", {}, {"legal": "a", "brand": "a"}, "Go on with Legal and Brand at the same time"),
            ("join", {}, {}, "Wait until all branches are done"),
            ("join", {"mode": "any"}, {}, "Go on with the first branch that is done"),
            ("join", {"mode": 2}, {}, "Go on when 2 branches are done"),
            ("wait", {"for": "PT1H30M"}, {}, "Wait 1 hour and 30 minutes"),
            ("wait", {"until": "= trigger.body.at"}, {}, "Wait until at"),
            ("stop", {}, {}, "End the run"),
            ("stop", {"failed": True, "message": "No budget"}, {}, "End the run as failed, saying “No budget”"),
            ("http.request", {"url": URL}, {}, f"GET {URL}"),
            (
                "http.request",
                {"method": "PUT", "connection": "erp", "json": "= steps.a"},
                {},
                "PUT to the connection erp the a",
            ),
            ("case.update", {"status": "in review"}, {}, "Change the case: status to in review"),
            ("case.close", {}, {}, "Close the case"),
            (
                "task.assign",
                {**TASK, "due_in": "P1D"},
                {},
                "Ask any one of Operations to do “Mend the call-back” within 1 day",
            ),
            ("task.approve", {"approvers": ["lee"]}, {}, "Ask lee; they must agree"),
            ("task.approve", {"approvers": ["lee", "bo"], "rule": "any"}, {}, "Ask lee and bo; any one is enough"),
            (
                "task.approve",
                {"approvers": ["lee", "each:team:hr"], "order": "serial", "due_in": "= vars.due"},
                {},
                "Ask lee and everyone in HR, one after the other; all must agree within due",
            ),
            (
                "task.approve",
                {"approvers": ["team:legal", "team:brand", "= trigger.body.boss"], "rule": {"quorum": 2}},
                {},
                "Ask any one of Legal and of Brand and boss; at least 2 must agree",
            ),
            (
                "task.approve",
                {"approvers": [{"who": "lee", "veto": True}, "bo"], "rule": "veto"},
                {},
                "Ask lee and bo; the majority decides, with a veto",
            ),
        ],
    )
    def test_says_each_kind_in_words(
        self, kind: str, settings: dict[str, Any], links: dict[str, str], text: str
    ) -> None:
        flow = make_flow(make_step("s", kind, settings=settings, links=links), make_step("a"))
        assert outline(flow, KINDS)[0].text == text

    @pytest.mark.parametrize(
        ("retry", "words"),
        [
            ({"max_attempts": 1}, None),
            ({"max_attempts": 2}, "tries up to 2 times, waiting 1 second"),
            ({"max_attempts": 3, "first_delay_s": 0}, "tries up to 3 times, at once"),
            ({"max_attempts": 3, "factor": 1, "first_delay_s": 60}, "tries up to 3 times, waiting 1 minute each time"),
            ({"max_attempts": 3, "factor": 3}, "tries up to 3 times, waiting 1 second and then 3 times as long"),
        ],
    )  # fmt: skip
    def test_says_retries_in_words(self, retry: dict[str, Any], words: str | None) -> None:
        assert outline(make_flow(make_step("a", retry=make_retry(**retry))), KINDS)[0].retry == words

    def test_tells_a_loop_before_what_follows_it(self) -> None:
        flow = make_flow(
            make_step("loop", "for_each", settings={"items": [1, 2]}, links={"next": "done", "each": "work"}),
            make_step("done", "stop"),
            make_step("work", links={"next": "meet"}),
            make_step("meet", "join"),
        )
        lines = outline(flow, KINDS)
        assert [line.key for line in lines] == ["loop", "work", "meet", "done"]
        assert [link.text for link in lines[0].links] == ["for each one: Work", "after the last one: Done"]
        assert lines[2].text == "The item is done, and the next one follows"
        assert [line.is_repeated for line in lines] == [False, True, False, False]
        assert [line.ends for line in lines] == [None, None, None, "The run ends here"]

    def test_says_what_became_of_a_wait_with_an_end(self) -> None:
        wait = make_step(
            "wait",
            "wait_for",
            settings={"message": "paid", "key": "4711", "timeout": "P2D"},
            links={"next": "a", "timeout": "b"},
        )
        lines = outline(make_flow(wait, make_step("a"), make_step("b")), KINDS)
        assert [link.text for link in lines[0].links] == ["if it comes in time: A", "if the time is up: B"]
