"""Shape of what people say to each other about tasks and cases. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.fields import JSONTextField
from cases.models.case import Case
from cases.models.task import Task


class TaskComment(models.Model):
    """A comment on a task or on a case. ``mentions`` are the user names that it calls on. Comments stay as they are."""

    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="comments")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    mentions = JSONTextField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, case__isnull=True) | Q(task__isnull=True, case__isnull=False),
                name="comment_on_one",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"
