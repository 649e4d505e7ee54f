"""Celery jobs. They carry nothing: a bell says only "look". Losing one costs a second, never a run."""

from __future__ import annotations

from celery import shared_task

from flows.engine import effects, runner
from flows.operations.publishing import replaying


@shared_task(name="flows.advance_runs", ignore_result=True, acks_late=False)
def advance_runs() -> None:
    """Take up ready runs."""
    runner.advance_runs()


@shared_task(name="flows.send_effects", ignore_result=True, acks_late=False)
def send_effects() -> None:
    """Send planned effects."""
    effects.send_effects()


@shared_task(name="flows.replay_drafts", ignore_result=True, acks_late=False)
def replay_drafts() -> None:
    """Go through past runs with designs that are not live yet."""
    replaying.replay_waiting()
