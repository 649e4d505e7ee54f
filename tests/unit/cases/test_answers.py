"""What an answer must look like."""

from __future__ import annotations

from typing import Any

import pytest

from cases.answers import check_answer
from cases.errors import AnswerInvalid
from cases.models import Task

FORM = {
    "type": "object",
    "required": ["amount"],
    "properties": {"amount": {"type": "number"}, "paid": {"type": "boolean"}},
}


def approval_task(form: Any = None) -> Task:
    return Task(kind="approve", outcomes=["approved", "rejected"], form=form)


def faults_of(task: Task, **answer: Any) -> tuple[str, list[str]]:
    values = {"outcome": "approved", "data": None, "comment": None, **answer}
    with pytest.raises(AnswerInvalid) as caught:
        check_answer(task, **values)
    return caught.value.code, [error["pointer"] for error in caught.value.details["errors"]]


class TestCheckAnswer:
    @pytest.mark.parametrize("outcome", ["done", "", None, 1, ["approved"], "Approved"])
    def test_refuses_an_unknown_outcome(self, outcome: Any) -> None:
        assert faults_of(approval_task(), outcome=outcome) == ("task.unknown_outcome", ["/outcome"])

    @pytest.mark.parametrize("comment", [None, "", "   ", "\n\t\u00a0"])
    def test_refuses_a_rejection_without_a_comment(self, comment: Any) -> None:
        assert faults_of(approval_task(), outcome="rejected", comment=comment) == ("task.comment_missing", ["/comment"])

    def test_keeps_a_comment_of_white_space_as_none(self) -> None:
        assert check_answer(approval_task(), outcome="approved", data=None, comment="  ").comment is None

    def test_keeps_a_comment_as_it_was_written(self) -> None:
        answer = check_answer(approval_task(), outcome="rejected", data=None, comment=" No. \n")
        assert answer.comment == " No. \n"

    @pytest.mark.parametrize("comment", [5, ["x"], "x" * 10_001, "a\x00b", "\ud800"])
    def test_refuses_a_comment_that_cannot_be_kept(self, comment: Any) -> None:
        assert faults_of(approval_task(), comment=comment) == ("task.answer_invalid", ["/comment"])

    @pytest.mark.parametrize(
        ("data", "pointers"),
        [
            (None, ["/data/amount"]),
            ({}, ["/data/amount"]),
            ({"amount": "12"}, ["/data/amount"]),
            ({"amount": 12, "paid": "no"}, ["/data/paid"]),
            ([], ["/data"]),
            ("x", ["/data"]),
            ({"amount": float("nan")}, ["/data/amount"]),
        ],
    )
    def test_lists_the_faults_of_the_form_by_pointer(self, data: Any, pointers: list[str]) -> None:
        assert faults_of(approval_task(FORM), data=data) == ("task.answer_invalid", pointers)

    def test_takes_data_that_fit_the_form(self) -> None:
        answer = check_answer(approval_task(FORM), outcome="approved", data={"amount": 3}, comment=None)
        assert answer.data == {"amount": 3}

    def test_lets_a_rejection_leave_the_form_empty(self) -> None:
        answer = check_answer(approval_task(FORM), outcome="rejected", data=None, comment="Wrong sum.")
        assert answer.data is None

    def test_checks_what_a_rejection_did_fill_in(self) -> None:
        code, pointers = faults_of(approval_task(FORM), outcome="rejected", data={"amount": "x"}, comment="Wrong.")
        assert (code, pointers) == ("task.answer_invalid", ["/data/amount"])

    def test_needs_no_comment_for_work_called_rejected(self) -> None:
        task = Task(kind="assign", outcomes=["done", "rejected"])
        assert check_answer(task, outcome="rejected", data=None, comment=None).comment is None

    def test_refuses_data_beyond_256_kib(self) -> None:
        assert faults_of(approval_task(), data={"x": "y" * 262_144}) == ("task.answer_invalid", ["/data"])
