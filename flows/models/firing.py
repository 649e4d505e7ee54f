"""Where triggers stand that a clock or an event starts: when each is due, what it is to act on, how far it listened."""

from __future__ import annotations

from django.db import models

from flows.models.trigger import Trigger


class TriggerState(models.Model):
    """The moving part of a live trigger. ``armed_id`` names the timer that counts; one of another name is stale.

    ``armed_for`` is the text of the settings that the timer was armed for. ``kept`` is what the trigger remembers (a
    cursor). ``error`` is ``{code, message}`` of the last occasion that failed, None since the last success.
    """

    trigger = models.OneToOneField(Trigger, primary_key=True, on_delete=models.CASCADE, related_name="state")
    armed_id = models.UUIDField(null=True)
    armed_for = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True)
    hears = models.CharField(max_length=100, blank=True)  # an event's name or a group; "": none
    live_since = models.DateTimeField(null=True)  # None: not live or paused
    fired_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)  # the last time that it started a run
    kept = models.JSONField(null=True)
    error = models.JSONField(null=True)
    failed_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row

    class Meta:
        ordering = ["trigger_id"]
        indexes = [
            models.Index(
                fields=["hears"],
                condition=models.Q(live_since__isnull=False) & ~models.Q(hears=""),
                name="trigger_hears",
            )
        ]

    def __str__(self) -> str:
        return f"state of trigger {self.pk}"


class TriggerFiring(models.Model):
    """One occasion that a trigger is to act on: a due time or an event. It is deleted together with what it starts."""

    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, related_name="firings")
    planned_at = models.DateTimeField(null=True)
    event_id = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)  # how many event triggers led here
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["trigger", "planned_at"], name="firing_time_once"),
            models.UniqueConstraint(fields=["trigger", "event_id"], name="firing_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger_id} at {self.planned_at or self.event_id}"


class HeardEvents(models.Model):
    """One row: up to where the event log was read for triggers. ``tx`` stays 0 on SQLite, whose ids are in order."""

    tx = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"heard up to {self.tx}/{self.event_id}"
