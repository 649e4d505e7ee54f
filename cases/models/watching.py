"""Shape of watching: people who follow a task or case without being asked. They read, they do not decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case
from cases.models.task import Task


class TaskWatcher(models.Model):
    """Somebody follows a task; ``added_by`` None is somebody who is not known any more."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="watchers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watched_tasks")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    since_at = models.DateTimeField()

    class Meta:
        ordering = ["since_at", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "task"], name="task_watcher_once")]  # the watched tab

    def __str__(self) -> str:
        return f"{self.person} watches {self.task_id}"


class CaseWatcher(models.Model):
    """Somebody follows a case; ``added_by`` None is somebody who is not known any more."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watchers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watched_cases")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    since_at = models.DateTimeField()

    class Meta:
        ordering = ["since_at", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "case"], name="case_watcher_once")]

    def __str__(self) -> str:
        return f"{self.person} watches {self.case_id}"
