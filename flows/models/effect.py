"""Effects, written before anything leaves, and each attempt with its masked exchange."""

from __future__ import annotations

import uuid

from django.db import models


class Effect(models.Model):
    """One change made outside, with a stable idempotency key. ``request`` and ``outcome`` hold no secrets."""

    class Status(models.TextChoices):
        """The life of an effect; see ADR 0003."""

        PLANNED = "planned", "Planned"
        SENDING = "sending", "Sending"
        CONFIRMED = "confirmed", "Confirmed"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Not sure"
        DROPPED = "dropped", "Dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey("flows.Run", on_delete=models.DO_NOTHING, db_constraint=False, related_name="effects")
    visit_id = models.UUIDField(db_index=True)
    step_key = models.CharField(max_length=100)
    team_id = models.BigIntegerField()
    environment_id = models.BigIntegerField(
        null=True
    )  # of the connection it goes by; no key, so that effects outlive it
    connector = models.CharField(max_length=60)
    request = models.TextField()
    host = models.CharField(max_length=300, blank=True)
    repeat = models.CharField(max_length=10)
    retry = models.JSONField(default=dict)  # the step's policy as written, {} for none
    timeout_s = models.FloatField()
    idempotency_key = models.CharField(max_length=80, unique=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PLANNED)
    attempt = models.PositiveIntegerField(default=0)  # attempts begun
    tries_left_from = models.PositiveIntegerField(default=0)  # attempts before the last "try again" of a person
    due_at = models.DateTimeField()
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="null")
    is_veiled = models.BooleanField(default=False)  # its flow has sensitive fields: masked in what is recorded of it

    class Meta:
        ordering = ["planned_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(status="planned"), name="effect_due"),
            models.Index(fields=["lease_until", "id"], condition=models.Q(status="sending"), name="effect_sending"),
            models.Index(
                fields=["environment_id", "-planned_at"],
                condition=models.Q(environment_id__isnull=False),
                name="effect_by_environment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connector} of {self.run_id}"


class EffectAttempt(models.Model):
    """One try: when, how it ended, and the exchange as recorded with secrets masked."""

    effect = models.ForeignKey(Effect, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)  # confirmed, failed, unknown; empty: under way or cut off
    exchange = models.JSONField(null=True)
    error = models.JSONField(null=True)

    class Meta:
        ordering = ["effect", "number"]
        constraints = [models.UniqueConstraint(fields=["effect", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number}"
