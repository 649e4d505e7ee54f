"""Shape of the parties of a case: who it concerns, inside the house or outside. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.case import Case
from integrator.people.models import Team


class CaseParty(models.Model):
    """A person, a team, or somebody outside by name and address (``contact``), in a role such as ``requester``."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="case_parties"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="case_parties")
    contact = models.CharField(max_length=300, blank=True, default="")
    role = models.CharField(max_length=60)
    since_at = models.DateTimeField()

    class Meta:
        ordering = ["since_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True, contact="")
                | Q(person__isnull=True, team__isnull=False, contact="")
                | (Q(person__isnull=True, team__isnull=True) & ~Q(contact="")),
                name="case_party_one",
            ),
            models.UniqueConstraint(fields=["person", "case", "role"], name="case_party_person_once"),
            models.UniqueConstraint(fields=["team", "case", "role"], name="case_party_team_once"),
        ]

    def __str__(self) -> str:
        return str(self.person or self.team or self.contact)
