"""Regular expressions run on RE2: linear in time, JavaScript's spelling where it differs."""

from __future__ import annotations

import time

import pytest

from flows.definition.expressions import ExpressionError


class TestRegularExpressions:
    @pytest.mark.parametrize(
        ("source", "result"),
        [
            ("$contains('Hello', /HELL/i)", True),
            ("$contains('a\nb', /^b$/m)", True),
            ("$contains('a\nb', /^b$/)", False),
            ("$contains('é', /\\u00e9/)", True),
            ("$match('xabcabd', /ab(.)/)", [{"match": "abc", "index": 1, "groups": ["c"]},
                                            {"match": "abd", "index": 4, "groups": ["d"]}]),
            ("$match('éab', /(z)?ab/)", {"match": "ab", "index": 1, "groups": [None]}),
            ("$match('aaa', /a/, 2).index", [0, 1]),
            ("$split('a, b,c', /,\\s*/)", ["a", "b", "c"]),
            ("$split('a, b,c', /,\\s*/, 2)", ["a", "b"]),
            ("$replace('John Smith', /(\\w+) (\\w+)/, '$2, $1')", "Smith, John"),
            ("$replace('265USD', /([0-9]+)USD/, '$$$1')", "$265"),
            ("$replace('abc', /b/, function($m) { $uppercase($m.match) })", "aBc"),
            ("$replace('aaa', /a/, '$0$0', 2)", "aaaaa"),
            ("$replace('a.b.c', '.', '$5-')", "a-b-c"),
            ("['ab', 'cd'][$ ~> /^a/]", ["ab"]),
        ],
    )  # fmt: skip
    def test_do_what_jsonata_says(self, run, source, result):
        assert run(source) == result

    @pytest.mark.parametrize("source", ["$contains(trigger, /(a+)+$/)", "$count($match(trigger, /(a|aa)+$/))",
                                        "$split(trigger, /(.*)*x/)", "$replace(trigger, /(a*)*b/, '')"])  # fmt: skip
    def test_are_linear_in_the_text(self, run, source):
        started = time.perf_counter()
        run(source, trigger="a" * 20_000 + "!")
        assert time.perf_counter() - started < 5

    @pytest.mark.parametrize("source", ["$match(trigger, /([ab]*a[ab]{400})+c/)", "$match(trigger, /a.*c|a/)"])
    def test_end_when_pattern_and_text_are_too_big(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source, trigger="ab" * 50_000)
        assert caught.value.code == "expression.limit"

    @pytest.mark.parametrize("source", ["/(?=a)/", "/(a)\\1/", "/(/", "/[/", "/a{2000}/"])
    def test_are_refused_when_they_cannot_be_linear(self, run, source):
        with pytest.raises(ExpressionError) as caught:
            run(source)
        assert caught.value.code == "expression.invalid"
