"""Shape of the event log: rows, erasable payloads, seals, key rotations, tombstones. Written by this package alone.

Database triggers refuse UPDATE, DELETE and TRUNCATE; ``guard.open_guard_door`` is the only way past them.
"""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that happened. Holds no foreign key and no personal text, so that it never has to be erased."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    name = models.CharField(max_length=60)
    actor = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=200)
    correlation = models.CharField(max_length=200, blank=True)
    team_id = models.IntegerField(null=True)
    tx = models.BigIntegerField(db_default=0)  # PostgreSQL: the transaction that wrote the row; SQLite: 0
    digest = models.BinaryField(max_length=32)  # HMAC-SHA256(salt, payload)
    depth = models.SmallIntegerField(default=0, db_default=0)  # how many event triggers led here

    class Meta:
        db_table = "events_event"
        ordering = ["-id"]
        verbose_name = "event"
        verbose_name_plural = "audit trail"
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["correlation", "id"], name="event_correlation"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["actor", "id"], name="event_actor"),
            models.Index(fields=["name", "id"], name="event_name"),
            models.Index(fields=["team_id", "id"], name="event_team"),
            models.Index(fields=["tx", "id"], name="event_tx"),
            # the index on ``at`` is BRIN on PostgreSQL and plain on SQLite: see the first migration
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class EventPayload(models.Model):
    """What an event says, as JSON text ``{"data": …, "changes": …}``. May be erased, never changed."""

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="payload"
    )
    salt = models.BinaryField(max_length=16)
    payload = models.TextField()

    class Meta:
        db_table = "events_payload"
        ordering = ["event_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"payload of event {self.pk}"


class SealKind(models.TextChoices):
    """How a seal names its rows; ``ranges.py`` has the rule of each."""

    IDS = "ids", "by id"
    TX = "tx", "by transaction"
    ADOPTED = "adopted", "all that a new epoch found"


class Seal(models.Model):
    """A signed statement over a range of rows. ``previous`` is the hash of the seal before, empty for the first."""

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap
    epoch = models.IntegerField()
    cluster = models.CharField(max_length=60)  # PostgreSQL's system identifier, or "sqlite"
    kind = models.CharField(max_length=10, choices=SealKind.choices)
    tx_from = models.BigIntegerField()
    tx_to = models.BigIntegerField()  # exclusive
    id_from = models.BigIntegerField()  # exclusive
    id_to = models.BigIntegerField()
    id_mark = models.BigIntegerField(default=0)
    count = models.IntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    root = models.CharField(max_length=64)
    manifest = models.BinaryField()  # 16 bytes a row: id, and 8 bytes of the hash of its content
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "events_seal"
        ordering = ["number"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealKeyRotation(models.Model):
    """One change of the signing key: a statement signed by the old key and by the new one."""

    id = models.BigAutoField(primary_key=True)
    old_public_key = models.CharField(max_length=64)
    new_public_key = models.CharField(max_length=64)
    after_seal = models.BigIntegerField()
    rotated_at = models.DateTimeField()
    old_signature = models.CharField(max_length=128)
    new_signature = models.CharField(max_length=128)

    class Meta:
        db_table = "events_sealkeyrotation"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"rotation after seal {self.after_seal}"


class Tombstone(models.Model):
    """What retention left in place of the oldest seals: how far it went and the hash of the last seal removed."""

    through_seal = models.BigIntegerField(primary_key=True)
    through_hash = models.CharField(max_length=64)
    removed_count = models.BigIntegerField()
    purged_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "events_tombstone"
        ordering = ["through_seal"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"tombstone of the seals up to {self.through_seal}"
