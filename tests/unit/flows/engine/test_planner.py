"""Token moves without a database: joins, scopes, loops, cancelling. The cases rivals got wrong are named."""

from __future__ import annotations

import random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine import planner
from flows.engine.planner import FlowPlan
from flows.engine.state import ROOT, RunState, Token


def make_plan(mode: Literal["all", "any"] | int = "all") -> FlowPlan:
    """``split`` opens a, b and c, which lead to ``meet``, then ``after``; c has an unlinked port ``none`` as well."""
    return FlowPlan(
        start="split",
        links={
            "split": {"a": "a", "b": "b", "c": "c"},
            "a": {"next": "meet"},
            "b": {"next": "meet"},
            "c": {"next": "meet"},
            "meet": {"next": "after"},
        },
        joins={"split": "meet"},
        modes={"meet": mode},
    )


def opened(plan: FlowPlan) -> RunState:
    """A run whose split has opened its three branches."""
    state = RunState()
    planner.open_scope(state, plan, planner.start_run(state, plan), ["a", "b", "c"])
    return state


def token_at(state: RunState, step: str) -> Token:
    """The one token on this step."""
    (token,) = [token for token in state.tokens.values() if token.step == step]
    return token


class TestAll:
    def test_waits_for_every_branch(self) -> None:
        plan = make_plan()
        state = opened(plan)
        for step in "ab":
            planner.leave_step(state, plan, token_at(state, step), "next")
            assert [token.step for token in state.tokens.values()].count("meet") == 0
        planner.leave_step(state, plan, token_at(state, "c"), "next")
        assert token_at(state, "meet").scope == ROOT
        assert list(state.scopes) == [ROOT]

    def test_fires_without_a_branch_that_ended_early(self) -> None:  # n8n#27053, #37895: never, or too early
        plan = make_plan()
        state = opened(plan)
        planner.leave_step(state, plan, token_at(state, "c"), "none")
        planner.leave_step(state, plan, token_at(state, "a"), "next")
        planner.leave_step(state, plan, token_at(state, "b"), "next")
        assert token_at(state, "meet").join is not None

    def test_fires_when_the_last_live_branch_ends_after_others_arrived(self) -> None:
        plan = make_plan()
        state = opened(plan)
        planner.leave_step(state, plan, token_at(state, "a"), "next")
        planner.leave_step(state, plan, token_at(state, "b"), "next")
        planner.leave_step(state, plan, token_at(state, "c"), "none")
        assert token_at(state, "meet").join is not None

    def test_dies_with_its_scope_when_no_branch_arrived(self) -> None:
        plan = make_plan()
        state = opened(plan)
        for step in "abc":
            planner.leave_step(state, plan, token_at(state, step), "none")
        assert state.is_over

    def test_counts_a_parked_branch_as_live(self) -> None:  # windmill#2639: skipped, or parked for ever
        plan = make_plan()
        state = opened(plan)
        token_at(state, "a").status = "parked"
        planner.leave_step(state, plan, token_at(state, "b"), "next")
        planner.leave_step(state, plan, token_at(state, "c"), "next")
        assert not any(token.step == "meet" for token in state.tokens.values())


class TestAnyAndNumber:
    @pytest.mark.parametrize(("mode", "needed"), [("any", 1), (1, 1), (2, 2), (3, 3)])
    def test_fires_at_the_number_and_cancels_the_rest(self, mode: Literal["any"] | int, needed: int) -> None:
        plan = make_plan(mode)
        state = opened(plan)
        cancelled: list[Token] = []
        for step in "abc"[:needed]:
            cancelled += planner.leave_step(state, plan, token_at(state, step), "next").cancelled
        assert sorted(token.step for token in cancelled) == list("abc"[needed:])
        assert [token.step for token in state.tokens.values()] == ["meet"]

    @pytest.mark.parametrize(("mode", "arriving"), [("any", 0), (2, 0), (2, 1)])
    def test_fails_when_too_few_can_arrive(self, mode: Literal["any"] | int, arriving: int) -> None:
        plan = make_plan(mode)
        state = opened(plan)
        for number, step in enumerate("abc"):
            planner.leave_step(state, plan, token_at(state, step), "next" if number < arriving else "none")
        assert token_at(state, "meet").join == {"too_few": arriving, "needed": 1 if mode == "any" else mode}


