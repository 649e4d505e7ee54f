"""Evaluating one expression: results, isolation of evaluations, what a result may be."""

from __future__ import annotations

import copy
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.definition.expressions import ExpressionError, bounds, compile_expression


class TestEvaluating:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.body.title", "Posters"),
            ("'Approve: ' & trigger.body.title", "Approve: Posters"),
            ("trigger.body.items.sku", ["a", "b", "c"]),
            ("trigger.body.items[-1].sku", "c"),
            ("$sum(trigger.body.items.price)", 15),
            ("trigger.body.items^(>price).sku", ["c", "b", "a"]),
            ("trigger.body.items^(qty).sku", ["b", "a", "c"]),
            ("trigger.body.items{sku: price}", {"a": 1, "b": 5, "c": 9}),
            ("trigger.body.items@$i.($i.sku)", ["a", "b", "c"]),
            ("trigger.body.items#$n.($n & sku)", ["0a", "1b", "2c"]),
            ("trigger.body.items.price.%.sku", ["a", "b", "c"]),
            ("$map(trigger.body.items, function($i, $n) { $i.sku & $n })", ["a0", "b1", "c2"]),
            ("trigger.body ~> |items|{'price': 0}, 'qty'| ~> $lookup('items')",
             [{"sku": sku, "price": 0} for sku in "abc"]),
            ("$map(['a', 'b'], $substring(?, 0, 1) ~> $uppercase)", ["A", "B"]),
            ("($twice := function($f, $x) { $f($f($x)) }; $twice(function($x) { $x * 3 }, 2))", 18),
            ("trigger.**.sku", ["a", "b", "c"]),
            ("$$.trigger.body.title", "Posters"),
            ("$.trigger.body.title", "Posters"),
            ("$keys($)", "trigger"),
            ("'\\ud83d\\ude00'", "😀"),
            ("true = 1", False),
            ("1 in [1, 2]", True),
            ("[{'a': 1}, {'a': 2}][0].a", 1),
            ("[{'a': 1}, {'a': 2}].a", [1, 2]),
        ],
    )  # fmt: skip
    def test_gives_what_jsonata_says(self, run, order, source, result):
        assert run(source, trigger=order) == result

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.body.nothing", None),
            ("trigger.body.gaps", [None, 1, None]),
            ("trigger.body.gaps[0]", None),
            ("trigger.body.gaps[$ = null]", [None, None]),
            ("{'a': trigger.body.nothing, 'b': [null]}", {"a": None, "b": [None]}),
            ("$map(trigger.body.gaps, function($g) { $g = null })", [True, False, True]),
            ("$type(trigger.body.nothing)", "null"),
            ("trigger.body.nothing & '!'", "null!"),
        ],
    )
    def test_keeps_null_as_a_value(self, run, order, source, result):
        assert run(source, trigger=order) == result

    @pytest.mark.parametrize("source", ["trigger.body.items", "trigger.body.(items)", "$append(trigger.body.items, 1)"])
    def test_gives_fresh_plain_json(self, run, order, source):
        result = run(source, trigger=order)
        assert type(result) is list
        assert type(result[0]) is dict
        assert result is not order["body"]["items"]
        assert result[0] is not order["body"]["items"][0]

    @pytest.mark.parametrize(
        "source",
        ["trigger.body.none{a: 1}", "trigger ~> |body.items|{'x': 1}|", "$append(trigger.body.none, 1)",
         "trigger.body.items[]^(price)"],
    )  # fmt: skip
    def test_never_changes_its_roots(self, run, order, source):
        before = copy.deepcopy(order)
        run(source, trigger=order)
        assert order == before

    @pytest.mark.parametrize("source", ["$sum", "function($x) { $x }", "/a/", "[$sum]", "{'f': $sum}", "$sum(?)"])
    def test_refuses_a_function_as_result(self, run, source):
        with pytest.raises(ExpressionError, match="function"):
            run(source)

    @pytest.mark.parametrize("source", ["'a\\u0000b'", "'\\ud83d'", "$base64decode('AA==')"])
    def test_refuses_text_that_strict_json_refuses(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source)
        assert caught.value.code == "expression.failed"

    def test_takes_the_time_it_is_given(self, run):
        assert run("$now()") == "2026-01-02T03:04:05.678Z"
        assert run("[$millis(), $toMillis($now())]") == [1767323045678, 1767323045678]


class TestWanting:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.body.title", ["Posters"]),
            ("trigger.body.missing", []),
            ("trigger.body.(missing)", []),
            ("trigger.body.nothing", [None]),
            ("trigger.body.items.sku", ["a", "b", "c"]),
            ("5", [5]),
        ],
    )
    def test_a_list_wraps_one_and_makes_none_empty(self, run, order, source, result):
        assert run(source, want="list", trigger=order) == result

    def test_a_list_still_fails_on_a_missing_operand(self, run, order):
        with pytest.raises(ExpressionError, match="missing"):
            run("trigger.body.missing & 'x'", want="list", trigger=order)

    def test_a_flag_takes_true_and_false(self, run):
        assert run("1 < 2", want="flag") is True
        assert run("1 > 2", want="flag") is False

    @pytest.mark.parametrize("source", ["1", "'true'", "null", "[true]", "trigger.missing"])
    def test_a_flag_takes_nothing_else(self, run, source):
        with pytest.raises(ExpressionError):
            run(source, want="flag", trigger={})


