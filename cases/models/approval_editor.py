"""Shape of who changed a case, or what an approval is about: they may not decide it. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case
from cases.models.task import Approval


class _Editor(models.Model):
    """Somebody who edited. ``what`` says what, for people: ``the case (amount)``."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=200)
    since_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["since_at", "id"]

    def __str__(self) -> str:
        return f"{self.person} changed {self.what}"


class ApprovalEditor(_Editor):
    """Somebody who edited what an approval is about, before or since it was asked."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="editors")

    class Meta(_Editor.Meta):
        constraints = [models.UniqueConstraint(fields=["approval", "person"], name="approval_editor_once")]


class CaseEditor(_Editor):
    """Somebody who filled in what a case says, by hand: opened it, changed its title or data, or contributed a form."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="editors")

    class Meta(_Editor.Meta):
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_editor_once")]
