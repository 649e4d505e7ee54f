"""When the number of a case may be given out before the run began."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.first_case import opens_case_first
from tests.unit.flows.samples import KINDS, make_flow, make_step

OPEN = make_step("open", "case.open", links={"next": "later"})
LATER = make_step("later", "task.approve")


def step(key: str, kind: str = "set", **links: str) -> Any:
    return make_step(key, kind, links=links)


class TestOpensCaseFirst:
    @pytest.mark.parametrize(
        ("steps", "expected"),
        [
            ([OPEN, LATER], True),
            ([step("a", next="open"), OPEN, LATER], True),
            ([step("a", "parallel", x="b", y="open"), step("b", next="open"), OPEN, LATER], True),
            ([step("a", "parallel", x="b", y="open"), step("b"), OPEN, LATER], False),
            ([step("a", "wait", next="open"), OPEN, LATER], False),
            ([step("a", "http.request", next="open"), OPEN, LATER], False),
            ([step("a", "task.approve", approved="open"), OPEN, LATER], False),
            ([step("a", "choose", default="open"), OPEN, LATER], False),
            ([step("a", "validate", next="open", invalid="open"), OPEN, LATER], False),
            ([step("a", next="open", error="later"), OPEN, LATER], False),
            ([step("a", "stop")], False),
            ([step("a")], False),
            ([step("a", next="gone")], False),
            ([step("a", "no.such.kind", next="open"), OPEN, LATER], False),
            ([step("a", next="b"), step("b", next="a")], False),
        ],
    )
    def test_says_whether_every_way_passes_one_at_once(self, steps: list[Any], expected: bool) -> None:
        assert opens_case_first(make_flow(*steps), KINDS) is expected
