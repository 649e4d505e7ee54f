"""The functions an expression may call, by table."""

from __future__ import annotations

import pytest

from flows.definition.expressions import ExpressionError
from flows.definition.expressions.functions import BUILTINS


class TestTextFunctions:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$string({'a': 'é', 'n': [1.0, null, true]})", '{"a":"é","n":[1,null,true]}'),
            ("$string([1], true)", "[\n  1\n]"),
            ("$substring('hello', 1, 3)", "ell"),
            ("$substring('hello', -3)", "llo"),
            ("($x := 'hello'; $x.$substring(1))", "ello"),
            ("$substringBefore('a-b-c', '-') & $substringAfter('a-b-c', '-')", "ab-c"),
            ("$substringBefore('abc', '-') & $substringAfter('abc', '-')", "abcabc"),
            ("$lowercase('STRASSE ß') & $uppercase('é')", "strasse ßÉ"),
            ("$length('😀é')", 2),
            ("$trim('  a \n\t b ')", "a b"),
            ("$trim('')", ""),
            ("$pad('a', 3) & '|' & $pad('a', -3, 'xy')", "a  |xya"),
            ("$join(['a', 'b'], ', ')", "a, b"),
            ("$join('a')", "a"),
            ("$contains('abc', 'b')", True),
            ("$split('a,b', ',')", ["a", "b"]),
            ("$split('ab', '')", ["a", "b"]),
            ("$replace('banana', 'a', 'o', 2)", "bonona"),
            ("$base64decode($base64encode('é'))", "é"),
            ("$encodeUrlComponent('a b/é')", "a%20b%2F%C3%A9"),
            ("$encodeUrl('https://x/a b?c=d')", "https://x/a%20b?c=d"),
            ("$decodeUrlComponent('a%20b') & $decodeUrl('%C3%A9')", "a bé"),
        ],
    )
    def test_give(self, run, source, result):
        assert run(source) == result


class TestNumberFunctions:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$sum([1, 2.5, 0.5])", 4),
            ("$sum([])", 0),
            ("$max([1, 3, 2]) & $min([1, 3, 2])", "31"),
            ("$average([1, 2, 4, 5])", 3),
            ("[$number('1.5e2'), $number('0x1F'), $number('0b11'), $number(true)]", [150, 31, 3, 1]),
            ("[$floor(-1.5), $ceil(-1.5), $abs(-2)]", [-2, -1, 2]),
            ("[$round(2.5), $round(3.5), $round(-1.25, 1), $round(12345, -2)]", [2, 4, -1.2, 12300]),
            ("[$sqrt(16), $power(2, 10), $power(2, -1), $power(0, 0), $power(-1, 1000001)]", [4, 1024, 0.5, 1, -1]),
            ("$boolean([]) or $not('x')", False),
            ("$formatBase(255, 16) & $formatBase(-5, 2)", "ff-101"),
            ("$formatNumber(1234.5, '#,##0.00')", "1,234.50"),
            ("$formatNumber(0.14, '01%')", "14%"),
            ("$formatInteger(12, 'w') & $formatInteger(1999, 'I')", "twelveMCMXCIX"),
            ("$parseInteger('twelve', 'w')", 12),
        ],
    )
    def test_give(self, run, source, result):
        assert run(source) == result

    @pytest.mark.parametrize("text", ["", "abc", "1_000", "nan", "inf", " 1", "1.", "007", "1e999", "٣"])
    def test_read_only_jsons_notation(self, run, text):
        with pytest.raises(ExpressionError):
            run("$number(trigger)", trigger=text)


