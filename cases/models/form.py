"""The library of forms: one draft that a team works on together, and immutable published versions."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from cases.fields import JSONTextField


class Form(models.Model):
    """A form that steps, case types and start pages name by its key. ``live_version`` None: never published."""

    key = models.CharField(max_length=100, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$")])
    name = models.CharField(max_length=200)
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, related_name="forms")
    live_version = models.ForeignKey(
        "cases.FormVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class FormDraft(models.Model):
    """The state that is worked on. ``revision`` counts changes; ``past`` and ``future`` are schemas to go back to.

    ``touched`` is who changed a part of a field last, and when: ``{"amount/label": [person id or None, RFC 3339]}``.
    """

    form = models.OneToOneField(Form, on_delete=models.CASCADE, related_name="draft")
    schema = JSONTextField()
    revision = models.PositiveIntegerField(default=1)
    past = JSONTextField(default=list)
    future = JSONTextField(default=list)
    touched = JSONTextField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Draft of {self.form}"


class FormVersion(models.Model):
    """One immutable published state; the database refuses changes."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    schema = JSONTextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["form", "-number"]
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_number_once")]

    def __str__(self) -> str:
        return f"{self.form} v{self.number}"