class TestEndingInAFilter:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.body.items[price > 3].sku", ["b", "c"]),
            ("trigger.body.items[price > 5]", [{"sku": "c", "price": 9}]),
            ("trigger.body.items[price > 50]", []),
            ("trigger.body.missing[price > 50]", []),
            ("trigger.body.items[0].sku[]", ["a"]),
            ("trigger.body.missing[]", []),
            ("trigger.body.nested[$count($) > 1]", [[1, 2]]),
            ("{'rows': trigger.body.items[price > 50]}", {"rows": []}),
            ("{'rows': trigger.body.items[price > 5].sku}", {"rows": "c"}),
            ("[trigger.body.items[price > 50]]", []),
            ("($limit := 5; trigger.body.items[price > $limit])", [{"sku": "c", "price": 9}]),
            ("true ? trigger.body.items[price > 50] : 1", []),
            ("($x := trigger.body.items; $x[price > 50])", []),
        ],
    )
    def test_gives_a_list_empty_if_need_be(self, run, order, source, result):
        assert run(source, trigger=order) == result

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.body.items[0].sku", "a"),
            ("trigger.body.items[0]", {"sku": "a", "price": 1, "qty": 2}),
            ("($i := 1; trigger.body.items[$i])", {"sku": "b", "price": 5, "qty": 1}),
            ("trigger.body.items[$count($$.trigger.body.items) - 1].sku", "c"),
            ("trigger.body.items[[0..1]].sku", ["a", "b"]),
        ],
    )
    def test_is_not_meant_by_an_index(self, run, order, source, result):
        assert run(source, trigger=order) == result

    @pytest.mark.parametrize("source", ["trigger.body.items[price > 50].sku", "trigger.body.items[7]"])
    def test_fails_for_a_path_after_nothing(self, run, order, source):
        with pytest.raises(ExpressionError, match=r"trigger\.body\.items\[.*is missing"):
            run(source, trigger=order)

    def test_counts_as_nothing_where_it_is_asked_about(self, run, order):
        assert run("$exists(trigger.body.items[price > 50])", trigger=order) is False
        assert run("trigger.body.items[price > 50] ? 1 : 2", trigger=order) == 2
        assert run("$count(trigger.body.items[price > 5])", trigger=order) == 1


class TestEvaluationsApart:
    def test_share_one_expression_between_eight_threads(self, now):
        expression = compile_expression(
            "($mine := trigger.n; $sum($map([1..20], function($i) { $i + $mine + trigger.n })) & '/' & $mine)"
        )
        failing = compile_expression("($mine := trigger.n; $mine + $error('no'))")
        start = threading.Barrier(8)

        def work(number):
            start.wait()
            results = []
            for turn in range(25):
                n = number * 1000 + turn
                with pytest.raises(ExpressionError, match="no"):
                    failing.evaluate({"trigger": {"n": n}}, now=now)
                results.append(expression.evaluate({"trigger": {"n": n}}, now=now) == f"{210 + 40 * n}/{n}")
            return all(results)

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(8)))

    def test_start_their_time_limit_anew(self, run):
        expression = compile_expression("($f := function($x) { $x < 1 ? 0 : $f($x - 1) }; $f(50))")
        assert expression.evaluate({}, now=None) == 0
        time.sleep(bounds.MAX_ELAPSED_S * 1.5)  # longer than the limit: what this test is about
        assert expression.evaluate({}, now=None) == 0

    def test_leave_no_names_behind(self, run):
        assert run("($left := 1; $left)") == 1
        with pytest.raises(ExpressionError, match=r"\$left is missing"):
            run("$left")

    def test_have_their_own_random_numbers(self, run):
        assert run("$random()") != run("$random()")


class TestInertData:
    @pytest.mark.parametrize(
        "text",
        [
            "=1+1",
            "= trigger.body",
            "{{ settings.SECRET_KEY }}",
            "{% load x %}",
            "{0.__class__}",
            "${7*7}",
            "$eval('1')",
        ],
    )
    def test_is_never_evaluated(self, run, text):
        assert run("trigger.text", trigger={"text": text}) == text
        assert run("trigger.(text) & ''", trigger={"text": text}) == text
        assert run("$string({'a': trigger.text})", trigger={"text": text}).startswith('{"a":')

    @pytest.mark.parametrize(
        "source",
        ["__class__", "trigger.__class__", "trigger.__proto__", "''.__class__.__mro__", "$.__dict__",
         "$lookup(trigger, '__class__')", "$sum.__globals__", "function($x){$x}.environment", "$now.signature"],
    )  # fmt: skip
    def test_has_no_python_behind_it(self, run, source):
        with pytest.raises(ExpressionError):
            run(source, trigger={"a": 1})

    def test_may_be_named_like_python(self, run):
        assert run("trigger.__class__", trigger={"__class__": "mine"}) == "mine"
