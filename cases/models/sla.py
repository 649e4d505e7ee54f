"""Shape of SLA: policies, the clocks that they set going, and the ledger of each clock. No story here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.fields import JSONTextField
from cases.models.case import Case, CaseType, Priority
from cases.models.task import Task, TaskKind
from integrator.people.models import BusinessCalendar, Team


def default_reminders() -> list[int]:
    """Half and nine tenths of the time, in per cent."""
    return [50, 90]


def default_pause_reasons() -> list[str]:
    """A clock stands while somebody else has to say something."""
    return ["information"]


class SlaSubject(models.TextChoices):
    """What a clock runs for."""

    TASK = "task", "Task"
    CASE = "case", "Case"


class ClockState(models.TextChoices):
    """``breached`` goes on until the work is done: it then says by how much it was late."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    MET = "met", "Met"
    BREACHED = "breached", "Late"
    STOPPED = "stopped", "Not needed any more"


class LedgerEntry(models.TextChoices):
    """What happened to a clock."""

    STARTED = "started", "Started"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Went on"
    RECOMPUTED = "recomputed", "Counted anew"
    REMINDED = "reminded", "Reminded"
    WARNED = "warned", "Warned"
    ESCALATED = "escalated", "Went up the ladder"
    BREACHED = "breached", "Time was up"
    ANNOTATED = "annotated", "Noted"
    MET = "met", "Done in time"
    LATE = "late", "Done late"
    STOPPED = "stopped", "Stopped"
    REOPENED = "reopened", "Opened again"


class SlaPolicy(models.Model):
    """How long something may take. Empty criteria fit everything; the most specific policy that fits counts.
    ``criteria`` are all of them in one text, so that no two policies are for the same.

    ``budget`` is ISO 8601: working time by the team's calendar, or elapsed time. ``warn_percent`` None: no warning.
    ``ladder`` is ``[{percent, do, to}]`` in per cent of the budget, 100 being its end. ``pause_reasons`` are
    ``information`` or ``status:waiting``, a status of the case.
    """

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    criteria = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=10, choices=SlaSubject.choices)
    case_type = models.ForeignKey(CaseType, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    task_kind = models.CharField(max_length=20, choices=TaskKind.choices, blank=True, default="")
    priority = models.CharField(max_length=10, choices=Priority.choices, blank=True, default="")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="sla_policies")
    budget = models.CharField(max_length=40)
    is_working_time = models.BooleanField(default=True)
    warn_percent = models.PositiveSmallIntegerField(null=True, blank=True, default=75)
    reminders = JSONTextField(default=default_reminders)
    pause_reasons = JSONTextField(default=default_pause_reasons)
    ladder = JSONTextField(default=list)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        ordering = ["subject", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=SlaSubject.values), name="sla_policy_subject"),
            models.CheckConstraint(
                condition=Q(warn_percent__isnull=True) | Q(warn_percent__gte=1, warn_percent__lte=99),
                name="sla_policy_warn",
            ),
            models.CheckConstraint(condition=Q(subject="task") | Q(task_kind=""), name="sla_policy_task_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class SlaClock(models.Model):
    """One clock of a task or a case: working time by the calendar of ``team``, or elapsed time.

    ``spans`` are the finished stretches in which it ran, ``[[from, until]]``. It runs since ``running_since``, or
    stands while it has ``holds``, ``{what holds it: why in words}``. ``promised_at`` is a due date that somebody set:
    it counts as it is until the clock stands; ``is_promised`` says for good that the time comes of such a date.
    ``used_s`` is what the spans hold. ``next_at`` is when the next mark is reached, ``marks`` are those that were
    reached, by name. ``end_percent`` is how much of the budget was used in the end.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    task = models.OneToOneField(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="clock")
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="clock")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    case_type = models.ForeignKey(CaseType, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    task_kind = models.CharField(max_length=20, blank=True, default="")
    priority = models.CharField(max_length=10, choices=Priority.choices)
    policy = models.ForeignKey(SlaPolicy, null=True, blank=True, on_delete=models.SET_NULL, related_name="clocks")
    is_working_time = models.BooleanField(default=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    is_promised = models.BooleanField(default=False, db_default=False)
    budget_s = models.PositiveBigIntegerField()
    used_s = models.PositiveBigIntegerField(default=0)
    spans = JSONTextField(default=list)
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.RUNNING)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True, blank=True)
    holds = JSONTextField(default=dict)
    paused_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    marks = JSONTextField(default=list)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_percent = models.PositiveIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(fields=["id"], name="sla_clock_open", condition=Q(ended_at__isnull=True)),  # counting anew
            models.Index(  # the forecast, from like ones that ended
                fields=["case_type", "task_kind", "priority", "end_percent"],
                name="sla_clock_like",
                condition=Q(state__in=["met", "breached"], ended_at__isnull=False),
            ),
            models.Index(fields=["ended_at", "team"], name="sla_clock_ended"),  # the report of a period
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, case__isnull=True) | Q(task__isnull=True, case__isnull=False),
                name="sla_clock_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True, running_since__isnull=False)
                | Q(state="paused", ended_at__isnull=True, running_since__isnull=True, paused_at__isnull=False)
                | Q(state="breached", breached_at__isnull=False)
                | Q(state__in=["met", "stopped"], ended_at__isnull=False, running_since__isnull=True),
                name="sla_clock_states",
            ),
        ]

    def __str__(self) -> str:
        return f"clock {self.pk}"


class SlaEntry(models.Model):
    """A line of a clock's ledger: what happened, why, and what stood on the clock then."""

    clock = models.ForeignKey(SlaClock, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    what = models.CharField(max_length=12, choices=LedgerEntry.choices)
    why = models.CharField(max_length=500, blank=True, default="")
    budget_s = models.PositiveBigIntegerField()
    used_s = models.PositiveBigIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "SLA entries"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M:%S}"


class SlaRecount(models.Model):
    """Counting open clocks anew after a change of a calendar or policy: how far it is, and where it goes on.

    Only clocks of ``teams`` (None: of every team) and of ``subject`` (empty: both) are looked at. ``repick`` has each
    clock's policy chosen anew. ``reached`` is the id of the last clock that was done.
    """

    why = models.CharField(max_length=300)
    actor = models.CharField(max_length=200)
    calendar = models.ForeignKey(BusinessCalendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    teams = JSONTextField(null=True, blank=True)
    subject = models.CharField(max_length=10, blank=True, default="")
    repick = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    reached = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="sla_recount_open", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"
