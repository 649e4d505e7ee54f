"""Connections: configured addresses with credentials. The credentials themselves lie in ``integrator.secrets``."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from flows.definition.effect import ENVIRONMENT_PATTERN


class Connection(models.Model):
    """A system of a team that steps call by its key. Where it lies and how it is proved there: its environments."""

    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, related_name="connections")
    key = models.CharField(max_length=100, validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$")])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, default="none")  # of flows.connectors.http.sign_in.registry
    repeat_safe = models.BooleanField(default=False)
    rate = models.JSONField(default=dict)  # {requests, per_s}; {}: as fast as it goes
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "key"], name="connection_key_once")]

    def __str__(self) -> str:
        return self.name


class ConnectionEnvironment(models.Model):
    """One address of a connection with its own secret. Published runs use ``live``, test runs ``test``, unless they
    name another."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(max_length=20, validators=[RegexValidator(ENVIRONMENT_PATTERN)])
    base_url = models.URLField(max_length=500, blank=True)
    settings = models.JSONField(default=dict)  # as the kind's fields say
    secret_name = models.CharField(max_length=140, blank=True)  # names the encrypted secret; empty for kind none
    secret_facts = models.JSONField(default=dict)  # what may be known of the secret, such as a certificate's end
    allow = models.JSONField(default=list)  # narrows the process's allow-list of private hosts, never widens it
    trust = models.TextField(blank=True)  # certificates (PEM) to trust beside the system's

    class Meta:
        ordering = ["connection", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="connection_environment_once")]

    def __str__(self) -> str:
        return f"{self.connection} ({self.name})"


class ConnectionToken(models.Model):
    """The OAuth2 token of an environment, encrypted, and who is renewing it. Without a row none was fetched yet."""

    environment = models.OneToOneField(ConnectionEnvironment, on_delete=models.CASCADE, related_name="token")
    access = models.TextField(blank=True)  # ciphertext
    refresh = models.TextField(blank=True)  # ciphertext; empty: none was given out
    obtained_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True)  # at 80 % of its life
    expires_at = models.DateTimeField(null=True)  # None: the other side does not say
    refresh_expires_at = models.DateTimeField(null=True)
    renewing_until = models.DateTimeField(null=True)  # one worker renews, the others wait
    failed_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # the owner was told then
    failure = models.JSONField(null=True)  # {code, message, retryable, details} of the last try that failed

    class Meta:
        ordering = ["environment"]
        indexes = [models.Index(fields=["renew_at"], name="token_due")]

    def __str__(self) -> str:
        return f"token of {self.environment_id} ••••"


class ConnectionPace(models.Model):
    """When the last requests of an environment left, for connections with a rate. ``opens_at``: none before."""

    environment = models.OneToOneField(ConnectionEnvironment, on_delete=models.CASCADE, related_name="pace")
    requests = models.PositiveIntegerField()
    per_s = models.FloatField()
    left_at = models.JSONField(default=list)  # seconds since 1970 by the database's clock, oldest first
    opens_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["environment"]
        constraints = [models.CheckConstraint(condition=models.Q(requests__gte=1, per_s__gt=0), name="pace_is_some")]

    def __str__(self) -> str:
        return f"{self.requests} in {self.per_s:g} s"
