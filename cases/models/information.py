"""Shape of questions that people ask about a task before they answer it. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.task import Task


class InformationRequest(models.Model):
    """A question about ``task`` to one person or to a guest by e-mail. ``asking`` is the task that they answer."""

    id = models.UUIDField(primary_key=True, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="information_requests")
    asking = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="information_request")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    guest = models.CharField(max_length=254, blank=True, default="")
    question = models.TextField()
    state = models.CharField(
        max_length=10,
        default="open",
        choices=[("open", "Not answered yet"), ("answered", "Answered"), ("withdrawn", "Withdrawn")],
    )
    due_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["answered", "withdrawn"], ended_at__isnull=False),
                name="information_states",
            )
        ]

    def __str__(self) -> str:
        return f"question about {self.task_id}"
