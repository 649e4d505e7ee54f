"""Missing data is loud, names its path, and is quiet exactly where the author asks about it."""

from __future__ import annotations

import pytest

from flows.definition.expressions import ExpressionError


class TestMissingData:
    @pytest.mark.parametrize(
        "source",
        [
            "trigger.body.amount",
            "trigger.body.amount & 'x'",
            "'x' & trigger.body.amount",
            "trigger.body.amount + 1",
            "-trigger.body.amount",
            "trigger.body.amount = 1",
            "1 != trigger.body.amount",
            "1 < trigger.body.amount",
            "1 in trigger.body.amount",
            "[trigger.body.amount]",
            "[1..trigger.body.amount]",
            "{'a': trigger.body.amount}",
            "{'a': [{'b': trigger.body.amount}]}",
            "{trigger.body.amount: 1}",
            "$uppercase(trigger.body.amount)",
            "$sum(trigger.body.amount)",
            "$split('a', trigger.body.amount)",
            "true ? trigger.body.amount",
            "trigger.body.amount > 3 ? 1 : 2",
        ],
    )
    def test_fails_and_names_the_path(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source, trigger={"body": {"title": "x"}})
        assert caught.value.code == "expression.failed"
        assert caught.value.retryable is False
        assert "trigger.body.amount is missing; use $default(trigger.body.amount, …)" in caught.value.message
        assert caught.value.details == {"missing": "trigger.body.amount"}

    @pytest.mark.parametrize(
        ("source", "path"),
        [
            ("trigger.body.(amount)", "trigger.body.(…)"),
            ("trigger.body.title.(1 & $$.trigger.body.amount)", "$$.trigger.body.amount"),
            ("trigger.body[x = 1].amount & ''", "trigger.body[…].amount"),
            ("trigger.body[3].amount & ''", "trigger.body[3].amount"),
            ("$trim(trigger.body.amount) & ''", "trigger.body.amount"),
            ("$trim('a') & $lookup(trigger, 'x')", None),
        ],
    )
    def test_names_as_much_as_it_can(self, run, source, path):
        with pytest.raises(ExpressionError) as caught:
            run(source, trigger={"body": {"title": "x"}})
        assert caught.value.details.get("missing") == path

    @pytest.mark.parametrize("source", ["nope", "steps.review", "item", "$x"])
    def test_fails_for_a_root_that_is_not_there(self, run, source):
        with pytest.raises(ExpressionError, match="missing"):
            run(source, steps={})

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$exists(trigger.nope)", False),
            ("$exists(trigger.nope.deeper & 'x')", False),
            ("$exists(trigger.here)", True),
            ("$exists(trigger.nil)", True),
            ("$default(trigger.nope, 'd')", "d"),
            ("$default(trigger.nope & '!', 'd')", "d"),
            ("$default({'a': trigger.nope}, null)", None),
            ("$default(trigger.here, trigger.nope & 'x')", 1),
            ("$default(trigger.nil, 'd')", None),
            ("trigger.nope ~> $default('d')", "d"),
            ("$exists(trigger.nope) ? trigger.nope & 'x' : 'none'", "none"),
            ("trigger.nope ? 1 : 2", 2),
            ("trigger.nope ?? 7", 7),
            ("trigger.nope ?: 8", 8),
            ("trigger.nope or true", True),
            ("$count(trigger.nope)", 0),
            ("trigger.rows[nope > 1]", []),
            ("trigger.rows[nope = 1 or n = 2]", [{"n": 2}]),
            ("trigger.rows[$default(nope, 5) > 1 and n = 1]", [{"n": 1}]),
            ("$filter(trigger.rows, function($r) { $r.nope > 1 or $r.n > 1 })", {"n": 2}),
            ("$sift({'a': {}}, function($v) { $v.nope > 1 }) ?? 'none'", "none"),
        ],
    )
    def test_is_quiet_where_it_is_asked_about(self, run, source, result):
        trigger = {"here": 1, "nil": None, "rows": [{"n": 1}, {"n": 2}]}
        assert run(source, trigger=trigger) == result

    def test_is_loud_again_after_a_filter(self, run):
        with pytest.raises(ExpressionError, match=r"trigger\.nope is missing"):
            run("$count(trigger.rows[nope > 1]) & trigger.nope", trigger={"rows": [{"n": 1}]})
