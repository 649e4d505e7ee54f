"""Shape of alerts: what was told, to whom, and what became of it on each channel. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrator.people.models import Team


class Severity(models.TextChoices):
    """How much it matters; a warning and what is critical want to be acknowledged."""

    INFO = "info", "For information"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class Channel(models.TextChoices):
    """A way by which an alert reaches a person."""

    IN_APP = "in_app", "In Integrator"
    EMAIL = "email", "E-mail"


class State(models.TextChoices):
    """``sent`` in the product means unread; ``skipped`` that the channel could not be used at all, and says why."""

    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not delivered"
    SKIPPED = "skipped", "Not sent"
    READ = "read", "Read"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"


class AlertType(models.Model):
    """A kind of alert, named by flows; publishing makes those it does not know."""

    key = models.CharField(max_length=100, unique=True)
    label = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["label", "id"]

    def __str__(self) -> str:
        return self.label


class Alert(models.Model):
    """One notice to an audience. ``link`` is an http(s) address or a path of ours, ``correlation`` the run's id.

    ``team`` is the team of the flow that sent it. Sensitive values of the run are masked in what is kept.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    type = models.ForeignKey(AlertType, on_delete=models.PROTECT, related_name="alerts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=500)
    body = models.TextField(blank=True, default="")
    link = models.CharField(max_length=2000, blank=True, default="")
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    correlation = models.CharField(max_length=64, blank=True, default="", db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="alert_severity_known"),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """One alert to one person, or to an ``address`` of nobody here, on one channel.

    ``id`` names the mail for good, however often it is tried.

    While ``sending`` a worker holds it under ``fence`` until ``lease_until``; ``queued`` it is due at ``due_at``.
    ``link_of`` is what the settings' ``OUTSIDE_LINK`` makes the mail's link of when it is sent: it is kept nowhere.
    ``error_code`` and ``error`` say why the last try, or the whole delivery, came to nothing.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.EmailField(max_length=254, blank=True, default="")
    link_of = models.UUIDField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=15, choices=State.choices)
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["person", "-created_at", "-id"], name="delivery_of_person", condition=Q(channel="in_app")
            ),
            models.Index(
                fields=["person", "-created_at", "-id"],
                name="delivery_unread",
                condition=Q(channel="in_app", state="sent"),
            ),
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=Q(state="queued")),
            models.Index(fields=["lease_until"], name="delivery_lease", condition=Q(state="sending")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["alert", "person", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="")
                | (Q(person__isnull=True, channel="email") & ~Q(address="")),
                name="delivery_to_one",
            ),
            models.CheckConstraint(
                condition=Q(state="queued", due_at__isnull=False, lease_until__isnull=True)
                | Q(state="sending", lease_until__isnull=False)
                | Q(state="sent", sent_at__isnull=False, lease_until__isnull=True)
                | Q(state="failed", failed_at__isnull=False, lease_until__isnull=True)
                | Q(state="skipped", lease_until__isnull=True)
                | Q(state="read", channel="in_app", read_at__isnull=False)
                | Q(state="acknowledged", channel="in_app", read_at__isnull=False, acknowledged_at__isnull=False),
                name="delivery_states",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.alert_id} to {self.person_id}"
