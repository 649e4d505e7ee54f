"""Shape of cases: the record that people know by number. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.fields import JSONTextField
from cases.querysets import CaseQuerySet
from integrator.people.models import Team

DEFAULT_STATUSES = ("open", "approved", "rejected", "closed")


def default_statuses() -> list[str]:
    """A fresh list of the statuses that a case type begins with."""
    return list(DEFAULT_STATUSES)


def default_final_statuses() -> list[str]:
    """A fresh list of the statuses with which a case is closed."""
    return ["approved", "rejected", "closed"]


class Priority(models.TextChoices):
    """How urgent a case or task is."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class CaseType(models.Model):
    """What sort of case it is. ``statuses`` are those offered first; a flow may set others.

    ``fields`` is a JSON Schema of the data, None for free data; ``contributions`` is the checklist a case begins with,
    as ``cases.checklists`` reads it; ``priority_rules`` is ``[{field, is, value, priority}]``, the first that holds
    counts. ``number_prefix`` empty: numbers of the common series. ``retention_days`` None: kept without end. ``team``
    None: only admins change it. ``is_offered``: people may open a case of it by hand.
    """

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="case_types")
    statuses = JSONTextField(default=default_statuses)
    final_statuses = JSONTextField(default=default_final_statuses)
    milestones = JSONTextField(default=list)
    fields = JSONTextField(null=True, blank=True)
    contributions = JSONTextField(default=list)
    party_roles = JSONTextField(default=list)
    priority_rules = JSONTextField(default=list)
    number_prefix = models.CharField(max_length=8, blank=True, default="")
    number_digits = models.PositiveSmallIntegerField(default=6)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    regulated = models.BooleanField(default=False)
    confidential_default = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One case. It is closed when ``closed_at`` is set; its status is then final.

    ``milestones`` is ``[{name, at}]`` in the order reached, ``data`` a JSON object, ``business_key`` the partner's own
    id (empty without one). ``revision`` counts changes. ``sensitive`` are texts and numbers in it that every reader
    sees masked. ``contributed_at`` is when the last required contribution came in,
    ``contribution_round`` how often that was. ``held_reason`` says why its data
    must stay (a legal hold), ``erased_at`` when its personal data were removed.
    ``confidential``: for its owner, its parties and those with a task in it alone.
    """

    number = models.CharField(max_length=20, unique=True)
    type = models.ForeignKey(CaseType, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=500)
    status = models.CharField(max_length=60, default="open")
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_cases"
    )
    business_key = models.CharField(max_length=500, blank=True, default="")
    milestones = JSONTextField(default=list)
    data = JSONTextField(default=dict)
    sensitive = JSONTextField(default=list)
    confidential = models.BooleanField(default=False, db_default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    has_checklist = models.BooleanField(default=False)
    contributed_at = models.DateTimeField(null=True, blank=True)
    contribution_round = models.PositiveIntegerField(default=0)
    held_reason = models.CharField(max_length=300, blank=True, default="")
    erased_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),  # the list of all
            models.Index(fields=["team", "-opened_at", "-id"], name="case_team_newest"),  # a team's list
            models.Index(fields=["type", "business_key"], name="case_business_key"),  # "have we got this one?"
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(priority__in=Priority.values), name="case_priority_known"),
            models.CheckConstraint(condition=~models.Q(title=""), name="case_has_title"),
            models.CheckConstraint(condition=~models.Q(status=""), name="case_has_status"),
        ]

    def __str__(self) -> str:
        return self.number


class CaseCorrelation(models.Model):
    """Whatever else speaks of this case in the event log, by its opaque correlation."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="correlations")
    correlation = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "correlation"], name="case_correlation_once")]

    def __str__(self) -> str:
        return self.correlation


class CaseNumberCounter(models.Model):
    """The last case number given, in one row; SQLite only. PostgreSQL has the sequence ``cases_case_number``."""

    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class CaseNumberSeries(models.Model):
    """The last number given in a series of its own, by its prefix; ``cases_case_number`` counts the common one."""

    prefix = models.CharField(max_length=8, unique=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix
