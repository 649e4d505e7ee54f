"""How long from a webhook to the first task in the inbox while nothing else goes on: intake, bell, burst, landing."""

from __future__ import annotations

import sys
import time
from statistics import median

import requests

from cases.models import Task
from tests.support.processes import run_command
from tools.bench.report import Note
from tools.bench.stand import Stand

CALLS = 20
PAUSE_S = 0.3
GIVE_UP_S = 10.0
FLOW = """\
format: 1
flow: bench-first-task
name: Bench of the first task
team: marketing
trigger:
  kind: webhook
  path: bench-first-task
  auth: {kind: none}
steps:
  open_case:
    kind: case.open
    with: {type: bench, title: "= trigger.body.title"}
    next: ask
  ask:
    kind: task.assign
    with: {title: "= trigger.body.title", to: ["team:legal"], outcomes: [done]}
"""


def measure_first_task(stand: Stand) -> Note:
    """Milliseconds from sending the request to the committed task, over 20 calls with pauses between."""
    path = stand.folder / "first_task.yaml"
    path.write_text(FLOW)
    run_command("import_flow", str(path), "--publish", env=stand.env)
    url = f"{stand.web.url if stand.web else ''}/hooks/bench-first-task"
    _time_call(url, "warm")
    taken_ms = sorted(1_000 * _time_call(url, f"call {place}") for place in range(CALLS))
    return Note(
        name="webhook to first task, idle (wanted: under 200 ms)",
        text=f"median {median(taken_ms):.0f} ms, worst of {CALLS} {taken_ms[-1]:.0f} ms",
    )


def _time_call(url: str, title: str) -> float:
    time.sleep(PAUSE_S)  # idle is what is measured
    began = time.perf_counter()
    answer = requests.post(url, json={"title": title}, timeout=10)
    if answer.status_code != 202:
        sys.exit(f"bench: the call was answered {answer.status_code}: {answer.text[:300]}")
    tasks = Task.objects.filter(correlation=answer.json()["run"])
    while not tasks.exists():
        if time.perf_counter() - began > GIVE_UP_S:
            sys.exit(f"bench: no task within {GIVE_UP_S} s.")
        time.sleep(0.002)
    return time.perf_counter() - began
