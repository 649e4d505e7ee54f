"""Levels by amount: the bounds to the cent, the chain against a brute-force oracle, and what a changed amount keeps."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.approval_levels import (
    Level,
    Placed,
    describe_bound,
    find_open_level,
    list_needed,
    plan_levels,
    plan_restart,
    read_amount,
    read_levels,
    say_amount,
    write_amount,
)
from cases.approval_rules import APPROVED, REJECTED, Entry, Rule, decide_approval, parse_rule
from cases.errors import AskInvalid

ANSWERS = {"+": "approved", "-": "rejected", ".": None}


def level(key: str, above: str | None, rule: Any = "all", order: Any = "parallel", *, is_extra: bool = False) -> Level:
    bound = None if above is None else Decimal(above)
    return Level(key=key, rule=parse_rule(rule), order=order, above=bound, is_extra=is_extra)


def place(text: str) -> list[Placed]:
    """``"1+ 1. 2?"``: level 1 approved, level 1 asked and open, level 2 not asked; ``1+x`` is overtaken."""
    return [
        Placed(
            level=part[0],
            entry=Entry(asked=part[1] != "?", answer=ANSWERS.get(part[1])),  # type: ignore[arg-type]
            overtaken=part.endswith("x"),
        )
        for part in text.split()
    ]


CHAIN = (level("1", "0"), level("2", "10000"), level("3", "50000"))


class TestListNeeded:
    @pytest.mark.parametrize(
        ("amount", "expected"),
        [
            ("-20000", "1"),  # the lowest level is always asked
            ("0", "1"),
            ("0.01", "1"),
            ("9999.99", "1"),
            ("10000", "1"),  # at the bound is not over it
            ("10000.000", "1"),
            ("10000.000001", "12"),
            ("10000.01", "12"),
            ("49999.99", "12"),
            ("50000", "12"),
            ("50000.01", "123"),
            ("999999999999999999.99", "123"),
        ],
    )
    def test_goes_by_what_is_over_the_bound(self, amount: str, expected: str) -> None:
        assert "".join(one.key for one in list_needed(CHAIN, Decimal(amount))) == expected

    def test_asks_the_lowest_level_where_the_amount_is_under_all_bounds(self) -> None:
        chain = (level("1", "100"), level("2", "200"))
        assert [one.key for one in list_needed(chain, Decimal(5))] == ["1"]

    def test_asks_those_of_any_amount_and_those_added_by_hand(self) -> None:
        chain = (level("0", None), level("x1", None, is_extra=True), level("1", "100"))
        assert [one.key for one in list_needed(chain, Decimal(5))] == ["0", "x1"]

    def test_does_not_take_an_added_level_for_the_lowest(self) -> None:
        chain = (level("x1", None, is_extra=True), level("1", "100"))
        assert [one.key for one in list_needed(chain, Decimal(5))] == ["x1", "1"]

    def test_tells_a_cent_that_binary_fractions_lose(self) -> None:
        chain = (level("1", "0"), level("2", "0.3"))
        assert [one.key for one in list_needed(chain, read_amount(0.3, ""))] == ["1"]
        assert [one.key for one in list_needed(chain, read_amount("0.300001", ""))] == ["1", "2"]


class TestReadAmount:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (10000, "10000"),
            (10000.01, "10000.01"),
            ("10000.10", "10000.10"),
            (0.1, "0.1"),
            (-5, "-5"),
            ({"amount": "12.50", "currency": "EUR"}, "12.50"),
            ({"amount": 12.5}, "12.5"),
        ],
    )
    def test_takes_numbers_texts_and_money(self, value: Any, expected: str) -> None:
        assert write_amount(read_amount(value, "EUR")) == expected

    @pytest.mark.parametrize(
        ("value", "code", "words"),
        [
            (None, "task.amount_missing", "There is no amount"),
            ({"currency": "EUR"}, "task.amount_missing", "There is no amount"),
            (True, "task.amount_invalid", "is no usable number"),
            ("12,50", "task.amount_invalid", "'12,50'"),
            ("1e9", "task.amount_invalid", "is no usable number"),
            (float("inf"), "task.amount_invalid", "is no usable number"),
            (10**18, "task.amount_invalid", "is no usable number"),
            ([1], "task.amount_invalid", "is no usable number"),
            ({"amount": 1, "currency": "euro"}, "task.amount_invalid", "three letters"),
            (
                {"amount": 1, "currency": "USD"},
                "task.currency_mismatch",
                "The amount is in USD, but the levels are in EUR",
            ),
        ],
    )
    def test_refuses_what_is_none_and_says_what_to_do(self, value: Any, code: str, words: str) -> None:
        with pytest.raises(AskInvalid, match=words) as refused:
            read_amount(value, "EUR")
        assert refused.value.code == code


class TestReadLevels:
    def test_sorts_by_bound_and_gives_the_rule_of_the_step(self) -> None:
        rows = [{"above": "10000.50", "approvers": ["lia"]}, {"approvers": ["lee"], "above": 0, "rule": "any"}]
        found = read_levels(rows, rule={"quorum": 1}, order="serial")
        assert [(one.above, one.rule, one.order) for one in found] == [
            (Decimal(0), "any", "serial"),
            (Decimal("10000.50"), {"quorum": 1}, "serial"),
        ]

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([], "a list of 1 to 20 rows"),
            ("levels", "a list of 1 to 20 rows"),
            ([{"above": 1}], "Level 1 needs"),
            ([{"above": 1, "approvers": ["lee"], "who": 1}], "Level 1 needs"),
            ([{"above": 1, "approvers": ["lee"]}, {"above": "1.0", "approvers": ["lia"]}], "Two levels begin above 1"),
            ([{"above": "x", "approvers": ["lee"]}], "The bound of level 1 is no usable number"),
            ([{"above": 1, "approvers": ["lee"], "rule": "most"}], "Level 1: The rule must be"),
            ([{"above": 1, "approvers": ["lee"], "order": "random"}], "order of level 1"),
        ],
    )
    def test_says_what_is_wrong(self, rows: Any, words: str) -> None:
        with pytest.raises(AskInvalid, match=words):
            read_levels(rows, rule="all", order="parallel")


class TestPlanLevels:
    @pytest.mark.parametrize(
        ("amount", "entries", "expected"),
        [
            ("9000", "1? 2? 3?", (None, (0,))),
            ("9000", "1+ 2? 3?", ("approved", ())),
            ("20000", "1+ 2? 3?", (None, (1,))),
            ("20000", "1. 2? 3?", (None, ())),
            ("20000", "1+ 2+ 3?", ("approved", ())),
            ("20000", "1+ 2- 3?", ("rejected", ())),
            ("60000", "1+ 2+ 3?", (None, (2,))),
            ("60000", "1- 2? 3?", ("rejected", ())),
            ("20000", "1+ 2+x 2? 3?", (None, (2,))),  # what was overtaken counts no more
        ],
    )
    def test_asks_level_by_level(self, amount: str, entries: str, expected: Any) -> None:
        progress = plan_levels(CHAIN, Decimal(amount), place(entries))
        assert (progress.outcome, progress.ask) == expected

    def test_asks_in_the_order_of_each_level(self) -> None:
        chain = (level("1", "0", order="serial"), level("2", "10", rule="any"))
        assert plan_levels(chain, Decimal(20), place("1? 1? 2? 2?")).ask == (0,)
        assert plan_levels(chain, Decimal(20), place("1+ 1? 2? 2?")).ask == (1,)
        assert plan_levels(chain, Decimal(20), place("1+ 1+ 2? 2?")).ask == (2, 3)
        assert plan_levels(chain, Decimal(20), place("1+ 1+ 2+ 2.")).outcome == APPROVED

    def test_names_the_level_in_hand(self) -> None:
        assert find_open_level(CHAIN, Decimal(20000), place("1+ 2. 3?")) == CHAIN[1]
        assert find_open_level(CHAIN, Decimal(5), place("1+ 2? 3?")) is None


class TestPlanRestart:
    @pytest.mark.parametrize(
        ("entries", "amount", "overtaken"),
        [
            ("1+ 2. 3?", "30000", (1,)),  # the level in hand saw another amount
            ("1+ 2. 3?", "60000", (1,)),
            ("1+ 2+ 3.", "70000", (2,)),  # lower levels that agreed stay
            ("1+ 2+ 3.", "20000", (1, 2)),  # level 2 decides on this amount now
            ("1+ 2. 3?", "5000", (0, 1)),  # back to the first level
            ("1. 2? 3?", "5000", (0,)),
            ("1+ 2? 3?", "20000", ()),
            ("1+x 1+ 2. 3?", "5000", (1, 2)),  # nothing is overtaken twice
        ],
    )
    def test_starts_from_the_level_that_it_now_needs(self, entries: str, amount: str, overtaken: Any) -> None:
        assert plan_restart(CHAIN, Decimal(amount), place(entries)) == overtaken

    def test_asks_all_of_a_level_again_that_was_half_answered(self) -> None:
        assert plan_restart(CHAIN, Decimal(9), place("1+ 1. 2? 3?")) == (0, 1)

    def test_keeps_what_somebody_added_by_hand_agreed_to(self) -> None:
        chain = (CHAIN[0], level("x", None, is_extra=True), CHAIN[1])
        assert plan_restart(chain, Decimal(20000), place("1+ x+ 2.")) == (2,)
        assert plan_restart(chain, Decimal(20000), place("1+ x. 2?")) == (1,)


amounts = st.decimals(min_value=0, max_value=100_000, places=2)
rules = st.sampled_from(["all", "any", "veto", {"quorum": 1}])


@st.composite
def chains(draw: Any) -> tuple[tuple[Level, ...], list[Placed]]:
    """Levels with bounds of their own and one to three entries each, none asked yet."""
    bounds = sorted(draw(st.sets(st.integers(0, 50), min_size=1, max_size=4)))
    levels = tuple(
        level(str(at), str(bound * 1000), draw(rules), draw(st.sampled_from(["parallel", "serial"])))
        for at, bound in enumerate(bounds)
    )
    placed = [
        Placed(level=one.key, entry=Entry(asked=False, veto=draw(st.booleans())))
        for one in levels
        for _ in range(draw(st.integers(1, 3)))
    ]
    return levels, placed


def play(levels: Any, amount: Decimal, placed: list[Placed], data: Any) -> tuple[str | None, list[str]]:
    """Ask and answer in any order until it is decided: the outcome, and the levels in the order they were asked."""
    asked: list[str] = []
    for _ in range(len(placed) + 1):
        progress = plan_levels(levels, amount, placed)
        if progress.outcome is not None:
            return progress.outcome, asked
        for at in progress.ask:
            placed[at] = replace(placed[at], entry=replace(placed[at].entry, asked=True))
            asked.append(placed[at].level)
        waiting = [at for at, one in enumerate(placed) if one.entry.asked and one.entry.answer is None]
        assert waiting, "an approval that nobody can answer never ends"
        at = data.draw(st.sampled_from(waiting))
        answer = data.draw(st.sampled_from([APPROVED, APPROVED, REJECTED]))
        placed[at] = replace(placed[at], entry=replace(placed[at].entry, answer=answer))
    raise AssertionError("it did not end")


def judge(levels: Any, amount: Decimal, placed: list[Placed]) -> str | None:
    """The oracle: every level over whose bound the amount is, each decided alone, all of them or none."""
    bounds = [one.above for one in levels]
    needed = [one for one in levels if amount > one.above or one.above == min(bounds)]
    results = [decide_approval(one.rule, [p.entry for p in placed if p.level == one.key]) for one in needed]
    if REJECTED in results:
        return REJECTED
    return APPROVED if all(result == APPROVED for result in results) else None


class TestChainsInAnyOrder:
    @given(chain=chains(), amount=amounts, data=st.data())
    def test_end_as_the_oracle_says(self, chain: Any, amount: Decimal, data: Any) -> None:
        levels, placed = chain
        outcome, asked = play(levels, amount, placed, data)
        assert outcome == judge(levels, amount, placed)
        assert asked == sorted(asked), "a later level is asked only after the one before"
        assert set(asked) <= {one.key for one in list_needed(levels, amount)}

    @given(chain=chains(), before=amounts, after=amounts, data=st.data())
    def test_let_the_highest_level_that_is_needed_decide_on_the_new_amount(
        self, chain: Any, before: Decimal, after: Decimal, data: Any
    ) -> None:
        levels, placed = chain
        outcome, _ = play(levels, before, placed, data)
        if outcome == REJECTED:
            return
        # the state of before its last answer: in mid-chain
        last = max(at for at, one in enumerate(placed) if one.entry.answer is not None)
        placed[last] = replace(placed[last], entry=replace(placed[last].entry, answer=None))
        again = plan_restart(levels, after, placed)
        new = [replace(one, overtaken=True) if at in again else one for at, one in enumerate(placed)]
        new += [replace(placed[at], entry=replace(placed[at].entry, asked=False, answer=None)) for at in again]
        top = list_needed(levels, after)[-1]
        answered = [one for one in new if one.level == top.key and not one.overtaken and one.entry.answer]
        assert not answered
        assert plan_levels(levels, after, new).ask, "somebody is asked now"
        assert plan_levels(levels, after, new).outcome is None


class TestSayAmount:
    @pytest.mark.parametrize(
        ("amount", "currency", "words"),
        [
            ("12000", "EUR", "12,000.00 EUR"),
            ("10000.01", "", "10,000.01"),
            ("0.123456", "EUR", "0.123456 EUR"),
            ("1E+3", "EUR", "1,000.00 EUR"),
        ],
    )
    def test_says_it_to_the_cent_at_least(self, amount: str, currency: str, words: str) -> None:
        assert say_amount(amount, currency) == words

    def test_says_what_a_level_is_for(self) -> None:
        assert [describe_bound(one, "EUR") for one in CHAIN] == [
            "any amount",
            "over 10,000.00 EUR",
            "over 50,000.00 EUR",
        ]
        assert describe_bound(Level(key="x", rule=Rule(kind="all"), is_extra=True), "EUR") == "added"


def test_every_prefix_of_answers_has_one_meaning() -> None:
    """Two levels of two: each of the answers' 81 combinations is decided as the table says."""
    chain = (level("1", "0"), level("2", "10", rule="any"))
    for answers in itertools.product("+-.", repeat=4):
        placed = place(" ".join(f"{key}{answer}" for key, answer in zip("1122", answers, strict=True)))
        first, second = answers[:2], answers[2:]
        if "-" in first:
            expected = REJECTED
        elif "." in first:
            expected = None
        elif "+" in second:
            expected = APPROVED
        else:
            expected = REJECTED if second == ("-", "-") else None
        assert plan_levels(chain, Decimal(20), placed).outcome == expected, answers
