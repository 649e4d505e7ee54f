"""The sample data that one author works with while designing a flow, and whether they listen for the next call.

Texts are JSON as it came (jsonb would lose the order of keys). No foreign key to runs and requests: they may go first.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class TriggerSample(models.Model):
    """What stands for the trigger in an author's draft: ``{body, headers, query, files}`` as JSON text.

    ``data`` is empty where it is to be made from the schema each time.
    """

    class Source(models.TextChoices):
        """Where it is from."""

        REQUEST = "request", "A stored request"
        RUN = "run", "A past run"
        PASTED = "pasted", "Pasted"
        LISTEN = "listen", "Heard while listening"
        SCHEMA = "schema", "Made from the schema"

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    data = models.TextField(blank=True)
    label = models.CharField(max_length=300, blank=True)  # what people call it: "request CH-20417"
    request_id = models.UUIDField(null=True)
    run_id = models.UUIDField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "author"]
        constraints = [models.UniqueConstraint(fields=["flow", "author"], name="trigger_sample_once")]

    def __str__(self) -> str:
        return self.label or self.source


class StepSample(models.Model):
    """An output that an author pinned for a step, as JSON text; ``run_id`` is where it is from, if from a run."""

    class Source(models.TextChoices):
        """Where it is from."""

        RUN = "run", "A past run"
        PASTED = "pasted", "Pasted"
        TRY = "try", "A try"

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    step_key = models.CharField(max_length=100)
    source = models.CharField(max_length=10, choices=Source.choices)
    output = models.TextField()
    label = models.CharField(max_length=300, blank=True)
    run_id = models.UUIDField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "author", "step_key"]
        constraints = [models.UniqueConstraint(fields=["flow", "author", "step_key"], name="step_sample_once")]

    def __str__(self) -> str:
        return f"{self.step_key}: {self.label or self.source}"


class Listening(models.Model):
    """An author waits for the next call to the flow's address. Over at ``until_at``, when it came, or when stopped."""

    flow = models.ForeignKey("flows.Flow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "author"]
        constraints = [models.UniqueConstraint(fields=["flow", "author"], name="listening_once")]

    def __str__(self) -> str:
        return f"{self.author} listens to {self.flow}"
