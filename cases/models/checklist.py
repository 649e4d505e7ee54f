"""Shape of a case's checklist: what is asked of whom, and what came in. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.fields import JSONTextField
from cases.models.case import Case
from cases.models.task import Task
from integrator.people.models import Team


class Contribution(models.Model):
    """One thing that a case needs from somebody, by its ``key`` in the case.

    ``source`` is how it comes: by a task of the team or person, or by HTTP from an application of the team (without
    one: of whoever may change the case). ``data`` is what came in, ``comment`` its words, ``by`` who sent it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contributions")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=10, choices=[("task", "By task"), ("http", "By HTTP")])
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_required = models.BooleanField(default=True)
    question = models.CharField(max_length=500, blank=True, default="")
    form = JSONTextField(null=True, blank=True)
    task = models.OneToOneField(Task, null=True, blank=True, on_delete=models.SET_NULL, related_name="contribution")
    status = models.CharField(
        max_length=10,
        default="waiting",
        choices=[("waiting", "Waiting"), ("in", "In"), ("dropped", "No longer needed")],
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    data = JSONTextField(null=True, blank=True)
    comment = models.TextField(blank=True, default="")
    repeats = models.PositiveIntegerField(default=0)
    repeated_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="contribution_key_once"),
            models.CheckConstraint(
                condition=Q(status="in", at__isnull=False) | Q(status__in=["waiting", "dropped"]),
                name="contribution_states",
            ),
        ]

    def __str__(self) -> str:
        return self.title
