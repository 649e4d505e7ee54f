"""What an author is trying out: how far, with which trigger, and the answers given so far."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DraftTry(models.Model):
    """One try an author and flow. ``given`` is ``{reach, step, trigger, answers, at}``
    as JSON text; ``run_id`` is the test run it became, if it did.

    No foreign key to the run: it may go first.
    """

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    given = models.TextField(default="{}")
    run_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "author"]
        constraints = [models.UniqueConstraint(fields=["flow", "author"], name="draft_try_once")]

    def __str__(self) -> str:
        return f"try of {self.flow} by {self.author}"
