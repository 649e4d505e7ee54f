"""A flow that waits for a message, and messages to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.models import FlowVersion, Message, Run
from flows.operations.messages import NewMessage, Published, publish_message
from integrator.events.actors import SYSTEM
from integrator.events.queries import timeline
from tests.support.flows import make_team, make_version, run_to_rest

WAITING = """
format: 1
flow: waiting
name: Waits for the payment
team: marketing
steps:
  paid:
    kind: wait_for
    with: {message: paid, key: "= trigger.body.order"MORE}
    on: {next: done, timeout: gone}
  done: {kind: stop, with: {output: "= steps.paid.data"}}
  gone: {kind: stop, with: {output: too late}}
"""


def make_waiting(more: str = ', timeout: "PT1H"') -> FlowVersion:
    """Publish the flow; ``more`` are further settings of the step that waits."""
    return make_version(WAITING.replace("MORE", more))


def make_waiting_run(order: Any = "A-1") -> Run:
    """A run that waits for the payment of ``order``, at most an hour."""
    return run_to_rest(FlowVersion.objects.filter(flow__key="waiting").first() or make_waiting(), {"order": order})


def send(
    key: str = "A-1", data: Any = None, *, name: str = "paid", now: datetime | None = None, **more: Any
) -> Published:
    """Publish a message to the team of the flow."""
    new = NewMessage(team_id=make_team().pk, name=name, key=key, data=data, **more)
    return publish_message(new=new, actor=SYSTEM, now=now or datetime.now(UTC))


def outcome_of(published: Published) -> tuple[int, bool, bool]:
    """(delivered, parked, is_repeat)."""
    return published.delivered, published.parked, published.is_repeat


def names_on(run: Run) -> list[str]:
    """The events about messages on the run's timeline."""
    return [row.name for row in timeline([str(run.id)]) if row.name.startswith("message.")]


def parked() -> int:
    """How many messages are kept."""
    return Message.objects.filter(status="parked").count()
