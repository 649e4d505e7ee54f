"""Flows, their immutable published versions and each author's draft."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models


class Flow(models.Model):
    """A design with its published versions; ``live_version`` is the one that triggers start."""

    key = models.CharField(max_length=100, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, related_name="flows")
    live_version = models.ForeignKey(
        "flows.FlowVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)  # hidden, read-only, started by nothing
    needs_second_person = models.BooleanField(default=False, db_default=False)  # another publisher must agree
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["name", "id"], condition=models.Q(archived_at__isnull=True), name="flow_by_name"
            )  # the list
        ]

    def __str__(self) -> str:
        return self.name


class PublishedVersions(models.Manager["FlowVersion"]):
    """Published versions alone, without what was tried out for real."""

    def get_queryset(self) -> models.QuerySet[FlowVersion]:
        """Those with a number."""
        return super().get_queryset().filter(is_try=False)


class FlowVersion(models.Model):
    """One immutable published state. ``document`` is the definition as JSON; the database refuses changes.

    ``is_try``: a draft as it was when somebody tried it out for real: never live, without a number (0), only in
    ``with_tries``, and deleted once no run is left of it.
    """

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    is_try = models.BooleanField(default=False, db_default=False)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PublishedVersions()
    with_tries = models.Manager["FlowVersion"]()

    class Meta:
        ordering = ["flow", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "number"], condition=models.Q(is_try=False), name="flow_version_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_try=False) | models.Q(number=0), name="flow_version_try_without_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.label}"

    @property
    def label(self) -> str:
        """``v3``, or ``draft`` for one that was tried out."""
        return "draft" if self.is_try else f"v{self.number}"


class Draft(models.Model):
    """One author's mutable state of a flow, and the version it began from (None: none was published).

    ``revision`` counts its edits. ``pending_text`` is unfinished text of the text view, "" when there is none.
    ``told_at`` is when the log last heard of a change.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    document = models.JSONField()
    base_version = models.ForeignKey(FlowVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    pending_text = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["flow", "-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "author"], name="draft_once_per_author"),
            models.UniqueConstraint(
                fields=["flow"], condition=models.Q(author__isnull=True), name="draft_once_without_author"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow}: draft of {self.author}"


class Step(models.Model):
    """A node of a published version, for where-used and reports; the engine reads the document."""

    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField()
    settings = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="step_key_once")]
        indexes = [models.Index(fields=["kind"], name="step_by_kind")]

    def __str__(self) -> str:
        return self.key


class Link(models.Model):
    """An edge of a published version: leaving ``source`` by ``port`` leads to ``target``."""

    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="links")
    source = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="links_out")
    port = models.CharField(max_length=100)
    target = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="links_in")

    class Meta:
        ordering = ["version", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "port"], name="link_port_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.port} → {self.target}"
