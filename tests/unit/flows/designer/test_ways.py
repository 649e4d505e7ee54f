"""Where a step goes on, in words."""

from __future__ import annotations

import pytest

from flows.definition.model import Step
from flows.designer.ways import Way, list_exits, list_ways, port_words
from flows.registry import kind_specs

KINDS = kind_specs()
TITLES = {"reply": "Reply", "close": "Close"}


def ways(kind: str, links: dict[str, str], *, follower: str = "", settings: dict | None = None) -> list[tuple]:
    step = Step(key="x", kind=kind, links=links, settings=settings or {})
    return [(way.names, way.title, way.is_plain) for way in list_ways(step, KINDS[kind], TITLES, follower)]


class TestListWays:
    def test_puts_ports_that_lead_to_the_same_step_together(self) -> None:
        links = {"approved": "reply", "rejected": "reply"}
        assert ways("task.approve", links) == [("approved rejected", "Reply", False)]

    def test_offers_ports_that_lead_nowhere_yet(self) -> None:
        assert ways("task.approve", {"approved": "reply"}) == [
            ("approved", "Reply", False),
            ("rejected", "ends here", False),
        ]

    def test_leaves_reading_on_to_the_reader(self) -> None:
        assert ways("case.close", {"next": "reply"}, follower="reply") == [("next", "Reply", True)]
        assert ways("case.close", {"next": "reply"}, follower="close") == [("next", "Reply", False)]
        assert ways("case.close", {}) == [("next", "ends here", True)]

    def test_puts_the_error_path_last_and_marks_it(self) -> None:
        step = Step(key="x", kind="set", links={"error": "close", "next": "reply"})
        told = list_ways(step, KINDS["set"], TITLES, "")
        assert [(way.names, way.is_error) for way in told] == [("next", False), ("error", True)]
        assert told[-1].spoken == "if that fails for good: go on with Close"

    def test_says_nothing_of_a_step_that_ends_the_run(self) -> None:
        assert ways("stop", {}) == []

    def test_names_a_step_that_does_not_exist(self) -> None:
        step = Step(key="x", kind="set", links={"next": "gone"})
        (way,) = list_ways(step, KINDS["set"], TITLES, "")
        assert way.is_lost
        assert way.title == "“gone”, which does not exist"

    def test_takes_free_ports_as_they_are_linked(self) -> None:
        assert ways("parallel", {"stock": "reply", "price": "close"}) == [
            ("stock", "Reply", False),
            ("price", "Close", False),
        ]


class TestPortWords:
    @pytest.mark.parametrize(
        ("kind", "port", "words"),
        [
            ("case.close", "next", "then"),
            ("for_each", "each", "for each one"),
            ("for_each", "next", "after the last one"),
            ("wait_for", "timeout", "the time is up"),
            ("wait_for", "next", "it comes in time"),
            ("validate", "next", "all is well"),
            ("choose", "default", "else"),
            ("task.assign", "give_up", "give up"),
            ("set", "error", "if that fails for good"),
        ],
    )
    def test_says_it_plainly(self, kind: str, port: str, words: str) -> None:
        assert port_words(port, KINDS[kind]) == words

    def test_every_step_may_be_left_by_an_error(self) -> None:
        step = Step(key="x", kind="task.assign", settings={"outcomes": ["mended", "give_up"]})
        assert list_exits(step, KINDS["task.assign"]) == (
            ("mended", "mended"),
            ("give_up", "give up"),
            ("error", "if that fails for good"),
        )

    def test_a_way_is_spoken_with_all_its_ports(self) -> None:
        way = Way(ports=(("a", "a"), ("b", "b")), target="reply", title="Reply")
        assert way.spoken == "a or b: go on with Reply"
