"""Reachability and reading order."""

from __future__ import annotations

from flows.definition.graph import Ancestry, predecessors, reachable_steps, reading_order, successors
from tests.unit.flows.samples import make_flow, make_step

FLOW = make_flow(
    make_step("a", links={"next": "b", "error": "d"}),
    make_step("b", links={"next": "c", "again": "a"}),
    make_step("c", links={"next": "gone"}),
    make_step("d", links={"next": "c"}),
    make_step("lost", links={"next": "c"}),
)


class TestGraph:
    def test_leaves_out_links_to_unknown_steps(self) -> None:
        assert successors(FLOW)["c"] == ()
        assert predecessors(FLOW)["c"] == ("b", "d", "lost")

    def test_reaches_what_the_start_leads_to(self) -> None:
        assert reachable_steps(FLOW) == {"a", "b", "c", "d"}
        assert reachable_steps(make_flow(make_step("a"), start="gone")) == frozenset()

    def test_knows_what_can_have_run_before(self) -> None:
        ancestry = Ancestry(FLOW)
        assert ancestry.steps_before("a") == {"a", "b"}
        assert ancestry.steps_before("lost") == frozenset()
        assert ancestry.steps_before("d") == {"a", "b"}

    def test_reads_what_leads_to_a_step_before_it(self) -> None:
        assert reading_order(FLOW) == ["a", "b", "d", "c"]
