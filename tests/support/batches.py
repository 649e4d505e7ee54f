"""Batches of runs for tests that kill: the flow, the sender with its own record of 2xx, the people, and the check of
the books. Lost and doubled are counted from the sender's record and the target's, never from the product's word."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

SENDERS = 4
STEPS = ["add", "open_case", "call", "ask", "close"]
FLOW = """\
format: 1
flow: batch
name: Survives what is done to it
team: operations
trigger:
  kind: webhook
  path: batch
  auth: {kind: none}
  schema: {type: object, required: [id, url]}
  dedupe: "= body.id"
  business_key: "= body.id"
steps:
  add:
    kind: set
    with: {total: "= trigger.body.number + 1"}
    next: open_case
  open_case:
    kind: case.open
    with: {type: batch, title: "= 'Batch ' & trigger.body.id"}
    next: call
  call:
    kind: http.request
    with: {method: POST, url: "= trigger.body.url", repeat: safe, timeout_s: 1, json: {id: "= trigger.body.id"}}
    retry: {max_attempts: 5, first_delay_s: 1, factor: 1, max_delay_s: 1}
    next: ask
  ask:
    kind: task.assign
    with: {title: "= 'Look at ' & trigger.body.id", to: ["team:operations"], outcomes: [done]}
    on: {done: close}
  close:
    kind: case.close
    with: {status: closed}
