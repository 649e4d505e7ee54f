"""What an expression gives with sample data, and the exact sentence for each usual mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.definition.completion import Surroundings, Wanted, list_functions, preview_value
from flows.definition.expressions.functions import BUILTINS

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
BODY = {
    "title": "Ridgeline jetty",
    "version": 3,
    "amount": "12",
    "due": "2026-03-14",
    "list": [{"a": 1}],
    "ok": True,
    "tags": ["a", "b"],
    "iban": "••••",
}
AROUND = Surroundings(
    roots={
        "trigger": {"body": BODY, "headers": {}, "query": {}, "files": []},
        "steps": {"review": {"outcome": "approved", "comments": [{"by": "lee"}]}, "call": {"status": 200, "body": {}}},
        "vars": {"rate": 2},
        "run": {"id": "1"},
    },
    known_roots=("trigger", "steps", "vars", "case", "item", "run"),
    steps=("review", "call", "reply"),
    readable=("review", "call"),
    titles={"review": "Approve the asset", "call": "Call", "reply": "Reply"},
    guessed=(("steps", "call"),),
)
QUOTES = "These are the quotes of a word processor. Write a text in straight quotes, as in 'approved'."
NOT = "“Not” is written $not(…), with what it turns round in the brackets."
NUMBER = "Turn text into a number with $number(…)."

# (value, what is wanted, position, sentence, value after the mend or None)
WRONG: list[tuple[str, Wanted, int | None, str, str | None]] = [
    (
        "= trigger.body.titel",
        "any",
        2,
        "There is no “titel” in trigger.body. The nearest is “title”, text.",
        "= trigger.body.title",
    ),
    (
        "= steps.review.comments[0].comment",
        "any",
        2,
        "The sample has no “comment” in steps.review.comments[0]. If it may be missing, say what to take instead: "
        "$default(steps.review.comments[0].comment, …).",
        "= $default(steps.review.comments[0].comment, '')",
    ),
    ("= steps.revew.outcome", "any", 8, "There is no step “revew”. Did you mean “review”?", "= steps.review.outcome"),
    ("=triger.body.title", "any", 1, "There is no “triger” here. Did you mean “trigger”?", "=trigger.body.title"),
    ("= $uppercas('a')", "any", 2, "There is no function $uppercas. Did you mean “$uppercase”?", "= $uppercase('a')"),
    ("= upper('a')", "any", 2, "“upper(…)” is no function; functions begin with $, as in $sum(…).", None),
    (
        "= $total",
        "any",
        2,
        "The variable $total is never set; set it with $total := … before, or correct its name.",
        None,
    ),
    ("= vars.rates", "any", 2, "There is no “rates” in vars. The nearest is “rate”, a number.", "= vars.rate"),
    (
        "= steps.reply.status",
        "any",
        2,
        "“Reply” cannot be read here: it has not run by then, or lies in branches that are not joined yet. Pick "
        "something that comes before.",
        None,
    ),
    (
        "= trigger.body.title + 1",
        "any",
        21,
        "“+” works with numbers, but here it has text. Join texts with &, or turn text into a number with $number(…).",
        None,
    ),
    (
        "= trigger.body.amount * 2",
        "any",
        22,
        f"“*” works with numbers, but here it has text. {NUMBER}",
        "= $number(trigger.body.amount) * 2",
    ),
    (
        "= trigger.body.amount > 10",
        "flag",
        22,
        "“>” compares two numbers or two texts, but here it has text and a number. Text becomes a number with "
        "$number(…).",
        "= $number(trigger.body.amount) > 10",
    ),
    (
        "= trigger.body.due + 2",
        "any",
        19,
        "trigger.body.due is a date, and dates are not added up as they are. Reckon in milliseconds, a day is "
        "86400000: $fromMillis($toMillis(trigger.body.due) + 86400000).",
        None,
    ),
    (
        "= $sum(trigger.body.list)",
        "any",
        None,
        "The first value in $sum(…) is a list with an object in it, but must have only numbers.",
        None,
    ),
    (
        "= $length(trigger.body.version)",
        "any",
        None,
        "The first value in $length(…) is a number, but must be text.",
        None,
    ),
    ("= $append(1)", "any", None, "$append(…) takes 2 values in its brackets, but here it has 1.", None),
    ("= 1 / 0", "any", None, "Division by zero; check the divisor first.", None),
    ("= (trigger.body.title", "any", 2, "This ( is never closed. Add a ) behind what belongs in it.", None),
    ("= trigger.body.list[0", "any", 19, "This [ is never closed. Add a ] behind what belongs in it.", None),
    ("= trigger.body.title)", "any", 20, "This ) closes nothing. Remove it, or add a ( before.", None),
    ("= 'abc", "any", 2, "The text that begins here has no closing quote.", None),
    ("= trigger.body.title &", "any", 21, "Something is missing behind “&”.", None),
    ("= & trigger.body.title", "any", 2, "Something is missing before “&”.", None),
    ("= trigger.body.title.", "any", 20, "A name is missing behind the last dot.", None),
    ("= trigger..body", "any", 9, "There are two dots in a row. Write one.", None),
    (
        "= trigger.body.title 'x'",
        "any",
        22,
        "“x” cannot follow what stands before it. Put a sign between them, such as & or =.",
        None,
    ),
    (
        "= trigger.body.title, 'x'",
        "any",
        20,
        "A comma only separates what stands in ( ) or [ ]. Join values with &.",
        None,
    ),
    (
        "= steps.review.outcome == 'approved'",
        "flag",
        23,
        "A comparison has a single =. Write it once.",
        "= steps.review.outcome = 'approved'",
    ),
    (
        "= steps.review.outcome is 'approved'",
        "flag",
        23,
        "“Is” is written =.",
        "= steps.review.outcome = 'approved'",
    ),
    ("= steps.review.outcome = “approved”", "flag", 25, QUOTES, "= steps.review.outcome = 'approved'"),
    ("= “approved”", "any", 2, QUOTES, "= 'approved'"),
    ("= trigger.body.ok && true", "flag", 18, "“And” is written as a word: and.", "= trigger.body.ok and true"),
    ("= trigger.body.ok || true", "flag", 18, "“Or” is written as a word: or.", "= trigger.body.ok or true"),
    ("= !trigger.body.ok", "flag", 2, NOT, None),
    ("= not trigger.body.ok", "flag", 2, NOT, None),
    ("= if (trigger.body.ok) 1", "any", 2, "There is no “if”. Write: condition ? value : other value.", None),
    (
        "= {{trigger.body.title}}",
        "any",
        2,
        "Data needs no braces. Write its path alone, as in trigger.body.title.",
        "= trigger.body.title",
    ),
    (
        "= trigger.body.title | upper",
        "any",
        21,
        "There are no filters behind a |. Call a function, as in $uppercase(…).",
        None,
    ),
    ("= 'a\\q'", "any", 4, "A \\ in a text is written twice: \\\\.", None),
    ("= ", "any", 2, "The expression is empty; write one after the =.", None),
    (
        "= trigger.body.title",
        "flag",
        None,
        "The expression must give true or false, but gave text; compare it with something, such as '= steps.x.amount "
        "> 100'.",
        None,
    ),
    (
        "= trigger.body.amount",
        "number",
        None,
        "This gives text, but a number is needed here.",
        "= $number(trigger.body.amount)",
    ),
    (
        "= trigger.body.version",
        "text",
        None,
        "This gives a number, but text is needed here.",
        "= $string(trigger.body.version)",
    ),
    (
        "= trigger.body.tags",
        "text",
        None,
        "This gives a list, but text is needed here. Join it with $join(…, ', '), or pick one of it.",
        "= $join(trigger.body.tags, ', ')",
    ),
    (
        "= trigger.body",
        "text",
        None,
        "This gives a group of fields (title, version, amount, due), but text is needed here. Pick one of them.",
        None,
    ),
]


class TestPreviewValue:
    @pytest.mark.parametrize(
        ("value", "wanted", "position", "sentence", "mended"), WRONG, ids=[row[0] for row in WRONG]
    )
    def test_says_what_is_wrong_in_an_analysts_words(
        self, value: str, wanted: Wanted, position: int | None, sentence: str, mended: str | None
    ) -> None:
        preview = preview_value(value, AROUND, wanted=wanted, now=NOW)
        assert not preview.ok
        assert preview.problem is not None
        assert (preview.problem.message, preview.problem.position) == (sentence, position)
        assert (preview.problem.fix.value if preview.problem.fix else None) == mended

    @pytest.mark.parametrize("row", [row for row in WRONG if row[4]], ids=lambda row: row[0])
    def test_offers_mends_that_mend(self, row: tuple[str, Wanted, int | None, str, str]) -> None:
        assert preview_value(row[4], AROUND, wanted=row[1], now=NOW).ok

    @pytest.mark.parametrize(
        ("value", "wanted", "kind", "words"),
        [
            ("Hello", "text", "text", "Hello"),
            ("==x", "text", "text", "=x"),
            (
                "= trigger.body.title & ', version ' & trigger.body.version",
                "text",
                "text",
                "Ridgeline jetty, version 3",
            ),
            ("= trigger.body.ok", "flag", "yes or no", "yes"),
            ("= trigger.body.tags", "any", "list", "a; b"),
            ("= trigger.body.list", "list", "list", "1 item with a"),
            ("= trigger.body.due", "text", "date", "2026-03-14"),
            ("= trigger.body.iban", "number", "hidden", "••••"),
            ("= []", "list", "list", "an empty list"),
            ("= {'a': 1}", "any", "group", "a: 1"),
            ({"a": "= trigger.body.version", "b": 2}, "any", "group", "a: 3, b: 2"),
            ("= steps.call.status", "number", "number", "200"),
        ],
    )
    def test_says_what_a_value_comes_to(self, value: object, wanted: Wanted, kind: str, words: str) -> None:
        preview = preview_value(value, AROUND, wanted=wanted, now=NOW)
        assert (preview.ok, preview.type, preview.words, preview.problem) == (True, kind, words, None)

    def test_finds_no_fault_in_what_nobody_knows_yet(self) -> None:
        preview = preview_value("= $sum(steps.call.body.lines.price + steps.call.body.note)", AROUND, now=NOW)
        assert (preview.ok, preview.value) == (True, None)
        assert preview.note == "There is no example for this yet. Take one from a past run, or try the flow."

    @pytest.mark.parametrize(
        ("value", "note", "mend"),
        [
            (
                "= steps.call.body.asset_url",
                "Reads https://example.com/sample, made up: the sample has no “asset_url” yet.",
                None,
            ),
            ("= steps.call.body.id & '!'", "Reads sample-1!, made up: the sample has no “id” yet.", None),
            (
                "= steps.call.stats",
                "There is no “stats” in steps.call. The nearest is “status”, a number.",
                "= steps.call.status",
            ),
        ],
    )
    def test_makes_up_what_nobody_has_sent_yet(self, value: str, note: str, mend: str | None) -> None:
        preview = preview_value(value, AROUND, now=NOW)
        assert (preview.ok, preview.problem, preview.note) == (True, None, note)
        assert (preview.fix.value if preview.fix else None) == mend

    def test_finds_the_fault_in_what_is_there_beside_guesses(self) -> None:
        around = replace(AROUND, guessed=(("trigger", "body"),))
        preview = preview_value("= trigger.body.title + 1", around, now=NOW)
        assert preview.problem is not None
        assert preview.problem.message.startswith("“+” works with numbers")

    def test_tells_the_first_fault_in_a_tree(self) -> None:
        preview = preview_value({"a": ["= trigger.body.title", "= trigger.body.titel"]}, AROUND, now=NOW)
        assert preview.problem is not None
        assert preview.problem.nearest == "title"

    def test_ends_what_would_run_for_ever(self) -> None:
        preview = preview_value("= ($f := function($x){ $f($x) }; $f(1))", AROUND, now=NOW)
        assert preview.problem is not None
        assert "levels deep" in preview.problem.message or "longer than" in preview.problem.message


class TestListFunctions:
    def test_tells_of_every_function_there_is(self) -> None:
        told = list_functions()
        assert {function.name for function in told} == set(BUILTINS)
        assert all(function.signature.startswith(f"${function.name}(") for function in told)

    def test_counts_parameters_as_the_functions_take_them(self) -> None:
        for function in list_functions():
            inside = function.signature.partition("(")[2].rpartition(")")[0]
            assert bool(inside) == bool(BUILTINS[function.name].parameters) or function.name == "now", function.name
