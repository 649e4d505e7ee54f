"""Incidents: step visits that need a person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Incident(models.Model):
    """A step visit that needs a person. ``answer`` is set once; the engine closes it when the run has taken it."""

    class Answer(models.TextChoices):
        """What a person may say."""

        RETRY = "retry", "Try again"
        RETRY_EDITED = "retry_edited", "Change and try"
        SKIP = "skip", "Skip"
        GIVE_UP = "give_up", "Give up"
        HAPPENED = "happened", "It happened"
        LATE_ANSWER = "late_answer", "The answer came late"
        RUN_ENDED = "run_ended", "The run ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey("flows.Run", on_delete=models.DO_NOTHING, db_constraint=False, related_name="incidents")
    team_id = models.BigIntegerField()
    visit_id = models.UUIDField(null=True)
    effect_id = models.UUIDField(null=True)
    step_key = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=60)
    message = models.TextField()
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(
                fields=["team_id", "-opened_at", "-id"],
                condition=models.Q(closed_at__isnull=True),
                name="incident_open_by_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} at {self.step_key}"
