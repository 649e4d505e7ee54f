"""The engine's bells: after a commit they tell workers that there are runs to take up or effects to send."""

from __future__ import annotations

from django.db import transaction

from integrator.bells import Bell


def _send_runs() -> None:
    from flows.jobs import advance_runs  # cycle: jobs call the engine

    advance_runs.apply_async(queue="runs", retry=False, ignore_result=True)


def _send_effects() -> None:
    from flows.jobs import send_effects  # cycle: jobs call the engine

    send_effects.apply_async(queue="effects", retry=False, ignore_result=True)


RUNS = Bell(_send_runs, "runs")
EFFECTS = Bell(_send_effects, "effects")


def ring_runs() -> None:
    """After the commit of the current transaction: there are runs to take up."""
    transaction.on_commit(RUNS.ring, robust=True)


def ring_effects() -> None:
    """After the commit of the current transaction: there are effects to send."""
    transaction.on_commit(EFFECTS.ring, robust=True)
