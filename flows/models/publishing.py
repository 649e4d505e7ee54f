"""What surrounds publishing: requests to a second person, replays of past runs against a draft, tags. Shape only."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class FlowTag(models.Model):
    """A word by which flows are found."""

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["flow", "name"], name="flow_tag_once")]
        indexes = [models.Index(fields=["name"], name="flow_tag_by_name")]

    def __str__(self) -> str:
        return self.name


class PublishRequest(models.Model):
    """One person asks another to publish. ``document`` is what was asked for: a later state of the draft is another."""

    class State(models.TextChoices):
        """What became of it; all but the first are final."""

        OPEN = "open", "Waits for a publisher"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="publish_requests")
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    base_version = models.ForeignKey(
        "flows.FlowVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draft_revision = models.PositiveIntegerField(null=True)  # None: not a draft, such as a roll-back
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=1000, blank=True)
    version = models.ForeignKey("flows.FlowVersion", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "asked_by"], condition=models.Q(state="open"), name="publish_request_open_once"
            )
        ]
        indexes = [models.Index(fields=["flow", "state", "-asked_at"], name="publish_request_by_flow")]

    def __str__(self) -> str:
        return f"{self.flow}: asked by {self.asked_by}"


class DraftReplay(models.Model):
    """Past runs gone through again with a design, by its digest. ``results`` are rows, ``{run, outcome, …}``."""

    class State(models.TextChoices):
        """Whether it is still at work."""

        RUNNING = "running", "At work"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="replays")
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=list)
    begun_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # when the last row came: one that stands still was interrupted
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-begun_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["flow", "digest"], name="draft_replay_once")]

    def __str__(self) -> str:
        return f"{self.flow}: {self.state}"
