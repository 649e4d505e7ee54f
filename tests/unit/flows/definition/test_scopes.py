"""Which join closes which parallel, and which links break a scope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition.model import FlowDefinition
from flows.definition.scopes import compute_scopes
from tests.unit.flows.samples import KINDS, make_flow, make_step

OF_LETTER = {"p": "parallel", "j": "join", "s": "set", "e": "stop", "c": "choose"}


def flow_of(text: str) -> FlowDefinition:
    """``p1>a,b; a>j1; b>j1; j1>z; z`` is a flow; a key that ends in a figure has its kind by its first letter."""
    steps = []
    for part in text.split(";"):
        key, _, targets = part.strip().partition(">")
        kind = OF_LETTER.get(key[0], "set") if key[-1].isdecimal() else "set"
        names = [name.strip() for name in targets.split(",") if name.strip()]
        ports = ["next"] if len(names) == 1 and kind != "parallel" else [f"to_{i}" for i in range(len(names))]
        steps.append(make_step(key, kind, links=dict(zip(ports, names, strict=True))))
    return make_flow(*steps)


class TestComputeScopes:
    @pytest.mark.parametrize(
        ("text", "joins", "openers"),
        [
            ("a>b; b", {}, {"a": None, "b": None}),
            ("p1>a,b; a>j1; b>j1; j1>z; z", {"p1": "j1"}, {"a": "p1", "b": "p1", "p1": None, "j1": None, "z": None}),
            ("p1>a,b; a; b", {}, {"a": "p1", "b": "p1"}),
            ("p1>a,b; a>j1; b>e1; e1; j1", {"p1": "j1"}, {"e1": "p1", "j1": None}),
            (
                "p1>p2,c; p2>a,b; a>j2; b>j2; j2>j1; c>j1; j1",
                {"p1": "j1", "p2": "j2"},
                {"p2": "p1", "a": "p2", "b": "p2", "j2": "p1", "c": "p1", "j1": None},
            ),
            ("p1>a,b; a>p2; p2>c,d; c; d; b>j1; j1", {"p1": "j1"}, {"c": "p2", "d": "p2", "p2": "p1"}),
            ("s1>p1; p1>a,b; a>j1; b>j1; j1>c1; c1>s1,z; z", {"p1": "j1"}, {"s1": None, "c1": None, "z": None}),
            ("p1>a,b; a>c1; c1>a,j1; b>j1; j1", {"p1": "j1"}, {"a": "p1", "c1": "p1"}),
            ("p1>a; a>j1; j1>p2; p2>b; b>j2; j2", {"p1": "j1", "p2": "j2"}, {"p2": None, "b": "p2"}),
            ("p1>j1,a; a>j1; j1", {"p1": "j1"}, {"j1": None}),
        ],
    )
    def test_pairs_a_join_with_the_innermost_parallel(
        self, text: str, joins: dict[str, str], openers: dict[str, str | None]
    ) -> None:
        scopes = compute_scopes(flow_of(text), KINDS)
        assert scopes.findings == ()
        assert dict(scopes.joins) == joins
        assert {key: scopes.opener_of(key) for key in openers} == openers
        assert all(scopes.join_of(opener) == join for opener, join in joins.items())

    @pytest.mark.parametrize(
        ("text", "step", "field", "words"),
        [
            ("a>j1; j1", "j1", "kind", "'j1' joins nothing"),
            ("p1>a,b; a>j1; b>j2; j1; j2", "j2", "kind", "'p1' already has the join 'j1', so 'j2' cannot join it too"),
            ("c1>p1,b; p1>a,b; a; b", "p1", "on.to_1", "leaves the branches of 'p1' without its join"),
            ("c1>p1,x; x>y; y>b; p1>a,b; a>j1; b>j1; j1", "y", "next", "goes into the branches of 'p1' from outside"),
            ("p1>a,b; a>j1; b>p1; j1", "b", "next", "leaves the branches of 'p1' without its join"),
            ("p1>a,b; a>p2; b>p3; p2>c; p3>d; c>j2; d>c; j2", "d", "next", "goes from the branches of 'p3' into"),
            ("p1>p2,c; p2>a,b; a>j1; b>j1; c>j1; j1", "a", "next", "leaves the branches of 'p2' without its join"),
        ],
    )
    def test_refuses_what_breaks_a_scope(self, text: str, step: str, field: str, words: str) -> None:
        findings = compute_scopes(flow_of(text), KINDS).findings
        assert findings
        assert (findings[0].step, findings[0].field) == (step, field)
        assert words in findings[0].message

    def test_lets_the_error_port_of_an_opener_leave_where_the_opener_lives(self) -> None:
        flow = make_flow(make_step("p", "parallel", links={"a": "a", "error": "z"}), make_step("a"), make_step("z"))
        scopes = compute_scopes(flow, KINDS)
        assert (scopes.opener_of("a"), scopes.opener_of("z"), scopes.findings) == ("p", None, ())

    def test_shows_outputs_of_the_own_and_enclosing_scopes_only(self) -> None:
        scopes = compute_scopes(flow_of("s1>p1; p1>a,b; a>j1; b>j1; j1>z; z"), KINDS)
        assert scopes.sees("a", "s1")
        assert scopes.sees("z", "j1")
        assert not scopes.sees("z", "a")

    def test_takes_deep_flows_without_recursion(self) -> None:
        links = [make_step(f"s{i}", links={"next": f"s{i + 1}"}) for i in range(5000)]
        assert compute_scopes(make_flow(*links, make_step("s5000")), KINDS).depth_of("s5000") == 0

    @given(st.integers(1, 4), st.integers(1, 3))
    def test_nests_as_deep_as_the_flow(self, depth: int, width: int) -> None:
        opened = ";".join(
            f"p{i}>" + ",".join([f"p{i + 1}" if i < depth else "mid", *(f"b{i}_x{w}" for w in range(width))])
            for i in range(1, depth + 1)
        )
        branches = ";".join(f"b{i}_x{w}>j{i}" for i in range(1, depth + 1) for w in range(width))
        joined = ";".join(f"j{i}>" + (f"j{i - 1}" if i > 1 else "") for i in range(depth, 0, -1))
        scopes = compute_scopes(flow_of(f"{opened};mid>j{depth};{branches};{joined}"), KINDS)
        assert scopes.findings == ()
        assert scopes.depth_of("mid") == depth
        assert dict(scopes.joins) == {f"p{i}": f"j{i}" for i in range(1, depth + 1)}
