"""Triggers, and the inbound calls that are kept whether they were accepted or refused."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Trigger(models.Model):
    """What starts a flow. The address exists with the trigger, also before the first publish."""

    flow = models.OneToOneField("flows.Flow", on_delete=models.CASCADE, related_name="trigger")
    kind = models.CharField(max_length=30)
    path = models.CharField(max_length=200, null=True, blank=True, unique=True)
    settings = models.JSONField(default=dict)
    is_live = models.BooleanField(default=False)

    class Meta:
        ordering = ["path", "id"]

    def __str__(self) -> str:
        return self.path or f"{self.kind} of {self.flow}"


class StoredRequest(models.Model):
    """An inbound call as it came, secrets masked, with what became of it and why."""

    class Outcome(models.TextChoices):
        """What became of the call."""

        ACCEPTED = "accepted", "Accepted"
        DUPLICATE = "duplicate", "Repeated"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trigger = models.ForeignKey(Trigger, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    team_id = models.BigIntegerField(null=True)  # of the trigger when it came; None: the path is unknown
    path = models.CharField(max_length=300)
    method = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    remote_address = models.CharField(max_length=64, blank=True)
    headers = models.JSONField(default=dict)
    query = models.JSONField(default=dict)
    body = models.TextField(blank=True)  # capped when refused
    body_sha256 = models.CharField(max_length=64, blank=True)
    body_bytes = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    errors = models.JSONField(default=list)
    answer = models.JSONField(null=True)
    dedupe_key = models.CharField(max_length=300, null=True)  # noqa: DJ001 (unique, absent is NULL)
    run_id = models.UUIDField(null=True)
    original_id = models.UUIDField(null=True)  # of a repeat: the accepted one; of a replay: what was replayed
    replayed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["trigger", "dedupe_key"],
                condition=models.Q(outcome="accepted", dedupe_key__isnull=False),
                name="request_dedupe_once",
            )
        ]
        indexes = [
            models.Index(fields=["team_id", "-received_at", "-id"], name="request_by_team"),
            models.Index(fields=["-received_at", "-id"], name="request_by_time"),
            models.Index(fields=["run_id"], name="request_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} at {self.received_at:%Y-%m-%d %H:%M:%S}"
