"""Shape of invitations to people without an account: one address, one task. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.task import Task


class GuestPass(models.Model):
    """Lets the holder of a signed link see one task and answer it once, while the task is at ``revision``.

    The link itself is nowhere kept: ``nonce`` and the key make it again for the mail. ``invited_by`` None: a flow.
    ``files_brought`` and ``bytes_brought`` count every upload by this link, used or not.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="guest_passes")
    email = models.EmailField(max_length=254)
    nonce = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    files_brought = models.PositiveSmallIntegerField(default=0, db_default=0)
    bytes_brought = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"guest of {self.task_id}"
