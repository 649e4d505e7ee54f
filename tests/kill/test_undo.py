"""Answers that can still be undone when the power goes: each counts exactly once when it is back, late or not."""

from __future__ import annotations

import signal
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.kill.conftest import GRACE_S
from tests.support.batches import Batch, make_batch
from tests.support.crawler import Browser
from tests.support.installation import PASSWORD, Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

SIZE = 3
UNDO_S = 600  # none of them counts before the power goes
LONG_AGO = datetime.now(UTC) - timedelta(minutes=5)


def list_tasks(batch: Batch) -> dict[str, str]:
    """The state of each task of the batch by its id."""
    runs = {run_id for found in batch.runs().values() for run_id, _ in found}
    rows = batch.installation.query("SELECT id, correlation, status FROM cases_task")
    return {str(uuid.UUID(str(task))): status for task, correlation, status in rows if correlation in runs}


def count_events(batch: Batch, name: str) -> Counter[str]:
    """How often each task of the batch has this event."""
    tasks = list_tasks(batch)
    rows = batch.installation.query(f"SELECT subject_id FROM events_event WHERE name = '{name}'")
    return Counter(task for (task,) in rows if task in tasks)


def sign_in(installation: Installation) -> Browser:
    browser = Browser(installation.url)
    browser.sign_in("ops", PASSWORD)
    return browser


def let_time_pass(installation: Installation) -> None:
    """The time to undo is over: the rows are moved, nobody waits."""
    moment = f"'{LONG_AGO:%Y-%m-%d %H:%M:%S.%f}'"
    installation.execute(f"UPDATE cases_task SET settles_at = {moment} WHERE settles_at IS NOT NULL")
    installation.execute(f"UPDATE timers_timer SET due_at = {moment} WHERE handler = 'cases.settle'")


class TestAnswersThatCanBeUndone:
    @pytest.mark.slow(sample=True)
    def test_count_once_after_the_power_went(self, embedded: Installation, target: CountingTarget) -> None:
        batch = make_batch(embedded, target, SIZE)
        undoable = {"INTEGRATOR_UNDO_S": str(UNDO_S)}
        up = embedded.start_up(**undoable)
        batch.send()
        batch.wait_for_tasks(within_s=GRACE_S)
        browser = sign_in(embedded)
        for task in list_tasks(batch):
            assert browser.post(f"/inbox/{task}/", {"outcome": "done"}).status_code == 302
        assert set(list_tasks(batch).values()) == {"done"}
        up.kill()
        assert up.process.returncode == -signal.SIGKILL

        up = embedded.start_up(**undoable)  # they wait as before, and one of them is undone
        browser = sign_in(embedded)
        undone, *others = sorted(list_tasks(batch))
        assert (count_events(batch, "task.decided"), batch.count("waiting")) == (Counter(), SIZE)
        assert browser.post(f"/inbox/{undone}/undo/", {}, form_at=f"/inbox/{undone}/").status_code == 302
        up.kill()

        let_time_pass(embedded)  # it is over while nobody is at work
        up = embedded.start_up(**undoable)
        wait_for(lambda: batch.count("completed") == len(others), within_s=GRACE_S, what="the others to count")
        assert count_events(batch, "task.decided") == dict.fromkeys(others, 1)
        assert list_tasks(batch) == {undone: "open", **dict.fromkeys(others, "done")}
        for task in others:
            assert embedded.call("ops", "POST", f"/api/v1/tasks/{task}/undo").status_code == 409
        batch.finish()  # the undone one is answered anew; every run went its way once
        assert count_events(batch, "task.decided") == dict.fromkeys([undone, *others], 1)
        assert up.end() == 0, up.output
