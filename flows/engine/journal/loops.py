"""Writes what loops leave behind: items still to come, results of those that are done. For all runs of a landing."""

from __future__ import annotations

from collections.abc import Sequence

from flows.engine.rows import Landing
from flows.models import LoopItems, LoopResult


def write_loops(held: Sequence[Landing]) -> None:
    """Add items and results; forget those that nobody will read again."""
    LoopItems.objects.bulk_create(
        LoopItems(run_id=landing.run_id, loop_id=loop_id, first=row.first, items=row.items)
        for landing in held
        for loop_id, rows in landing.loop_items.items()
        for row in rows
    )
    LoopResult.objects.bulk_create(
        LoopResult(loop_id=loop_id, index=row.index, value=row.value, visit_id=row.visit_id, error=row.error)
        for landing in held
        for loop_id, rows in landing.loop_results.items()
        for row in rows
    )
    ended = [loop_id for landing in held for loop_id in landing.ended_loops]
    if ended:
        LoopItems.objects.filter(loop_id__in=ended).delete()
    folded = [loop_id for landing in held for loop_id in landing.folded_loops]
    if folded:
        LoopResult.objects.filter(loop_id__in=folded).delete()
    over = [landing.run_id for landing in held if landing.forgets_items]
    if over:
        LoopItems.objects.filter(run_id__in=over).delete()
