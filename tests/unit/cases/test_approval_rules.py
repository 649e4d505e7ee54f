"""Every row of the approval rules, and what must hold for all of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.approval_rules import (
    Entry,
    Rule,
    RuleError,
    decide_approval,
    describe_rule,
    parse_rule,
    plan_approval,
)

ANSWERS = {"+": "approved", "-": "rejected", ".": None}
RULES: list[Any] = ["all", "any", "veto", {"quorum": 1}, {"quorum": 2}, {"quorum": 3}]


def entries_of(text: str) -> list[Entry]:
    """``"+ -! ."``: approved, rejected by one with a veto, not answered."""
    return [Entry(answer=ANSWERS[part[0]], veto=part.endswith("!")) for part in text.split()]  # type: ignore[arg-type]


class TestDecideApproval:
    @pytest.mark.parametrize(
        ("rule", "entries", "expected"),
        [
            # all: the first rejection decides rejected
            ("all", ". .", None),
            ("all", "+ .", None),
            ("all", "+ +", "approved"),
            ("all", "- .", "rejected"),
            ("all", ". -", "rejected"),
            ("all", "+ + -", "rejected"),
            ("all", "+", "approved"),
            ("all", "-", "rejected"),
            # any: the first approval decides approved; rejected when all reject
            ("any", ". .", None),
            ("any", "- .", None),
            ("any", "+ .", "approved"),
            ("any", "- +", "approved"),
            ("any", "- -", "rejected"),
            ("any", "- - .", None),
            # quorum n: approved at n, rejected when n can no longer be reached
            ({"quorum": 2}, "+ . .", None),
            ({"quorum": 2}, "+ + .", "approved"),
            ({"quorum": 2}, "+ - .", None),
            ({"quorum": 2}, "- - .", "rejected"),
            ({"quorum": 2}, "- . .", None),
            ({"quorum": 2}, "+ - -", "rejected"),
            ({"quorum": 3}, "- . .", "rejected"),
            ({"quorum": 3}, "+ + +", "approved"),
            ({"quorum": 1}, "- - +", "approved"),
            ({"quorum": 4}, ". . .", "rejected"),
            # veto: majority of answers, one rejection by a marked approver decides
            ("veto", ". . .", None),
            ("veto", "-! . .", "rejected"),
            ("veto", "+ + -!", "rejected"),
            ("veto", "+ + +! -", "approved"),
            ("veto", "+ + .!", None),
            ("veto", "+ + .", "approved"),
            ("veto", "- - .", "rejected"),
            ("veto", "+ - .", None),
            ("veto", "+ - +!", "approved"),
            ("veto", "- - +!", "rejected"),
            ("veto", "+! . .", None),
            ("veto", "- . .!", None),
            # veto: a tie, once it is certain, is rejected
            ("veto", "+ -", "rejected"),
            ("veto", "+ + - -", "rejected"),
            ("veto", "+! -", "rejected"),
            ("veto", "- - + .", "rejected"),
            ("veto", "+ + - .", None),
            ("veto", "+", "approved"),
            ("veto", "-", "rejected"),
        ],
    )
    def test_follows_the_table(self, rule: Any, entries: str, expected: str | None) -> None:
        assert decide_approval(parse_rule(rule), entries_of(entries)) == expected

    def test_refuses_an_approval_without_entries(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            decide_approval(Rule(kind="all"), [])

    @given(
        rule=st.sampled_from(RULES),
        entries=st.lists(st.tuples(st.sampled_from(["approved", "rejected"]), st.booleans()), min_size=1, max_size=7),
    )
    def test_is_decided_at_the_latest_when_all_have_answered(self, rule: Any, entries: list[Any]) -> None:
        answered = [Entry(answer=answer, veto=veto) for answer, veto in entries]
        assert decide_approval(parse_rule(rule), answered) in ("approved", "rejected")

    @given(
        rule=st.sampled_from(RULES),
        entries=st.lists(st.tuples(st.sampled_from(["approved", "rejected"]), st.booleans()), min_size=1, max_size=6),
        data=st.data(),
    )
    def test_comes_to_one_result_whatever_the_order_of_answers(self, rule: Any, entries: list[Any], data: Any) -> None:
        final = decide_approval(parse_rule(rule), [Entry(answer=answer, veto=veto) for answer, veto in entries])
        order = data.draw(st.permutations(range(len(entries))))
        given_so_far: set[int] = set()
        for position in order:
            given_so_far.add(position)
            state = [
                Entry(answer=answer if place in given_so_far else None, veto=veto)
                for place, (answer, veto) in enumerate(entries)
            ]
            outcome = decide_approval(parse_rule(rule), state)
            assert outcome in (None, final)
            if outcome is not None:
                return
        pytest.fail("all answered and still open")

    @pytest.mark.parametrize("rule", RULES)
    def test_decides_as_soon_as_no_answer_can_change_the_result(self, rule: Any) -> None:
        parsed = parse_rule(rule)
        for answers in itertools.product([None, "approved", "rejected"], repeat=3):
            entries = [Entry(answer=answer) for answer in answers]
            open_places = [place for place, answer in enumerate(answers) if answer is None]
            endings = set()
            for filling in itertools.product(["approved", "rejected"], repeat=len(open_places)):
                full = list(answers)
                for place, answer in zip(open_places, filling, strict=True):
                    full[place] = answer
                endings.add(decide_approval(parsed, [Entry(answer=answer) for answer in full]))
            expected = endings.pop() if len(endings) == 1 else None
            assert decide_approval(parsed, entries) == expected, answers


class TestPlanApproval:
    def test_asks_all_at_once_in_parallel(self) -> None:
        entries = [Entry(asked=False), Entry(asked=False)]
        assert plan_approval(Rule(kind="all"), "parallel", entries).ask == (0, 1)

    def test_asks_one_after_the_other_in_series(self) -> None:
        entries = [Entry(answer="approved"), Entry(asked=False), Entry(asked=False)]
        assert plan_approval(Rule(kind="all"), "serial", entries).ask == (1,)

    def test_asks_nobody_while_somebody_is_at_it(self) -> None:
        entries = [Entry(), Entry(asked=False)]
        assert plan_approval(Rule(kind="all"), "serial", entries).ask == ()

    def test_asks_nobody_once_it_is_decided(self) -> None:
        entries = [Entry(answer="rejected"), Entry(asked=False)]
        progress = plan_approval(Rule(kind="all"), "serial", entries)
        assert (progress.outcome, progress.ask) == ("rejected", ())


class TestParseRule:
    @pytest.mark.parametrize("value", ["most", "", 1, True, [], {}, {"quorum": 0}, {"quorum": "2"}, {"quorum": True}])
    def test_refuses_what_is_no_rule(self, value: Any) -> None:
        with pytest.raises(RuleError):
            parse_rule(value)

    def test_takes_all_where_nothing_is_said(self) -> None:
        assert parse_rule(None) == Rule(kind="all")


class TestDescribeRule:
    @pytest.mark.parametrize(
        ("rule", "count", "words"),
        [
            ("all", 1, "One answer decides."),
            ("all", 2, "Both must agree; one rejection ends it."),
            ("all", 3, "All 3 must agree; one rejection ends it."),
            ({"quorum": 2}, 3, "2 of 3 must approve."),
        ],
    )
    def test_says_it_in_words(self, rule: Any, count: int, words: str) -> None:
        assert describe_rule(parse_rule(rule), count) == words
