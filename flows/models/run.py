"""Runs, the mail they get, and the visits they made. The engine's journal is the only writer of a run row.

Hot tables carry no foreign-key constraint to the run: a check there would lock the run row that senders must
never touch. The journal writes both sides in one transaction.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Run(models.Model):
    """One execution of a version. ``state`` is the planner's compact document; ``fence`` rises with each claim."""

    class Status(models.TextChoices):
        """Status words of a run; the last three are final."""

        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    FINAL = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey("flows.Flow", on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey("flows.FlowVersion", on_delete=models.PROTECT, related_name="runs")
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    state = models.TextField(default="", blank=True)
    waiting_for = models.JSONField(default=list)
    open_incidents = models.PositiveSmallIntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    strikes = models.PositiveSmallIntegerField(default=0)
    is_held = models.BooleanField(default=False)  # quarantined: only a person's answer or a cancel moves it
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_test = models.BooleanField(default=False, db_default=False)  # calls go to the connections' test addresses
    environment = models.CharField(  # whose addresses calls go to; empty: as the version and ``is_test`` say
        max_length=20, default="", db_default="", blank=True
    )
    business_key = models.CharField(max_length=300, blank=True)
    requested_by = models.CharField(max_length=254, blank=True)
    case_number = models.CharField(max_length=40, blank=True)
    reserved_case_number = models.CharField(max_length=40, blank=True)
    status_token = models.CharField(max_length=32, unique=True)
    error = models.JSONField(null=True, blank=True)
    output = models.TextField(blank=True)
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="repeated_by")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent = models.ForeignKey(  # the run whose step started this one and waits for its end
        "self",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="children",
    )
    depth = models.PositiveSmallIntegerField(default=0, db_default=0)  # how many runs stand above it

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="run_by_time"),
            models.Index(fields=["team", "-started_at", "-id"], name="run_by_team"),
            models.Index(fields=["flow", "-started_at", "-id"], name="run_by_flow"),
            models.Index(fields=["status", "-started_at", "-id"], name="run_by_status"),
            models.Index(fields=["case_number"], name="run_by_case", condition=~models.Q(case_number="")),
            models.Index(fields=["lease_until"], name="run_struck", condition=models.Q(strikes__gt=0)),
            models.Index(fields=["business_key"], name="run_by_key", condition=~models.Q(business_key="")),
            models.Index(
                fields=["parent", "started_at"], name="run_by_parent", condition=models.Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RunInput(models.Model):
    """What the trigger handed over, written once: ``{body, headers, query, files}`` as JSON text."""

    run = models.OneToOneField(
        Run, primary_key=True, on_delete=models.CASCADE, db_constraint=False, related_name="input"
    )
    trigger = models.TextField()

    def __str__(self) -> str:
        return f"input of {self.run_id}"


class Signal(models.Model):
    """Outside news for a run, inserted in the sender's own transaction. Consumed by exact id when the run lands."""

    class Kind(models.TextChoices):
        """What the news is about."""

        START = "start", "Start"
        CONTINUE = "continue", "Continue"
        WAIT = "wait", "A wait ended"
        EFFECT = "effect", "An effect answered"
        CANCEL = "cancel", "Cancel"
        INCIDENT = "incident", "An incident was answered"
        RELEASE = "release", "A held run was let go"

    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="signals"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.UUIDField(null=True)  # the wait, effect or incident it answers
    data = models.TextField(default="{}")
    created_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True)
    ignored = models.CharField(max_length=200, blank=True)  # why it changed nothing; empty: it did

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id", "run"], condition=models.Q(consumed_at__isnull=True), name="signal_unread"),
            models.Index(fields=["run", "id"], name="signal_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.run_id}"


class StepVisit(models.Model):
    """One execution of a step in a run. ``sequence`` orders the visits of a run by start."""

    class Status(models.TextChoices):
        """Status words of a visit."""

        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting"
        RETRYING = "retrying", "Trying again"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        INCIDENT = "incident", "Needs a person"
        SKIPPED = "skipped", "Skipped"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="visits"
    )
    sequence = models.PositiveIntegerField()
    key = models.CharField(max_length=100)
    visit = models.PositiveIntegerField()
    index = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=60)
    status = models.CharField(max_length=12, choices=Status.choices)
    attempt = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    input = models.TextField(default="null")
    output = models.TextField(default="null")
    error = models.TextField(default="null")
    port = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["run", "sequence"]
        constraints = [models.UniqueConstraint(fields=["run", "sequence"], name="visit_sequence_once")]
        indexes = [  # of a run with very many visits, those that its page asks for
            models.Index(fields=["run", "sequence"], name="visit_of_loop", condition=models.Q(kind="for_each")),
            models.Index(
                fields=["run", "sequence"],
                name="visit_gone_wrong",
                condition=models.Q(status__in=["failed", "incident"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} #{self.visit}"


class Wait(models.Model):
    """What a run is parked on besides effects: a task or a timer. Closed ones stay for the record."""

    TIMER_HANDLER = "flows.wait"  # of its timer: ``subject`` is the wait, ``context`` the run

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, db_constraint=False, related_name="waits")
    visit_id = models.UUIDField()
    step_key = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["opened_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.run_id}"


class RunAnswer(models.Model):
    """What a ``respond`` step said to the waiting caller: one answer a run, the first."""

    run = models.OneToOneField(
        Run, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="answer"
    )
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["run"]

    def __str__(self) -> str:
        return f"{self.status} of {self.run_id}"
