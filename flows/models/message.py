"""Messages between systems, and the waits that hear them. Writes are in ``flows.engine.messages`` and operations."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from flows.models.run import Run
from integrator.lib.redaction import MASK


class Message(models.Model):
    """One message as it came: name, key and data, within a team.

    ``address`` is the 64-bit digest of team, name and key under which it meets waits. ``case_number`` is empty, or
    binds it to runs of that case. ``answer`` is what the sender was told, ``{delivered, parked}``, as a repeat is.
    """

    class Status(models.TextChoices):
        """What became of it."""

        DELIVERED = "delivered", "Delivered"
        PARKED = "parked", "Kept"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=300)
    is_masked = models.BooleanField(default=False)  # the key is sensitive: it is compared, and shown to nobody
    address = models.BigIntegerField()
    case_number = models.CharField(max_length=40, blank=True)
    message_id = models.CharField(max_length=300, null=True)  # noqa: DJ001 (unique in its team, absent is NULL)
    data = models.TextField(default="null")  # JSON
    digest = models.CharField(max_length=64)  # SHA-256 of name, key and data
    status = models.CharField(max_length=10, choices=Status.choices)
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    parked_until = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    request_id = models.UUIDField(null=True)  # the inbound call that brought it, None: it came over the API

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "message_id"], condition=models.Q(message_id__isnull=False), name="message_id_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["address", "received_at", "id"], name="message_parked", condition=models.Q(status="parked")
            ),
            models.Index(fields=["parked_until"], name="message_expiring", condition=models.Q(status="parked")),
            models.Index(fields=["team", "-received_at", "-id"], name="message_by_team"),
            models.Index(fields=["-received_at", "-id"], name="message_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {MASK if self.is_masked else self.key}"


class MessageWait(models.Model):
    """Which message a wait hears. It has the id of its wait; ``message`` is the one it heard, None when it ended so."""

    id = models.UUIDField(primary_key=True, editable=False)
    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, db_constraint=False, related_name="message_waits")
    step_key = models.CharField(max_length=100)
    team_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=300)
    is_masked = models.BooleanField(default=False)  # the key is sensitive in its flow
    address = models.BigIntegerField()
    case_number = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="heard_by")

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(fields=["address"], name="message_wait_open", condition=models.Q(closed_at__isnull=True)),
            models.Index(fields=["address", "-opened_at"], name="message_wait_last"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {MASK if self.is_masked else self.key}, awaited by {self.run_id}"