class TestScopes:
    def test_outputs_of_a_sister_branch_stay_unseen(self) -> None:
        state = RunState()
        plan = make_plan()
        planner.open_scope(state, plan, planner.start_run(state, plan), ["a", "b", "c"])
        inner = token_at(state, "a")
        plan_inner = FlowPlan(start="a", links={"a": {"x": "x", "y": "y"}}, joins={}, modes={})
        planner.open_scope(state, plan_inner, inner, ["x", "y"])
        state.scopes[token_at(state, "x").scope].outputs["x"] = {"v": 1}
        assert state.get_output("x", token_at(state, "b").scope) is None
        assert state.get_output("x", token_at(state, "y").scope) == {"v": 1}

    def test_a_loop_round_an_opener_makes_an_independent_instance(self) -> None:
        plan = FlowPlan(
            start="split",
            links={
                "split": {"a": "a", "b": "b"},
                "a": {"next": "meet"},
                "b": {"next": "meet"},
                "meet": {"next": "split"},
            },
            joins={"split": "meet"},
            modes={"meet": "all"},
        )
        state = RunState()
        token = planner.start_run(state, plan)
        for _ in range(3):
            planner.open_scope(state, plan, token, ["a", "b"])
            for step in "ab":
                planner.leave_step(state, plan, token_at(state, step), "next")
            token = token_at(state, "meet")
            planner.leave_step(state, plan, token, "next")
        assert [(each.step, each.scope) for each in state.tokens.values()] == [("split", ROOT)]

    def test_an_opener_without_a_join_lets_its_branches_end(self) -> None:
        plan = FlowPlan(start="s", links={"s": {"a": "a", "b": "b"}}, joins={}, modes={})
        state = RunState()
        planner.open_scope(state, plan, planner.start_run(state, plan), ["a", "b"])
        planner.leave_step(state, plan, token_at(state, "a"), "next")
        assert not state.is_over
        planner.leave_step(state, plan, token_at(state, "b"), "next")
        assert state.is_over
        assert list(state.scopes) == [ROOT]

    def test_a_port_that_leads_straight_to_the_join_arrives(self) -> None:
        plan = FlowPlan(
            start="s",
            links={"s": {"a": "a", "quick": "j"}, "a": {"next": "j"}},
            joins={"s": "j"},
            modes={"j": "all"},
        )
        state = RunState()
        planner.open_scope(state, plan, planner.start_run(state, plan), ["a", "quick"])
        planner.leave_step(state, plan, token_at(state, "a"), "next")
        assert token_at(state, "j").join is not None

    def test_survives_being_stored(self) -> None:
        state = opened(make_plan())
        assert RunState.load(state.dump()) == state


NESTED = FlowPlan(
    start="outer",
    links={
        "outer": {"l": "inner", "r": "r"},
        "inner": {"x": "x", "y": "y"},
        "x": {"next": "inner_join"},
        "y": {"next": "inner_join"},
        "inner_join": {"next": "outer_join"},
        "r": {"next": "outer_join"},
        "outer_join": {},
    },
    joins={"outer": "outer_join", "inner": "inner_join"},
    modes={"inner_join": "all", "outer_join": "all"},
)
PORTS = {"outer": ["l", "r"], "inner": ["x", "y"]}


class TestAnyOrder:
    @given(seed=st.integers(), ends=st.sets(st.sampled_from(["x", "y", "r"])))
    def test_nested_scopes_always_end(self, seed: int, ends: set[str]) -> None:
        """Whatever the order and whichever branches end early, no token is left and the joins fire as they must."""
        rng = random.Random(seed)
        state = RunState()
        planner.start_run(state, NESTED)
        joined: list[str] = []
        for _ in range(40):
            if state.is_over:
                break
            token = rng.choice(list(state.tokens.values()))
            if token.step in PORTS:
                planner.open_scope(state, NESTED, token, PORTS[token.step])
                continue
            if token.step.endswith("_join"):
                joined.append(token.step)
            planner.leave_step(state, NESTED, token, "none" if token.step in ends else "next")
        assert state.is_over
        assert list(state.scopes) == [ROOT]
        inner_fires = not {"x", "y"} <= ends
        assert ("inner_join" in joined) == inner_fires
        assert ("outer_join" in joined) == (inner_fires or "r" not in ends)
