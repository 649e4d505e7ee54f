"""Whatever an author writes ends soon, as an error; the process stays small and others stay fast."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.definition.expressions import ExpressionError, bound_together, compile_expression, compile_value

LISTS = '($b0:=[{"k":1}]; ' + " ".join(f"$b{i + 1}:=[[$b{i}],[$b{i}]];" for i in range(60))
OBJECTS = '($b0:={"k":1}; ' + " ".join(f'$b{i + 1}:={{"x":$b{i},"y":$b{i}}};' for i in range(60))
TEXT = "($s:='0123456789'; " + "$s:=$s & $s;" * 60


@pytest.fixture
def ends():
    """ends(source, **roots) → the error it ends with; 5 s leave room for a busy machine, runaways take for ever."""

    def evaluate(source, **roots):
        started = time.perf_counter()
        with pytest.raises(ExpressionError) as caught:
            compile_expression(source).evaluate(roots, now=None)
        assert time.perf_counter() - started < 5
        return caught.value

    return evaluate


class TestLimits:
    @pytest.mark.parametrize(
        "source",
        [
            "($f := function($x) { $f($x) }; $f(1))",
            "($f := function($x) { 1 + $f($x) }; $f(1))",
            "($f := function($x) { $f($x) ~> $f }; $f(1))",
            "[1..100001]",
            "[1..100000].([1..100000])",
            "($x := [1..100000]; $count([1..100000].$x))",
            "($x := [1..100000]; $map($x, function($a) { $x }))",
            "$pad('x', 1000000000)",
            "$pad('x', -1000000000)",
            "$count([1..100000].($pad('x', 1000000)))",
            "$join([1..100000].('x'), $pad('x', 1000000))",
            "$replace($pad('x', 1000000, 'x'), 'x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
            "$reduce([1..100000], function($a, $b) { $a & 'xxxxxxxxxxxxxxxxxxxx' }, '')",
            "$reduce([1..100000], $append)",
            "$sort([1..100000], function($a, $b) { $a < $b })",
            TEXT + "$s)",
            LISTS + "$b60)",
            LISTS + "$string($b60))",
            LISTS + "$b60 = $b60)",
            LISTS + "$b60.k)",
            LISTS + "$b60.**)",
            LISTS + "$keys($b60))",
            LISTS + "$distinct([$b60, $b60]))",
            LISTS + "$spread($b60))",
            OBJECTS + "$b60)",
            OBJECTS + "$b60 & '')",
            OBJECTS + "$b60.**)",
            OBJECTS + "$b60 ~> |**|{}|)",
            "$power(9, $power(9, 9))",
            "$formatBase($power(10, 990), 2) & $power(10, 1001)",
            "'x' & $pad('', 1100000)",
        ],
    )
    def test_end_what_takes_too_much(self, ends, source):
        assert ends(source).code == "expression.limit"

    @pytest.mark.parametrize("source", ["trigger", "trigger.a", "{'b': trigger.a}", "[trigger.a, trigger.a]"])
    def test_end_at_a_result_over_one_mebibyte(self, ends, source):
        assert ends(source, trigger={"a": "é" * 524_288}).code == "expression.limit"

    def test_count_escapes_in_the_size_of_a_result(self, ends, run):
        assert run("trigger", trigger="\n" * 500_000) == "\n" * 500_000
        assert ends("trigger", trigger="\n" * 600_000).code == "expression.limit"

    def test_end_at_results_too_deep(self, ends):
        assert ends("$reduce([1..80], function($a, $b) { {'a': $a} }, 1)").code == "expression.limit"

    @pytest.mark.parametrize(
        "source",
        [
            "$formatNumber(1, '#0', {'grouping-separator': ']+(a+)+$'})",
            "$formatNumber(1, '#0', {'decimal-separator': ''})",
            "$fromMillis(0, '[Y,*-999999999]')",
            "$fromMillis(0, '[D,99999999]')",
            "$formatInteger(9007199254740991, 'I')",
            "$toMillis('" + "1" * 60 + "x', '" + "[X][d][W][w][f]" * 6 + "')",
            "$toMillis('" + "a" * 40 + "!', '(a+)+$[Y]')",
        ],
    )
    def test_reach_into_the_pictures_of_the_library(self, ends, source):
        assert ends(source).code == "expression.failed"

    @pytest.mark.parametrize(
        "source",
        ["(" * 2000 + "1" + ")" * 2000, "[" * 2000, "{" * 1000, "$f(" * 900 + ")" * 900, "1" + "+1" * 1500,
         "a" * 4097, "é" * 2049, "/" + "(?:a{0,1000})" * 200 + "/", "/(((a{30}){30}){30})/", "a?" * 900 + "b"],
        ids=lambda source: source[:12],
    )  # fmt: skip
    def test_hold_for_sources_too(self, source):
        started = time.perf_counter()
        with pytest.raises(ExpressionError) as caught:
            compile_expression(source)
        assert caught.value.code == "expression.invalid"
        assert time.perf_counter() - started < 5

    def test_leave_other_threads_their_share(self, now):
        stop = threading.Event()
        heavy = compile_expression("($f := function($x) { $f($x) }; $f(1))")

        def burn():
            while not stop.is_set():
                with pytest.raises(ExpressionError):
                    heavy.evaluate({}, now=now)

        thread = threading.Thread(target=burn)
        thread.start()
        try:
            light = compile_expression("trigger.n + 1")
            results = [light.evaluate({"trigger": {"n": n}}, now=now) for n in range(50)]
        finally:
            stop.set()
            thread.join()
        assert results == list(range(1, 51))


TOKENS = [
    "trigger", "a", "b", "$", "$$", "%", "*", "**", ".", "[", "]", "(", ")", "{", "}", ",", ":", ";", "?", "??", "?:",
    ":=", "~>", "^", "@", "#", "|", "&", "+", "-", "/", "=", "!=", "<", ">", "<=", "and", "or", "in", "1", "0.5", "'x'",
    "null", "true", "$x", "$sum", "$map", "$string", "$default", "$exists", "function", "$f", "..", "/a/", "!", "~",
    "`", "$match", "$replace", "$split", "$reduce", "$append", "$distinct", "$toMillis", "$formatNumber", '"', "\\",
]  # fmt: skip


class TestAnyText:
    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(TOKENS), max_size=14), st.sampled_from(["", " "]))
    def test_gives_json_or_an_expression_error(self, tokens, space):
        result = _outcome(space.join(tokens))
        if isinstance(result, ExpressionError):
            result = result.message
        assert type(result) in (str, int, float, bool, type(None), list, dict)


def _outcome(source):
    """Whatever evaluating gives, or its ExpressionError; any other exception fails the test."""
    try:
        return compile_expression(source).evaluate({"trigger": {"a": [1, {"b": None}]}}, now=None)
    except ExpressionError as error:
        return error


class TestBoundTogether:
    def test_ends_what_begins_too_late(self) -> None:
        value = compile_value([f"= $sum([1..{number}])" for number in range(50)])
        with bound_together(-1.0), pytest.raises(ExpressionError, match="together take too long") as refused:
            value.evaluate({}, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert refused.value.code == "expression.limit"

    def test_counts_no_longer_outside(self) -> None:
        with bound_together(-1.0), bound_together(100.0), pytest.raises(ExpressionError):
            compile_value("= 1 + 1").evaluate({}, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert compile_value("= 1 + 1").evaluate({}, now=datetime(2026, 1, 1, tzinfo=UTC)) == 2
