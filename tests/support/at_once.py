"""Does things at the same moment, as many people would: a thread and a connection each, let go together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


def do_at_once(jobs: Sequence[Callable[[], T]], *, refusal: type[E]) -> list[T | E]:
    """What the jobs gave or were refused by, in no order. Any other error fails the test: its job has no result."""
    results: list[T | E] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            results.append(job())
        except refusal as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(jobs)
    return results
