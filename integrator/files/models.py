"""Stored content, files that are it, and what they hang on. Shape only; writes are in ``operations``."""

from __future__ import annotations

import uuid

from django.db import models

from integrator.people.models import Team


class FileContent(models.Model):
    """Content, once for each SHA-256. ``stored_as`` is its generated name in the storage, ``type`` what it is."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    bytes = models.BigIntegerField()
    type = models.CharField(max_length=127)
    stored_as = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "sha256"]

    def __str__(self) -> str:
        return self.sha256[:12]


class File(models.Model):
    """A file as somebody gave it: a name for some content. ``created_by`` is an actor's text, such as ``person:12``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content = models.ForeignKey(FileContent, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    declared_type = models.CharField(max_length=127, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["created_at", "id"], name="file_by_time")]

    def __str__(self) -> str:
        return self.name


class FileUse(models.Model):
    """What a file hangs on: whoever may see that may see the file. ``is_sure`` false: written ahead of its subject."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="uses")
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=64)
    is_sure = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["file", "subject_type", "subject_id"], name="file_use_once")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="file_use_of"),
            models.Index(fields=["created_at", "id"], name="file_use_unsure", condition=models.Q(is_sure=False)),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} on {self.subject_type} {self.subject_id}"