"""


@dataclass
class Batch:
    """Ids that are sent to the flow above, and what the sender and the people noted down."""

    installation: Installation
    target: CountingTarget
    ids: list[str]
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)  # id → the first 2xx answer
    statuses: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self) -> None:
        """Post each id until it is accepted, some at a time; every 2xx is noted down."""
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self._send_until_accepted, enumerate(self.ids)))

    def _send_until_accepted(self, numbered: tuple[int, str]) -> None:
        number, key = numbered
        body = {"id": key, "number": number, "url": f"{self.target.url}/{key}"}
        until = time.monotonic() + 90
        while True:
            try:
                answer = requests.post(f"{self.installation.url}/hooks/batch", json=body, timeout=10)
            except requests.RequestException:
                status = 0
            else:
                status = answer.status_code
            with self._lock:
                self.statuses[status] += 1
                if 200 <= status < 300:
                    self.accepted.setdefault(key, answer.json())
                    return
            assert status in {0, 503}, f"{status}: {answer.text[:300]}"
            assert time.monotonic() < until, f"{key} was not accepted within 90 s"
            time.sleep(0.1)  # a sender's pause between tries

    # --- what the database holds, by the sender's ids

    def runs(self) -> dict[str, list[tuple[str, str]]]:
        """(run id, status) of every run, by business key."""
        found: dict[str, list[tuple[str, str]]] = {key: [] for key in self.ids}
        for key, run_id, status in self.installation.query("SELECT business_key, id, status FROM flows_run"):
            if key in found:
                found[key].append((str(uuid.UUID(str(run_id))), status))
        return found

    def count(self, status: str) -> int:
        """How many of the runs have that status."""
        return sum(status == has for runs in self.runs().values() for _, has in runs)

    def count_open_tasks(self) -> int:
        """How many of the runs wait for a person to do the work."""
        mine = {run_id for runs in self.runs().values() for run_id, _ in runs}
        rows = self.installation.query("SELECT correlation FROM cases_task WHERE status = 'open'")
        return sum(row[0] in mine for row in rows)

    # --- the way through

    def wait_for_tasks(self, *, within_s: float) -> None:
        """Wait until every run has reached its task."""
        wait_for(lambda: self.count_open_tasks() == len(self.ids), within_s=within_s, what="every run at its task")

    def do_tasks(self) -> None:
        """Somebody does the work of every task, each once; a call that got no answer is repeated under its key."""
        mine = {run_id for runs in self.runs().values() for run_id, _ in runs}
        rows = self.installation.query("SELECT id, correlation FROM cases_task WHERE status = 'open'")
        for task_id in (uuid.UUID(str(task)) for task, correlation in rows if correlation in mine):
            self._complete(str(task_id))

    def _complete(self, task_id: str) -> None:
        path, until = f"/api/v1/tasks/{task_id}/complete", time.monotonic() + 60
        while True:
            try:
                answer = self.installation.call(
                    "ops", "POST", path, json={"outcome": "done"}, headers={"Idempotency-Key": task_id}
                )
            except requests.RequestException:
                status = 0
            else:
                status = answer.status_code
            if status == 200:
                return
            assert status in {0, 503}, f"{path}: {status} {answer.text[:300]}"
            assert time.monotonic() < until, f"{path} did not succeed within 60 s"
            time.sleep(0.1)  # a person's pause between tries

    def finish(self, *, within_s: float = 20) -> None:
        """Do every task, wait for the end of every run, and check the books."""
        self.do_tasks()
        wait_for(lambda: self.count("completed") == len(self.ids), within_s=within_s, what="every run to complete")
        self.check_books()

    # --- the books

    def check_books(self) -> None:
        """Nothing lost, nothing doubled, nothing falsely marked; the event log proves itself."""
        assert set(self.accepted) == set(self.ids)
        runs = self.runs()
        assert {key: len(found) for key, found in runs.items()} == dict.fromkeys(self.ids, 1)
        assert {key: answer["run"] for key, answer in self.accepted.items()} == {
            key: found[0][0] for key, found in runs.items()
        }
        self._check_visits({found[0][0] for found in runs.values()})
        self._check_calls()
        self._check_rows({found[0][0]: key for key, found in runs.items()})
        assert "The event log is intact." in self.installation.run("verify_events")

    def _check_visits(self, mine: set[str]) -> None:
        by_run: dict[str, list[tuple[str, str]]] = {run_id: [] for run_id in mine}
        rows = self.installation.query("SELECT run_id, key, status FROM flows_stepvisit ORDER BY run_id, sequence")
        for run_id, key, status in rows:
            by_run.get(str(uuid.UUID(str(run_id))), []).append((key, status))
        went_well = [(key, "succeeded") for key in STEPS]
        assert {run_id: went for run_id, went in by_run.items() if went != went_well} == {}

    def _check_calls(self) -> None:
        """Each id had its effect, and every repeat of a call came under the first one's key."""
        seen = {path: set(keys) for path, keys in self.target.keys_by_path.items()}
        for key in self.ids:
            assert len(seen.get(f"/{key}", ())) == 1, f"{key} was called under {seen.get(f'/{key}')}"
        keys = [next(iter(seen[f"/{key}"])) for key in self.ids]
        assert len(set(keys)) == len(self.ids)
        assert "" not in keys

    def _check_rows(self, key_by_run: dict[str, str]) -> None:
        """One case, one done task, one completion event, no incident and no wait left, a run."""
        sources = {
            "cases": "SELECT business_key FROM cases_case WHERE closed_at IS NOT NULL AND status = 'closed'",
            "cases at all": "SELECT business_key FROM cases_case",
            "done tasks": "SELECT correlation FROM cases_task WHERE status = 'done'",
            "tasks at all": "SELECT correlation FROM cases_task",
            "effects": "SELECT run_id FROM flows_effect WHERE status = 'confirmed'",
            "effects at all": "SELECT run_id FROM flows_effect",
            "starts": "SELECT subject_id FROM events_event WHERE name = 'run.started'",
            "completions": "SELECT subject_id FROM events_event WHERE name = 'run.completed'",
        }
        for what, sql in sources.items():
            counted = Counter(self._name(row[0], key_by_run) for row in self.installation.query(sql))
            assert {key: counted[key] for key in self.ids} == dict.fromkeys(self.ids, 1), what
        for sql in (
            "SELECT run_id, code, message FROM flows_incident",
            "SELECT run_id, kind FROM flows_signal WHERE consumed_at IS NULL",
        ):
            left = self.installation.query(sql)
            assert [row for row in left if self._name(row[0], key_by_run) in self.ids] == []

    @staticmethod
    def _name(value: object, key_by_run: dict[str, str]) -> str:
        try:
            return key_by_run.get(str(uuid.UUID(str(value))), "")
        except ValueError:
            return str(value)


def make_batch(installation: Installation, target: CountingTarget, size: int) -> Batch:
    """A batch with fresh ids."""
    name = uuid.uuid4().hex[:6]
    return Batch(installation=installation, target=target, ids=[f"{name}-{number:03}" for number in range(size)])
