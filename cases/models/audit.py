"""Shape of what audits need: decisions to search by, samples that were drawn, and their packs. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.fields import JSONTextField
from cases.models.case import Case


class DecidedEvent(models.Model):
    """An event of the log that decided something: what is searched for in it. The log alone is the record."""

    event_id = models.BigIntegerField(primary_key=True)
    outcome = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    team_id = models.IntegerField(null=True)  # the event's, which never changes

    class Meta:
        ordering = ["-event_id"]
        indexes = [
            models.Index(fields=["outcome", "-event_id"], name="decided_outcome"),  # the audit page by outcome
            models.Index(fields=["amount", "-event_id"], name="decided_amount"),  # the audit page by amount
            models.Index(
                fields=["team_id", "outcome", "-event_id"], name="decided_team_outcome"
            ),  # an auditor of a team
            models.Index(fields=["team_id", "amount", "-event_id"], name="decided_team_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.event_id}"


class AuditSample(models.Model):
    """A random sample of the log. The same seed, search and ``head_id`` (newest event then) give the same events.

    ``search`` is what the address of the audit page held, ``population`` how many events matched, ``event_ids`` the
    drawn ones in their order in the log.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    seed = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    search = JSONTextField(default=dict)
    head_id = models.BigIntegerField()
    population = models.PositiveIntegerField()
    event_ids = JSONTextField(default=list)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-drawn_at", "-id"]

    def __str__(self) -> str:
        return f"sample of {self.size} by {self.seed}"


class SamplePacks(models.Model):
    """The evidence packs of a sample as one file, which is made in the background (``ended_at`` None: not yet).

    ``items`` are the drawn events as sample.json tells them: ``{event, at, name, pack}``, ``pack`` None for what its
    reader may not open. Packs say that they were made at ``asked_at`` for ``made_by``, whoever makes them when, so that
    one that is made again is the same. The file hangs on ``("sample", id)``.
    """

    sample = models.OneToOneField(AuditSample, primary_key=True, on_delete=models.CASCADE, related_name="packs")
    made_by = models.CharField(max_length=300)
    items = JSONTextField(default=list)
    file_id = models.UUIDField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "sample"]
        indexes = [
            models.Index(fields=["asked_at"], name="packs_to_make", condition=models.Q(ended_at=None)),  # the worker
            models.Index(fields=["ended_at"], name="packs_by_end"),  # housekeeping
        ]

    def __str__(self) -> str:
        return f"packs of {self.sample_id}"


class SamplePack(models.Model):
    """One pack inside: at ``path``, about ``event_id`` and what that is about, which belongs to ``case`` if any.

    ``content`` is the SHA-256 of its stored bytes once it is made, ``fault`` says why it could not be.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MADE = "made"
        FAILED = "failed"

    packs = models.ForeignKey(SamplePacks, on_delete=models.CASCADE, related_name="parts")
    path = models.CharField(max_length=200)
    event_id = models.BigIntegerField()
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    content = models.CharField(max_length=64, blank=True, default="")
    fault = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["event_id"]
        constraints = [models.UniqueConstraint(fields=["packs", "path"], name="sample_pack_once")]

    def __str__(self) -> str:
        return self.path
