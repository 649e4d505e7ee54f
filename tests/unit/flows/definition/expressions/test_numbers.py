"""Integers stay exact; what would lose digits is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.expressions import ExpressionError, compile_expression
from flows.definition.expressions.numbers import number_text

LONG = 1_200_000_000_000_001
HUGE = 12_345_678_901_234_567_891


class TestIntegers:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("trigger.huge", HUGE),
            ("trigger.huge + 1", HUGE + 1),
            ("trigger.huge - trigger.long", HUGE - LONG),
            ("trigger.huge * trigger.huge", HUGE * HUGE),
            ("-trigger.huge", -HUGE),
            ("trigger.huge & ''", str(HUGE)),
            ("$string(trigger.long)", "1200000000000001"),
            ("$string({'n': trigger.huge})", f'{{"n":{HUGE}}}'),
            ("$sum([trigger.huge, 1])", HUGE + 1),
            ("$max([trigger.huge, 1])", HUGE),
            ("$abs(-trigger.huge)", HUGE),
            ("$floor(trigger.huge)", HUGE),
            ("$round(trigger.huge)", HUGE),
            ("$number($string(trigger.huge))", HUGE),
            ("trigger.huge = trigger.huge + 1", False),
            ("trigger.huge < trigger.huge + 1", True),
            ("trigger.huge % 10", HUGE % 10),
            ("$count($distinct([trigger.huge, trigger.huge + 1]))", 2),
            ("$power(3, 50)", 3**50),
        ],
    )
    def test_stay_exact(self, run, source, result):
        assert run(source, trigger={"huge": HUGE, "long": LONG}) == result

    @settings(deadline=None)
    @given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
    def test_add_subtract_and_multiply_as_in_python(self, a, b):
        expression = compile_expression("[a + b, a - b, a * b, a & '']")
        assert expression.evaluate({"a": a, "b": b}, now=None) == [a + b, a - b, a * b, str(a)]

    @pytest.mark.parametrize(
        ("source", "result"),
        [("6 / 3", 2), ("1 / 4", 0.25), ("7 % 4", 3), ("-7 % 4", -3), ("7.5 % 2", 1.5),
         ("2.5 * 2", 5), ("10.5 - 0.5", 10)],
    )  # fmt: skip
    def test_come_out_of_fractions_that_are_whole(self, run, source, result):
        value = run(source)
        assert value == result
        assert type(value) is type(result)

    def test_leave_a_float_in_data_as_it_is(self, run):
        assert repr(run("trigger", trigger=10.0)) == "10.0"
        assert run("trigger & ''", trigger=10.0) == "10"


class TestRefusing:
    @pytest.mark.parametrize("source", ["9007199254740993", "-9007199254740993", "1e300", "[1, 9007199254740993]"])
    def test_a_literal_beyond_2_to_the_53(self, source):
        with pytest.raises(ExpressionError) as caught:
            compile_expression(source)
        assert caught.value.code == "expression.invalid"

    def test_no_literal_of_2_to_the_53(self, run):
        assert run("9007199254740992") == 2**53

    @pytest.mark.parametrize(
        "source", ["trigger / 2", "2 / trigger", "9007199254740992 / 0.1", "1 / 0", "1 % 0", "trigger + 0.5",
                   "trigger * 1.5"]
    )  # fmt: skip
    def test_what_would_lose_digits(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source, trigger=HUGE)
        assert caught.value.code == "expression.failed"

    @pytest.mark.parametrize("source", ["'1' + 1", "true + 1", "null * 2", "-'a'", "1 < 'a'", "null < 1", "[1] - 1"])
    def test_what_is_no_number(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source)
        assert caught.value.code == "expression.failed"

    @pytest.mark.parametrize(
        "source", ["$power(9, $power(9, 9))", "$reduce([1..2000], function($a, $b) { $a * $b })", "$power(1.5, 999999)"]
    )
    def test_numbers_over_a_thousand_digits(self, run, source):
        with pytest.raises(ExpressionError):
            run(source)


class TestNumberText:
    @pytest.mark.parametrize(
        ("number", "text"),
        [(1, "1"), (10.0, "10"), (0.1 + 0.2, "0.3"), (1.5e-7, "1.5e-7"), (1e300, "1e+300"),
         (-0.0, "0"), (LONG, str(LONG))],
    )  # fmt: skip
    def test_has_every_digit_of_an_integer_and_no_noise(self, number, text):
        assert number_text(number) == text
