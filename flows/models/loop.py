"""What loops keep outside the run's state: items still to come, results of those that are done."""

from __future__ import annotations

from django.db import models


class LoopItems(models.Model):
    """Some items of a loop under way, as a JSON list. ``loop_id`` is the visit of the loop's step."""

    run = models.ForeignKey("flows.Run", on_delete=models.DO_NOTHING, db_constraint=False, related_name="loop_items")
    loop_id = models.UUIDField()
    first = models.PositiveIntegerField()  # the index of the first of them
    items = models.TextField()

    class Meta:
        ordering = ["loop_id", "first"]
        constraints = [models.UniqueConstraint(fields=["loop_id", "first"], name="loop_items_once")]

    def __str__(self) -> str:
        return f"items of {self.loop_id} from {self.first}"


class LoopResult(models.Model):
    """What one item of a loop gave: ``value`` as JSON text, or the visit that holds it, or its ``error``.

    Kept while the loop goes on, and for good where all of them are too much for one output.
    """

    loop_id = models.UUIDField()
    index = models.PositiveIntegerField()
    value = models.TextField(blank=True)
    visit_id = models.UUIDField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["loop_id", "index"]
        constraints = [models.UniqueConstraint(fields=["loop_id", "index"], name="loop_result_once")]

    def __str__(self) -> str:
        return f"result {self.index} of {self.loop_id}"
