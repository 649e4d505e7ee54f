"""Which policy counts, what its marks are, how it reads, and how good a forecast is: tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.sla.forecast import ENOUGH, Ended, forecast, score_brier
from cases.sla.marks import Rung, Terms, list_marks
from cases.sla.policies import Facts, Policy, choose_policy
from cases.sla.words import say_budget, say_late, say_left, say_paused, say_policy


def policy(key: str, **more: Any) -> Policy:
    named = {"id": len(key), "key": key, "name": key.capitalize(), "subject": "task", "budget": "P1D"}
    return Policy(**{**named, "is_working_time": True, "terms": Terms(), **more})


EVERY = policy("all")
PRIORITY = policy("urgent", priority="urgent")
KIND = policy("kind", task_kind="approve")
TYPE = policy("invoices", case_type="invoice")
TEAM = policy("hr", team="hr")
PAIR = policy("urgent-approvals", task_kind="approve", priority="urgent")
CASES = policy("cases", subject="case")


class TestChoosePolicy:
    @pytest.mark.parametrize(
        ("facts", "key"),
        [
            ({}, "all"),
            ({"team": "hr"}, "hr"),
            ({"team": "hr", "priority": "urgent"}, "urgent"),
            ({"task_kind": "approve", "team": "hr"}, "kind"),
            ({"task_kind": "approve", "priority": "urgent"}, "urgent-approvals"),
            ({"task_kind": "approve", "priority": "urgent", "case_type": "invoice"}, "invoices"),
            ({"subject": "case", "priority": "urgent"}, "cases"),
        ],
    )
    def test_takes_the_most_specific(self, facts: dict[str, str], key: str) -> None:
        choice = choose_policy([EVERY, PRIORITY, KIND, TYPE, TEAM, PAIR, CASES], Facts(**{"subject": "task", **facts}))
        assert choice.policy is not None
        assert choice.policy.key == key

    def test_says_why(self) -> None:
        choice = choose_policy([EVERY, PRIORITY], Facts(subject="task", priority="urgent"))
        assert choice.why == "“Urgent” fits most closely: it is for an urgent task. It goes before “All”."
        assert choose_policy([PRIORITY], Facts(subject="task")).why == "No SLA policy fits."

    def test_of_two_alike_takes_the_older(self) -> None:
        older, newer = policy("b", id=3), policy("a", id=4)
        assert choose_policy([newer, older], Facts(subject="task")).policy == older


class TestMarks:
    def test_come_in_order_and_keep_their_names(self) -> None:
        ladder = (Rung(percent=100, do="tell", to="lead"), Rung(percent=150, do="raise_priority"))
        names = [mark.name for mark in list_marks(Terms(warn_percent=75, ladder=ladder))]
        assert names == ["remind:50", "warn", "remind:90", "breach", "climb:100:tell:lead", "climb:150:raise_priority:"]

    def test_of_a_case_remind_nobody(self) -> None:
        assert [mark.name for mark in list_marks(Terms(warn_percent=75), subject="case")] == ["warn", "breach"]


class TestWords:
    def test_of_a_policy_are_plain(self) -> None:
        terms = Terms(warn_percent=75, reminders=(), ladder=(Rung(percent=100, do="reassign", to="lead"),))
        told = say_policy(policy("x", subject="case", case_type="invoice", priority="urgent", terms=terms))
        assert told == (
            "An urgent invoice case has 1 working day. At 75 % a warning goes out; at 100 % it goes to the team's "
            "lead. The clock stands while somebody is asked for information."
        )

    @pytest.mark.parametrize(
        ("text", "is_working", "words"),
        [
            ("P2D", True, "2 working days"),
            ("PT6H", True, "6 hours of working time"),
            ("P1DT4H30M", True, "1 working day and 4 hours and 30 minutes of working time"),
            ("P2DT1H", False, "2 days and 1 hour, nights and weekends too"),
        ],
    )
    def test_of_a_budget(self, text: str, is_working: bool, words: str) -> None:
        assert say_budget(text, is_working=is_working) == words

    def test_of_a_clock(self) -> None:
        assert say_left(timedelta(hours=2, minutes=10), is_working=True) == "2 h 10 min of working time left"
        assert say_late(timedelta(days=1, hours=3)) == "late by 1 day"
        assert say_paused(["waiting for the requester"]) == "paused: waiting for the requester"


class TestForecast:
    def test_knows_only_what_took_as_long(self) -> None:
        ended = [Ended(end_percent=percent, is_late=percent > 100) for percent in (20, 60, 120) for _ in range(20)]
        late = forecast(ended, 50)
        assert late is not None
        assert (late.late, late.count, late.words) == (20, 40, "20 of 40 like this were late")
        assert forecast(ended, 100) is None, f"20 are fewer than {ENOUGH}"

    def test_is_scored_as_brier_did(self) -> None:
        assert score_brier([(0.5, True), (0.5, False)]) == 0.25
        assert score_brier([(1.0, True), (0.0, False)]) == 0.0
