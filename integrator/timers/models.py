"""A timer: a row with a due time. It is claimed, deleted and acted on in one transaction."""

from __future__ import annotations

from django.db import models


class Timer(models.Model):
    """``handler`` names an entry of ``settings.TIMER_HANDLERS``; ``subject`` and ``context`` are its own ids."""

    due_at = models.DateTimeField()
    handler = models.CharField(max_length=60)
    subject = models.UUIDField(db_index=True)
    context = models.UUIDField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["handler", "due_at", "id"], name="timer_due_of_handler")]

    def __str__(self) -> str:
        return f"{self.handler} at {self.due_at:%Y-%m-%d %H:%M:%S}"
