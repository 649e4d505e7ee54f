"""Shape of stored secrets: a name in a team, and its values of which only the ciphertext is kept."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from integrator.people.models import Team

SECRET_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


class Secret(models.Model):
    """A name under which a team's flows find a value. The text form never shows a value."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=120, validators=[RegexValidator(SECRET_NAME_PATTERN)])
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["team_id", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="secret_once")]

    def __str__(self) -> str:
        return f"{self.name} ••••"


class SecretValue(models.Model):
    """One value: valid for ever while ``retires_at`` is empty, else accepted beside the newer one until then."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="values")
    ciphertext = models.TextField()
    created_at = models.DateTimeField()
    retires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["secret_id", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["secret"], condition=models.Q(retires_at__isnull=True), name="secret_one_current_value"
            )
        ]

    def __str__(self) -> str:
        return f"value {self.pk} of secret {self.secret_id} ••••"
