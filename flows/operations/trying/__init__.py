"""Trying a draft out: in memory, with answers in place of people and systems; kept as test cases; for real."""

from flows.operations.trying.memory import Answering, Reach, Tried, answer_try, begin_try, clear_try, show_try
from flows.operations.trying.real import Reached, find_begun, forget_tries, get_tried_run, list_reached, start_try
from flows.operations.trying.test_cases import drop_test, keep_test, run_draft_tests, take_result

__all__ = [
    "Answering",
    "Reach",
    "Reached",
    "Tried",
    "answer_try",
    "begin_try",
    "clear_try",
    "drop_test",
    "find_begun",
    "forget_tries",
    "get_tried_run",
    "keep_test",
    "list_reached",
    "run_draft_tests",
    "show_try",
    "start_try",
    "take_result",
]
