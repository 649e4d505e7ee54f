"""Loops without a database; then any nesting of branches and loops, in any order, against the rules read plainly."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine import planner
from flows.engine.planner import EndedBody, FlowPlan, Moved
from flows.engine.state import MOST_TOKENS, ROOT, LoopState, RunState, Token

Mode = Literal["all", "any"] | int


def make_loop(total: int, *, parallel: int = 1, stops: bool = True, visit: str = "aa") -> LoopState:
    return LoopState(visit=visit, source={"range": 0}, total=total, parallel=parallel, stops=stops)


def make_plan(mode: Mode = "all", *, joined: bool = True) -> FlowPlan:
    """``loop`` does ``work`` for each item; ``work`` has an unlinked port ``none`` as well."""
    return FlowPlan(
        start="loop",
        links={"loop": {"each": "work", "next": "after"}, "work": {"next": "meet"} if joined else {}, "meet": {}},
        joins={"loop": "meet"} if joined else {},
        modes={"meet": mode},
    )


def opened(plan: FlowPlan, loop: LoopState) -> tuple[RunState, Moved]:
    state = RunState()
    return state, planner.open_loop(state, plan, planner.start_run(state, plan), loop)


def steps_of(state: RunState) -> list[str]:
    return [token.step for token in state.tokens.values()]


def at_work(state: RunState, index: int) -> Token:
    (token,) = [
        token for token in state.tokens.values() if [body.index for body in state.list_bodies(token.scope)] == [index]
    ]
    return token


class TestLoop:
    @pytest.mark.parametrize(("total", "parallel", "live"), [(5, 1, 1), (5, 3, 3), (2, 3, 2)])
    def test_begins_as_many_bodies_as_there_are_places(self, total: int, parallel: int, live: int) -> None:
        state, _ = opened(make_plan(), make_loop(total, parallel=parallel))
        assert steps_of(state) == ["work"] * live

    def test_without_a_body_counts_what_its_results_take(self) -> None:
        plan = FlowPlan(
            start="loop", links={"loop": {"each": "meet"}, "meet": {}}, joins={"loop": "meet"}, modes={"meet": "all"}
        )
        state, _ = opened(plan, make_loop(10_000_000))
        (token,) = state.tokens.values()
        told = token.join or {}
        assert (told["done"], told["bytes"]) == (10_000_000, 50_000_000)

    @pytest.mark.parametrize("joined", [True, False])
    def test_without_items_is_over_at_once(self, joined: bool) -> None:
        plan = make_plan(joined=joined)
        state, _ = opened(plan, make_loop(0))
        (token,) = state.tokens.values()
        assert (token.step, token.scope, token.visit_id) == ("loop", ROOT, "aa")
        planner.leave_loop(state, plan, token, {"of": 1})
        assert steps_of(state) == ["meet" if joined else "after"]

    def test_gives_what_each_body_gave_by_index(self) -> None:
        plan = make_plan()
        state, _ = opened(plan, make_loop(3, parallel=2))
        ended: list[EndedBody] = []
        for index in (1, 0, 2):
            token = at_work(state, index)
            state.scopes[token.scope].outputs["work"] = {"v": index * 10}
            ended += planner.leave_step(state, plan, token, "next").ended
        assert [(body.index, body.result) for body in ended] == [(1, {"v": 10}), (0, {"v": 0}), (2, {"v": 20})]
        (token,) = state.tokens.values()
        assert token.join is not None
        assert (token.join["total"], token.join["done"], token.join["failed"]) == (3, 3, 0)

    def test_gives_nothing_for_a_body_that_ended_before_its_join(self) -> None:
        plan = make_plan()
        state, _ = opened(plan, make_loop(1))
        token = at_work(state, 0)
        state.scopes[token.scope].outputs["work"] = {"v": 7}
        assert planner.leave_step(state, plan, token, "none").ended[0].result is None
        assert steps_of(state) == ["loop"]

    @pytest.mark.parametrize(("mode", "arriving"), [("any", 1), (2, 2)])
    def test_ends_when_its_join_has_enough(self, mode: Mode, arriving: int) -> None:
        plan = make_plan(mode)
        state, _ = opened(plan, make_loop(9, parallel=4))
        cancelled: list[Token] = []
        for index in range(arriving):
            cancelled += planner.leave_step(state, plan, at_work(state, index), "next").cancelled
        assert steps_of(state) == ["loop"]
        assert len(cancelled) == 3  # the other places, filled again meanwhile
        assert list(state.scopes) == [ROOT]

    def test_says_when_too_few_arrived(self) -> None:
        plan = make_plan(2)
        state, _ = opened(plan, make_loop(2))
        planner.leave_step(state, plan, at_work(state, 0), "next")
        planner.leave_step(state, plan, at_work(state, 1), "none")
        (token,) = state.tokens.values()
        assert token.join is not None
        assert (token.join["too_few"], token.join["needed"]) == (1, 2)

    @pytest.mark.parametrize(("stops", "live"), [(True, 1), (False, 2)])
    def test_begins_no_item_while_one_wants_a_person_unless_it_collects(self, stops: bool, live: int) -> None:
        plan = make_plan()
        state, _ = opened(plan, make_loop(9, parallel=2, stops=stops))
        at_work(state, 0).status = "incident"
        planner.leave_step(state, plan, at_work(state, 1), "next")
        assert len(state.tokens) == live

    def test_drops_the_rest_of_a_body_that_fails_and_goes_on(self) -> None:
        plan = make_plan()
        state, _ = opened(plan, make_loop(2, stops=False))
        body = next(state.list_bodies(at_work(state, 0).scope))
        moved = planner.fail_body(state, plan, body, {"code": "x"})
        assert (moved.ended[0].index, moved.ended[0].error) == (0, {"code": "x"})
        assert at_work(state, 1).step == "work"

    def test_stands_on_its_opener_when_it_fails_as_a_whole(self) -> None:
        plan = make_plan()
        state, _ = opened(plan, make_loop(9, parallel=3))
        token, moved = planner.fail_loop(state, next(state.list_bodies(at_work(state, 1).scope)))
        assert (token.step, token.scope, token.visit_id) == ("loop", ROOT, "aa")
        assert sorted(each.step for each in moved.cancelled) == ["work"] * 3
        assert list(state.tokens.values()) == [token]

    def test_names_open_loops_among_what_a_cancelled_run_leaves(self) -> None:
        state, _ = opened(make_plan(), make_loop(9))
        assert sorted(token.step for token in planner.cancel_all(state)) == ["loop", "work"]

    def test_survives_being_stored(self) -> None:
        state, _ = opened(make_plan(), make_loop(9, parallel=3))
        assert RunState.load(state.dump()) == state

    def test_reads_what_was_stored_before_there_were_loops(self) -> None:
        stored = '{"v":{"a":1},"s":1,"u":0,"i":1,"t":[[1,"a",0,"ready",null,null,null,null]],"c":[[0,null,null,0,{}]]}'
        assert RunState.load(stored).scopes[ROOT].loop is None

    def test_counts_an_item_as_progress_but_no_step(self) -> None:
        plan = make_plan()
        loop = make_loop(5)
        loop.unbroken = 3
        state, _ = opened(plan, loop)
        state.unbroken = 50
        planner.leave_step(state, plan, at_work(state, 0), "next")
        assert state.unbroken == 3


# --- any nesting, any order, against a plain reading of the rules


@dataclass(frozen=True)
class Part:
    """``leaf``; or ``row`` of parts one after the other; or ``split`` and ``loop`` with a join of this mode."""

    sort: Literal["leaf", "row", "split", "loop"]
    parts: tuple[Part, ...] = ()
    mode: Mode = "all"
    total: int = 0
    parallel: int = 1


MODES = st.one_of(st.just("all"), st.just("any"), st.integers(1, 4))
LEAF = st.just(Part("leaf"))
PARTS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Part("row", tuple(parts))),
        st.builds(
            lambda parts, mode: Part("split", tuple(parts), mode), st.lists(inner, min_size=1, max_size=3), MODES
        ),
        st.builds(
            lambda part, mode, total, parallel: Part("loop", (part,), mode, total, parallel),
            inner,
            MODES,
            st.integers(0, 4),
            st.integers(1, 3),
        ),
    ),
    max_leaves=6,
)


@dataclass
class Drawn:
    """A part as links; ``opens`` says what each opener is, ``leaves`` numbers the leaves in order."""

    links: dict[str, dict[str, str]] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    opens: dict[str, Part] = field(default_factory=dict)
    count: int = 0

    def draw(self, part: Part, then: str) -> str:
        """Add ``part`` leading to ``then``; returns the step it begins with."""
        if part.sort == "row":
            for each in reversed(part.parts):
                then = self.draw(each, then)
            return then
        self.count += 1
        name = f"{part.sort}{self.count}"
        if part.sort == "leaf":
            self.links[name] = {"next": then}
            return name
        join = f"join{self.count}"
        self.links[join], self.joins[name], self.modes[join], self.opens[name] = {"next": then}, join, part.mode, part
        ports = ["each"] if part.sort == "loop" else [f"to{number}" for number in range(len(part.parts))]
        self.links[name] = {}
        for port, each in zip(ports, part.parts, strict=True):
            self.links[name][port] = self.draw(each, join)
        return name


def is_alive(seed: int, leaf: str, indexes: tuple[int, ...]) -> bool:
    """Whether this leaf, for these items, goes on; else its branch ends there."""
    return random.Random(f"{seed}/{leaf}/{indexes}").random() < 0.7


def comes_through(drawn: Drawn, step: str, end: str, seed: int, indexes: tuple[int, ...]) -> bool:
    """The rules read plainly: whether a token that begins at ``step`` comes to ``end``."""
    while step != end:
        if step.startswith("leaf"):
            if not is_alive(seed, step, indexes):
                return False
            step = drawn.links[step]["next"]
            continue
        part, join = drawn.opens[step], drawn.joins[step]
        if part.sort == "loop":
            ways = [(drawn.links[step]["each"], (*indexes, index)) for index in range(part.total)]
        else:
            ways = [(target, indexes) for target in drawn.links[step].values()]
        arrived = sum(comes_through(drawn, target, join, seed, below) for target, below in ways)
        least = {"all": 0 if part.sort == "loop" else 1, "any": 1}.get(part.mode, part.mode)
        if arrived < least:
            return False
        step = drawn.links[join]["next"]
    return True


class Walker:
    """Moves random tokens until none is left, as bursts would, and watches what must always hold."""

    def __init__(self, plan: FlowPlan, drawn: Drawn, seed: int) -> None:
        self.plan, self.drawn, self.seed, self.rng = plan, drawn, seed, random.Random(seed)
        self.state = RunState()
        self.visits = 0
        self.ended: list[tuple[str, int]] = []
        self.ends = 0
        planner.start_run(self.state, plan)

    def walk(self) -> None:
        for _ in range(20_000):
            if self.state.is_over:
                return
            self.state = RunState.load(self.state.dump()) if self.rng.random() < 0.1 else self.state
            moved = self.move(self.rng.choice(list(self.state.tokens.values())))
            self.ended += [(body.visit, body.index) for body in moved.ended]
            self.watch(moved)
        raise AssertionError("the walk does not end")

    def move(self, token: Token) -> Moved:
        state, plan = self.state, self.plan
        if token.step == "end":
            self.ends += 1
            return planner.end_branch(state, plan, token)
        part = self.drawn.opens.get(token.step)
        if part is None:
            return self.leave(token)
        if part.sort == "split":
            return planner.open_scope(state, plan, token, list(plan.links[token.step]))
        if token.join is not None:
            return planner.leave_loop(state, plan, token, dict(token.join))
        self.visits += 1
        loop = make_loop(part.total, parallel=part.parallel, visit=f"{self.visits:x}")
        return planner.open_loop(state, plan, token, loop)

    def leave(self, token: Token) -> Moved:
        indexes = tuple(reversed([body.index or 0 for body in self.state.list_bodies(token.scope)]))
        fails = token.join is not None and "too_few" in token.join
        lives = not fails and (token.step.startswith("join") or is_alive(self.seed, token.step, indexes))
        return planner.leave_step(self.state, self.plan, token, "next" if lives else "none")

    def watch(self, moved: Moved) -> None:
        scopes = self.state.scopes
        assert len(self.ended) == len(set(self.ended))
        assert all(token.scope in scopes for token in self.state.tokens.values())
        assert not any(token.id in self.state.tokens for token in moved.cancelled)
        for scope in scopes.values():
            if scope.loop is not None:
                bodies = [each.index for each in scopes.values() if each.parent == scope.id]
                assert len(bodies) == len(set(bodies))
                assert 0 < len(bodies) <= scope.loop.parallel


class TestCrowd:
    def test_of_loops_in_loops_is_no_larger_than_a_state_holds_and_comes_to_an_end(self) -> None:
        links = {"loop": {"each": "inner", "next": "after"}, "inner": {"each": "work"}}
        plan = FlowPlan(start="loop", links=links, joins={}, modes={})
        state, _ = opened(plan, make_loop(60, parallel=50))
        done, most = 0, 0
        while steps_of(state) != ["loop"]:
            token = next(iter(state.tokens.values()))
            if token.step == "work":
                planner.end_branch(state, plan, token)
                done += 1
            elif token.join is not None:
                planner.leave_loop(state, plan, token, {})
            else:
                planner.open_loop(state, plan, token, make_loop(60, parallel=50))
            most = max(most, len(state.tokens))
        assert done == 60 * 60
        assert most <= MOST_TOKENS + 50


class TestAnyNesting:
    @settings(max_examples=150, deadline=None)
    @given(part=PARTS, seed=st.integers(0, 10_000))
    def test_comes_to_what_the_rules_say_in_any_order(self, part: Part, seed: int) -> None:
        drawn = Drawn()
        start = drawn.draw(part, "end")
        plan = FlowPlan(start=start, links={**drawn.links, "end": {}}, joins=drawn.joins, modes=drawn.modes)
        walker = Walker(plan, drawn, seed)
        walker.walk()
        assert list(walker.state.scopes) == [ROOT]
        assert walker.ends == comes_through(drawn, start, "end", seed, ())


def test_the_drawing_leads_where_the_rules_say() -> None:
    drawn = Drawn()
    body: Any = Part("loop", (Part("leaf"),), "any", 2, 1)
    start = drawn.draw(Part("row", (body, Part("leaf"))), "end")
    assert drawn.links[drawn.joins[start]]["next"].startswith("leaf")
