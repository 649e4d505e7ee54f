"""Time that this process waited for its database, without what Python does around it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection


def time_calls(call: Callable[[], object], *, calls: int, pages: int = 1) -> float:
    """Seconds that the database took for one page, the mean of so many calls of so many pages each."""
    spent = 0.0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent += time.perf_counter() - began

    call()  # plans and pages of the database are warm in daily use
    with connection.execute_wrapper(watch):
        for _ in range(calls):
            call()
    return spent / (calls * pages)
