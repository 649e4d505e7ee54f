"""Shape of answers that are not given yet. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.fields import JSONTextField
from cases.models.task import Task


class TaskDraft(models.Model):
    """What one person has typed so far to answer a task: ``typed`` is text by the name of the page's field."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    typed = JSONTextField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.task_id}"
