"""What is found, refused and known before an expression runs."""

from __future__ import annotations

import pytest

from flows.definition.expressions import ExpressionError, check_expression, compile_expression

ROOTS = ("trigger", "steps", "vars", "case", "item", "run")


def check(source, steps=("review", "reply")):
    return check_expression(source, roots=ROOTS, steps=steps)


class TestReferences:
    @pytest.mark.parametrize(
        ("source", "references"),
        [
            ("trigger.body.amount", {("trigger", "body", "amount")}),
            ("case", {("case",)}),
            ("steps.review.outcome = 'approved' and vars.x > 1", {("steps", "review", "outcome"), ("vars", "x")}),
            ("trigger.body.items[price > 3].name", {("trigger", "body", "items")}),
            ("trigger.body.items^(price)", {("trigger", "body", "items")}),
            ("trigger.(body.amount)", {("trigger",)}),
            ("$map(trigger.rows, function($r) { $r.n + vars.x })", {("trigger", "rows"), ("vars", "x")}),
            ("trigger.rows[n = $$.vars.x]", {("trigger", "rows"), ("vars", "x")}),
            ("$.vars.x", {("vars", "x")}),
            ("{'a': item.b, vars.k: [run.id]}", {("item", "b"), ("vars", "k"), ("run", "id")}),
            ("($x := trigger.a; $x.b)", {("trigger", "a")}),
            ("$exists(trigger.a) ? trigger.b : $default(trigger.c, 1)", {("trigger", x) for x in "abc"}),
            ("'text'", set()),
        ],
    )
    def test_are_the_paths_from_the_roots(self, source, references):
        assert compile_expression(source).references == references

    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.a.b", 1),
            ("trigger.a.*", 1),
            ("*.a.b", 1),
            ("$keys($$)", ["trigger", "vars"]),
            ("$string()", '{"trigger":{"a":{"b":1},"l":[{"c":2}]},"vars":{"x":3}}'),
            ("trigger.l.c", 2),
            ("trigger.l.c.%.%.a.b", 1),
            ("trigger.a.(b + $$.vars.x)", 4),
            ("($all := $; $all.vars.x)", 3),
            ("trigger ~> |a|{'b': $$.vars.x}| ~> $lookup('a')", {"b": 3}),
            ("$$.*.x", 3),
            ("**.c", 2),
            ("trigger.a.$lookup('b')", 1),
            ("trigger.a.$keys()", "b"),
            ("$lookup('vars')", {"x": 3}),
        ],
    )
    def test_leave_nothing_out_that_is_read(self, run, source, result):
        assert run(source, trigger={"a": {"b": 1}, "l": [{"c": 2}]}, vars={"x": 3}) == result


class TestFindings:
    @pytest.mark.parametrize(
        "source",
        ["trigger.body.x & steps.review.outcome", "$sum(vars.list)", "($f := function($a) { $a }; $f(item))",
         "case.number", "trigger.rows@$r#$i.($r.x & $i)", "$default(run.id, 1)", "vars.list ~> $map($string)"],
    )  # fmt: skip
    def test_are_none_for_what_is_known(self, source):
        assert check(source) == []

    @pytest.mark.parametrize(
        ("source", "finding"),
        [
            ("triger.body", "There is no “triger” here; did you mean “trigger”?"),
            ("body.x", "There is no “body” here; use one of: case, item, run, steps, trigger, vars"),
            ("steps.revew.outcome", "There is no step “revew”; did you mean “review”?"),
            ("$$.steps.zzz", "There is no step “zzz”; use one of: reply, review"),
            ("$uppercas('a')", "There is no function $uppercas; did you mean “$uppercase”?"),
            ("$x + 1", "The variable $x is never set; set it with $x := … before, or correct its name"),
            ("sum(vars.l)", "“sum(…)” is no function; functions begin with $, as in $sum(…)"),
            ("trigger.body.[", "This [ is never closed"),
            ("$eval('1')", "$eval is not available"),
            ("trigger.rows.$eval(x)", "$eval is not available"),
            ("($e := $eval; $e('1'))", "$eval is not available"),
            ("trigger.x ~> $eval", "$eval is not available"),
            ("$sum := 1", "$sum is built in"),
            ("function($sum) { 1 }", "$sum is built in"),
            ("vars.l@$now.x", "$now is built in"),
            ("vars.l#$count.x", "$count is built in"),
            ("$default := 1", "$default is built in"),
            ("function($x)<s:s> { $x }", "cannot have a <signature>"),
            ("'" + "x" * 4096 + "'", "4096 bytes"),
            ("/(?=x)/", "cannot be used"),
            ("", "empty"),
        ],
    )
    def test_say_what_to_do(self, source, finding):
        findings = check(source)
        assert len(findings) == 1
        assert finding in findings[0]

    def test_name_every_fault(self):
        assert len(check("triger.a & steps.x.y & $foo($bar)")) == 4

    def test_leave_steps_alone_when_none_are_given(self):
        assert check("steps.anything.x", steps=None) == []
        assert check("steps.anything.x", steps=()) == ["There is no step “anything”; there is none to refer to yet"]


class TestCompiling:
    def test_says_where_it_does_not_parse(self):
        with pytest.raises(ExpressionError) as caught:
            compile_expression("trigger.body.items[1 + ")
        assert caught.value.code == "expression.invalid"
        assert caught.value.details["position"] > 15

    def test_gives_the_same_object_again(self):
        assert compile_expression("trigger.same") is compile_expression("trigger.same")
