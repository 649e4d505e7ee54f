"""The bell of replays: after a commit it tells workers that past runs are to be gone through again."""

from __future__ import annotations

from django.db import transaction

from integrator.bells import Bell


def _send() -> None:
    from flows.jobs import replay_drafts  # cycle: jobs call operations

    replay_drafts.apply_async(queue="runs", retry=False, ignore_result=True)


REPLAYS = Bell(_send, "replays")


def ring_replays() -> None:
    """After the commit of the current transaction: there are replays to take up."""
    transaction.on_commit(REPLAYS.ring, robust=True)
