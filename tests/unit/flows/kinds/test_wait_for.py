"""What ``wait_for`` makes of its settings and of the news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows.definition.kind import Advance, Park, StepError
from flows.definition.model import Step
from flows.kinds.wait_for import WAIT_FOR
from tests.unit.flows.kinds.test_logic_kinds import NOW, call

MESSAGE = {"ref": "0197", "name": "paid", "key": "A-1", "data": {"amount": 7}, "id": "m-1"}


def park(**settings: Any) -> Park:
    outcome = WAIT_FOR.execute(call({"message": "paid", "key": "A-1", **settings}))
    assert isinstance(outcome, Park)
    return outcome


class TestExecute:
    def test_parks_for_the_message(self) -> None:
        wait = park().wait
        assert (wait.kind, wait.message, wait.due_at, wait.subject) == (
            "message", ("paid", "A-1"), None, "“paid” for A-1",
        )  # fmt: skip

    @pytest.mark.parametrize(("key", "text"), [(4711, "4711"), (1.5, "1.5"), ("0", "0"), (" a ", " a ")])
    def test_takes_texts_and_numbers_as_keys(self, key: Any, text: str) -> None:
        assert park(key=key).wait.message == ("paid", text)

    def test_arms_a_timer_for_its_timeout(self) -> None:
        assert park(timeout="PT2H").wait.due_at == NOW + timedelta(hours=2)

    @pytest.mark.parametrize(
        ("settings", "code", "words"),
        [
            ({"key": None}, "message.bad_key", "must be a text or a number, but is nothing"),
            ({"key": ""}, "message.bad_key", "1 to 300 characters, but has 0"),
            ({"key": "  "}, "message.bad_key", "1 to 300 characters, but has 0"),
            ({"key": "x" * 301}, "message.bad_key", "has 301"),
            ({"key": True}, "message.bad_key", "must be a text or a number"),
            ({"key": {"id": 1}}, "message.bad_key", "must be a text or a number"),
            ({"message": ["paid"]}, "message.bad_message", "must be a text or a number"),
            ({"message": "x" * 201}, "message.bad_message", "1 to 200 characters"),
            ({"timeout": "soon"}, "wait.bad_time", "'timeout' cannot be used"),
            ({"timeout": 5}, "wait.bad_time", "A duration is a text such as P2D"),
            ({"timeout": "P999999999D"}, "wait.bad_time", "cannot be used"),
        ],
    )
    def test_refuses_what_names_no_message(self, settings: dict[str, Any], code: str, words: str) -> None:
        with pytest.raises(StepError, match=words) as caught:
            park(**settings)
        assert caught.value.code == code


class TestResume:
    def test_gives_the_message_on(self) -> None:
        told = {"name": "paid", "key": "A-1", "data": {"amount": 7}, "id": "m-1"}
        assert WAIT_FOR.resume(Step(key="s", kind="wait_for"), {"message": MESSAGE}) == Advance(output=told)

    def test_leaves_by_timeout_when_the_time_was_over(self) -> None:
        assert WAIT_FOR.resume(Step(key="s", kind="wait_for"), {"fired": True}) == Advance(port="timeout")


class TestDescription:
    @pytest.mark.parametrize(
        ("settings", "text"),
        [
            ({"message": "paid", "key": "= trigger.body.order"}, "Wait for the message “paid” for order"),
            ({"message": "paid", "key": "A", "timeout": "P2D"}, "Wait for the message “paid” for A, at most 2 days"),
        ],
    )
    def test_is_plain(self, settings: dict[str, Any], text: str) -> None:
        assert WAIT_FOR.spec.describe(Step(key="s", kind="wait_for", settings=settings)) == text
