"""Shape of what stands beside a case: links to other cases, notes, and the words it is found by. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.case import Case


class CaseLink(models.Model):
    """That one case has to do with another. From the other side the words turn round: ``blocks``, is blocked by."""

    from_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_out")
    to_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(
        max_length=12,
        choices=[("relates", "Relates to"), ("duplicates", "Is a duplicate of"), ("blocks", "Blocks"),
                 ("follows", "Follows up")],
    )  # fmt: skip
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    since_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["from_case", "to_case", "kind"], name="case_link_once"),
            models.CheckConstraint(condition=~Q(from_case=F("to_case")), name="case_link_to_another"),
        ]

    def __str__(self) -> str:
        return self.kind


class CaseNote(models.Model):
    """A note beside a case, outside its history: for its author alone, or for the members of the case's team."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    is_for_team = models.BooleanField(default=False)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class CaseWords(models.Model):
    """The text that a case is found by. Full-text indexes lie over it on both databases (``cases.search``)."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="words")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]
