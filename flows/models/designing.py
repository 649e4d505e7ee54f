"""What happened to a draft, edit by edit, and who has its flow's pages open."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DraftEdit(models.Model):
    """One revision of a draft: an edit, or the undo or redo of a unit of edits.

    ``unit`` is the revision of the first edit of what is undone together. ``ops`` and ``delta`` are JSON kept as text,
    since ``jsonb`` loses the order of keys. ``base_before`` and ``base_after`` are set where a merge moved the draft to
    a newer version.
    """

    class Sort(models.TextChoices):
        EDIT = "edit"
        UNDO = "undo"
        REDO = "redo"

    class State(models.TextChoices):
        DONE = "done"
        UNDONE = "undone"
        DROPPED = "dropped", "undone, and gone from the redo list"

    draft = models.ForeignKey("flows.Draft", on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField()
    edit_id = models.UUIDField()
    sort = models.CharField(max_length=10, choices=Sort, default=Sort.EDIT)
    state = models.CharField(max_length=10, choices=State, default=State.DONE)
    unit = models.PositiveIntegerField()
    source = models.CharField(max_length=40, blank=True)
    session = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=200)
    ops = models.TextField()
    delta = models.TextField()
    renamed = models.JSONField(default=dict)
    base_before = models.ForeignKey(
        "flows.FlowVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    base_after = models.ForeignKey(
        "flows.FlowVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["draft", "-revision", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="draft_edit_revision_once"),
            models.UniqueConstraint(fields=["draft", "edit_id"], name="draft_edit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.label}"


class DraftPresence(models.Model):
    """Somebody who has a page of the flow open; dead when it was not seen for a while."""

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    step = models.CharField(max_length=100, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "-seen_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["flow", "person", "page"], name="draft_presence_once")]

    def __str__(self) -> str:
        return f"{self.person} on {self.page} of {self.flow}"