class TestListFunctions:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$count([1, [2], null])", 3),
            ("$append([1], [2, 3])", [1, 2, 3]),
            ("$append(1, 2)", [1, 2]),
            ("$reverse([1, 2, 3])", [3, 2, 1]),
            ("$sort($shuffle([3, 1, 2]))", [1, 2, 3]),
            ("$sort([{'n': 1, 'k': 2}, {'n': 2, 'k': 1}, {'n': 3, 'k': 2}], function($a, $b) { $a.k > $b.k }).n",
             [2, 1, 3]),
            ("$distinct([1, 1.0, true, '1', null, null, {'a': [1]}, {'a': [1]}])", [1, True, "1", None, {"a": [1]}]),
            ("$zip([1, 2, 3], ['a', 'b'])", [[1, "a"], [2, "b"]]),
            ("$keys([{'a': 1}, {'b': 1, 'a': 1}])", ["a", "b"]),
            ("$lookup([{'a': 1}, {'a': 2}], 'a')", [1, 2]),
            ("$spread({'a': 1, 'b': 2})", [{"a": 1}, {"b": 2}]),
            ("$merge([{'a': 1, 'b': 1}, {'b': 2}])", {"a": 1, "b": 2}),
            ("$each({'a': 1, 'b': 2}, function($v, $k) { $k & $v })", ["a1", "b2"]),
            ("$sift({'a': 1, 'b': 2}, function($v, $k) { $k = 'b' })", {"b": 2}),
            ("$filter([1, 2, 3], function($v, $i) { $i > 0 })", [2, 3]),
            ("$single([1, 2, 3], function($v) { $v > 2 })", 3),
            ("$reduce([1, 2, 3], function($a, $b) { $a + $b }, 10)", 16),
            ("$reduce([], function($a, $b) { $a + $b }, 10)", 10),
            ("$map(['a', 'b'], $uppercase)", ["A", "B"]),
            ("[null, 1, 'a', true, {}, $sum].$type($)", ["null", "number", "string", "boolean", "object", "function"]),
        ],
    )  # fmt: skip
    def test_give(self, run, source, result):
        assert run(source) == result


class TestTimeFunctions:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$fromMillis(0)", "1970-01-01T00:00:00.000Z"),
            ("$fromMillis(1767323045678, '[D01].[M01].[Y0001] [H01]:[m01] [Z]', '+0200')", "02.01.2026 05:04 +02:00"),
            ("$now('[Y0001]-[M01]')", "2026-01"),
            ("$toMillis('2026-01-02T03:04:05Z')", 1767323045000),
            ("$toMillis('2026-01-02T05:04:05.678+02:00')", 1767323045678),
            ("$toMillis('02.01.2026', '[D01].[M01].[Y0001]')", 1767312000000),
            ("$default($toMillis('02x01x2026', '[D01].[M01].[Y0001]'), 'other')", "other"),
            ("$toMillis('14:30', '[H01]:[m01]')", 1767364200000),
        ],
    )
    def test_give(self, run, source, result):
        assert run(source) == result

    @pytest.mark.parametrize("source", ["$toMillis('yesterday')", "$fromMillis(1, '[Q]')", "$fromMillis(0, '[Y', '')"])
    def test_refuse_what_is_no_moment(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source)
        assert caught.value.code == "expression.failed"


class TestCalling:
    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("$uppercase(1)", "The first value in $uppercase(…) is a number, but must be text"),
            ("$uppercase(null)", "is null, but must be text"),
            ("$sum(['a'])", "is a list with text in it, but must have only numbers"),
            ("$sum([1, true])", "is a list with true or false in it"),
            ("$append(1)", "$append(…) takes 2 values in its brackets, but here it has 1"),
            ("$now(1, 2, 3)", "takes 0 to 2 values in its brackets, but here it has 3"),
            ("$map([1], 'x')", "The second value in $map(…) is text, but must be a function"),
            ("$foo(1)", "There is no function $foo"),
            ("sum(1)", "functions begin with $"),
            ("$error('by hand')", "by hand"),
            ("$assert(1 = 2, 'odd')", "odd"),
            ("$default(1)", "takes 2 values in its brackets"),
            ("'a'()", "no function"),
            ("$sort([1, 'a'])", "only texts or only numbers"),
            ("$base64decode('%')", "base 64"),
            ("$split('a', ',', -1)", "negative"),
        ],
    )
    def test_says_what_does_not_fit(self, run, source, message):
        with pytest.raises(ExpressionError) as caught:
            run(source)
        assert caught.value.code == "expression.failed"
        assert message in caught.value.message

    def test_quotes_no_data_in_messages(self, run):
        for source in ("$number(trigger)", "trigger + 1", "-trigger", "[1][$$.trigger < $]", "$toMillis(trigger)"):
            with pytest.raises(ExpressionError) as caught:
                run(source, trigger="a secret")
            assert "secret" not in caught.value.message

    def test_offers_no_eval(self):
        assert "eval" not in BUILTINS
        assert "default" in BUILTINS
