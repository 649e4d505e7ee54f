"""Celery jobs. They carry nothing: a bell says only "look". Losing one costs a second, never an alert."""

from __future__ import annotations

from celery import shared_task

from notifications.operations.delivering import deliver_all


@shared_task(name="notifications.deliver", ignore_result=True, acks_late=False)
def deliver() -> None:
    """Send deliveries that are due."""
    deliver_all()
