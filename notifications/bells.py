"""The bell of deliveries: after a commit it tells workers that there is something to send."""

from __future__ import annotations

from django.db import transaction

from integrator.bells import Bell


def _send_deliveries() -> None:
    from notifications.jobs import deliver  # cycle: jobs call the operations, which ring

    deliver.apply_async(queue="deliveries", retry=False, ignore_result=True)


DELIVERIES = Bell(_send_deliveries, "deliveries")


def ring_deliveries() -> None:
    """After the commit of the current transaction: there are deliveries to send."""
    transaction.on_commit(DELIVERIES.ring, robust=True)
