"""HW-7, SLA warnings to external tools: each gets the warning and the breach once; the case knows them anyway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.installed_clocks import move_clock
from tests.support.processes import wait_for
from tests.support.receiver import Receiver, receiving
from tests.use_cases.conftest import WITHIN_S, World
from tools.demo.books import SentRequest

TOOLS = ("messaging", "monitoring", "dashboard")
POLICY = {
    "key": "hw-7",
    "name": "Approvals",
    "subject": "task",
    "task_kind": "approve",
    "team": "legal",
    "budget": "P1D",
    "ladder": [{"percent": 100, "do": "tell", "to": "lead"}],
}
TWO_DAYS_S = 172_800


def write_flow(receiver: Receiver) -> str:
    """One flow tells three tools, one after the other; none keeps another from hearing."""
    steps = "\n".join(
        f"""  {tool}:
    kind: http.request
    with: {{method: POST, url: "{receiver.url}/{tool}", repeat: safe,
           json: {{event: "= trigger.body.name", due_at: "= trigger.body.data.due_at",
                  task: "= trigger.body.data.task"}}}}
    retry: {{max_attempts: 9, first_delay_s: 1, factor: 2, max_delay_s: 300}}
    {following}"""
        for tool, following in zip(TOOLS, (*(f"next: {tool}" for tool in TOOLS[1:]), ""), strict=True)
    )
    return f"""format: 1
flow: sla-signals
name: SLA signals to other tools
team: marketing
trigger:
  kind: event
  event: sla.*
  filter: "= body.name = 'sla.warned' or body.name = 'sla.breached'"
steps:
{steps}
"""


class Desk:
    """A request whose approval runs out of time, and what the tools were told of it."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        self.request: SentRequest = world.ask()
        self.task: dict[str, Any] = world.wait_for_task("lee", self.request)

    def move_clock(self, share: float) -> None:
        """Have this share of the two days passed: the rows of a clock that is open are moved, nobody waits."""
        move_clock(self.world.product, self.task["id"], budget_s=TWO_DAYS_S, passed_s=TWO_DAYS_S * share)

    def list_told(self, name: str) -> list[str]:
        """The tools that were told of this event of the task, each as often as it was."""
        return [
            tool
            for tool in TOOLS
            for post in self.receiver.list_posts(f"/{tool}")
            if post["event"] == name and post["task"] == self.task["id"]
        ]

    def list_timeline(self) -> list[str]:
        """The names of what happened in the case about this task's time."""
        rows = self.world.get_timeline(self.request)
        told = (row for row in rows if row["name"].startswith("sla."))
        return [row["name"] for row in told if row["data"]["task"] == self.task["id"]]

    def wait_until_told(self, name: str, tools: tuple[str, ...] = TOOLS) -> None:
        """Wait until all of the tools were told."""
        wait_for(lambda: set(self.list_told(name)) >= set(tools), within_s=WITHIN_S, what=f"{name} at {tools}")


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    call = world.product.call
    with receiving() as receiver:
        world.product.publish(write_flow(receiver))
        assert call("admin", "POST", "/api/v1/sla/policies", json=POLICY).status_code == 200
        yield Desk(world, receiver)
        assert call("admin", "DELETE", "/api/v1/sla/policies/hw-7").status_code == 204


class TestSignals:
    def test_reach_each_tool_once(self, desk: Desk) -> None:
        desk.move_clock(0.8)
        desk.wait_until_told("sla.warned")
        assert desk.list_told("sla.breached") == []
        clock = desk.world.product.get("lee", f"/api/v1/tasks/{desk.task['id']}/clock")
        assert clock["state"] == "running"
        desk.move_clock(1.01)
        desk.wait_until_told("sla.breached")
        assert sorted(desk.list_told("sla.warned")) == sorted(desk.list_told("sla.breached")) == sorted(TOOLS)
        assert desk.list_timeline() == ["sla.warned", "sla.breached", "sla.escalated"]
        desk.world.decide("lee", desk.request, "rejected", "Too late.")
        desk.world.wait_for_end(desk.request)
        ended = desk.world.product.get("lee", f"/api/v1/tasks/{desk.task['id']}/clock")
        assert (ended["state"], ended["ledger"][-1]["what"]) == ("breached", "late")

    def test_wait_for_a_tool_that_is_down_and_the_case_knows_anyway(self, desk: Desk) -> None:
        desk.receiver.status = 503
        desk.move_clock(1.01)
        wait_for(lambda: "sla.breached" in desk.list_timeline(), within_s=WITHIN_S, what="the breach in the case")
        assert desk.list_told("sla.breached") == []
        desk.receiver.status = 200

        def is_told() -> bool:
            desk.world.product.make_effects_due()
            return set(desk.list_told("sla.breached")) == set(TOOLS)

        wait_for(is_told, within_s=WITHIN_S, what="the tools to be told after all")
        assert sorted(desk.list_told("sla.breached")) == sorted(TOOLS)

    def test_say_nothing_of_what_was_done_in_time(self, desk: Desk) -> None:
        desk.world.decide("lee", desk.request, "rejected", "No.")
        desk.world.wait_for_end(desk.request)
        desk.move_clock(1.5)
        other = Desk(desk.world, desk.receiver)
        other.move_clock(1.01)
        other.wait_until_told("sla.breached")
        assert desk.list_told("sla.warned") == desk.list_told("sla.breached") == []
        assert desk.list_timeline() == []
