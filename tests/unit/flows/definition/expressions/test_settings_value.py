"""Settings trees: which texts are expressions, what evaluating one gives, where it failed."""

from __future__ import annotations

import pytest

from flows.definition.expressions import ExpressionError, compile_value, is_expression


class TestIsExpression:
    @pytest.mark.parametrize(
        ("value", "result"),
        [("=a", True), ("= a", True), ("=", True), ("==a", False), ("a=b", False), (" =a", False), ("", False),
         (1, False)],
    )  # fmt: skip
    def test_goes_by_the_first_two_characters(self, value, result):
        assert is_expression(value) is result


class TestCompiledValue:
    def test_evaluates_expressions_anywhere_in_the_tree(self, now):
        value = compile_value(
            {"json": {"decision": "= steps.review.outcome", "by": ["==not", "= vars.x", 1, None]}, "url": "https://x"}
        )
        result = value.evaluate({"steps": {"review": {"outcome": "approved"}}, "vars": {"x": [1]}}, now=now)
        assert result == {"json": {"decision": "approved", "by": ["=not", [1], 1, None]}, "url": "https://x"}
        assert value.is_constant is False
        assert value.references == {("steps", "review", "outcome"), ("vars", "x")}

    def test_gives_a_fresh_copy_of_a_constant(self, now):
        value = compile_value({"a": [1, {"b": "==x"}]})
        assert value.is_constant is True
        assert value.references == frozenset()
        first = value.evaluate({}, now=now)
        assert first == {"a": [1, {"b": "=x"}]}
        first["a"][1]["b"] = "changed"
        assert value.evaluate({}, now=now) == {"a": [1, {"b": "=x"}]}

    def test_never_evaluates_what_an_expression_gives(self, now):
        value = compile_value({"a": "= trigger.text"})
        assert value.evaluate({"trigger": {"text": "= 1 + 1"}}, now=now) == {"a": "= 1 + 1"}

    @pytest.mark.parametrize(
        ("tree", "at"),
        [
            ("= trigger.nope", ""),
            ({"json": {"decision": "= trigger.nope"}}, "/json/decision"),
            ({"a": [1, "= trigger.nope"]}, "/a/1"),
            ({"a/b": {"c~d": "= trigger.nope"}}, "/a~1b/c~0d"),
        ],
    )
    def test_says_where_it_failed(self, now, tree, at):
        with pytest.raises(ExpressionError) as caught:
            compile_value(tree).evaluate({"trigger": {}}, now=now)
        assert caught.value.code == "expression.failed"
        assert caught.value.details == {"missing": "trigger.nope", "at": at}

    def test_says_where_it_does_not_parse(self):
        with pytest.raises(ExpressionError) as caught:
            compile_value({"a": [{"b": "= 1 +"}]})
        assert caught.value.code == "expression.invalid"
        assert caught.value.details["at"] == "/a/0/b"

    @pytest.mark.parametrize(
        ("tree", "want", "result"),
        [("= vars.one", "list", [1]), ("= vars.none", "list", []), ("= vars.yes", "flag", True), (5, "list", [5]),
         (["= vars.one"], "list", [1]), (False, "flag", False)],
    )  # fmt: skip
    def test_wants_of_the_whole_value(self, now, tree, want, result):
        assert compile_value(tree).evaluate({"vars": {"one": 1, "yes": True}}, now=now, want=want) == result

    @pytest.mark.parametrize("tree", ["yes", {"a": "= true"}, "= 'yes'", None])
    def test_refuses_what_is_no_flag(self, now, tree):
        with pytest.raises(ExpressionError, match="must"):
            compile_value(tree).evaluate({}, now=now, want="flag")
