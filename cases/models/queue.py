"""Shape of the queue: an index over tasks that still want an answer, by who is asked. Kept by the database itself."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.case import Priority
from cases.models.task import Task
from integrator.people.models import Team

RANKS = {priority: place for place, priority in enumerate(reversed(Priority.values))}
NO_DATE = datetime(9999, 12, 31, tzinfo=UTC)  # sorts what has no due time last, on both databases


class QueueRow(models.Model):
    """One candidate of one unanswered task, with what lists are sorted by; ``due_at`` is ``NO_DATE`` without one.

    ``rank`` is the place of the task's priority, ``RANKS``: 0 is the most urgent.
    No code writes here: triggers on tasks and candidates do (``cases.queue_triggers``), as a database keeps an index.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="queued")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_approval = models.BooleanField()
    rank = models.PositiveSmallIntegerField(db_default=RANKS[Priority.NORMAL])
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "created_at", "id"]
        indexes = [  # one page of the inbox reads one stretch of one of these for each audience of its reader
            models.Index(
                fields=["team", "due_at", "created_at", "task"], name="queue_team_due", condition=Q(team__isnull=False)
            ),
            models.Index(
                fields=["person", "due_at", "created_at", "task"],
                name="queue_person_due",
                condition=Q(person__isnull=False),
            ),
            models.Index(fields=["team", "created_at", "task"], name="queue_team_new", condition=Q(team__isnull=False)),
            models.Index(
                fields=["person", "created_at", "task"], name="queue_person_new", condition=Q(person__isnull=False)
            ),
            models.Index(
                fields=["team", "rank", "due_at", "created_at", "task"],
                name="queue_team_rank",
                condition=Q(team__isnull=False),
            ),
            models.Index(
                fields=["person", "rank", "due_at", "created_at", "task"],
                name="queue_person_rank",
                condition=Q(person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} waits for {self.person_id or self.team_id}"
