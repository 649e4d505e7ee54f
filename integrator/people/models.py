"""Who is here and what they may do: people, teams, memberships, substitutions, access tokens.

Shape only; writes are in operations.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from integrator.people.roles import Role


class Person(AbstractUser):
    """Somebody who signs in. Deactivation (``is_active`` false) ends sessions and tokens at once."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True, db_index=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=10, default="", blank=True, choices=[("", "System"), ("light", "Light"), ("dark", "Dark")]
    )
    deactivated_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)  # part of what a session is checked against: +1 ends all

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["username", "id"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="person_username_once"),
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="person_email_once"),
        ]

    def get_full_name(self) -> str:
        """The name for other people; the user name without one."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """The same as the full name: we do not guess which part of a name is the first."""
        return self.get_full_name()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's hook for "this session is no longer good": beside the password it follows the epoch, so that
        # deactivation ends sessions in one UPDATE, without decoding the session table, and they stay ended.
        key_salt = "integrator.people.models.Person.get_session_auth_hash"
        return salted_hmac(
            key_salt, f"{self.password}:{self.session_epoch}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def __str__(self) -> str:
        return self.get_full_name()


class BusinessCalendar(models.Model):
    """When a team works. ``week`` has hours by weekday ("0" is Monday) as pairs of minutes since midnight; a weekday
    that is left out is off. ``own_days``: ``[{date, name, hours}]``, whose hours replace all others, holidays too.

    ``country`` and ``region`` are codes of ISO 3166; their public holidays are off. ``revision`` counts the changes.
    """

    key = models.SlugField(max_length=60, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    week = models.JSONField(default=dict)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    own_days = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who share work. ``lead`` is who it escalates to, then the lead of ``parent``, the team above it.

    ``calendar`` says when it works, None as the default.
    """

    slug = models.SlugField(max_length=60, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    name = models.CharField(max_length=120)
    lead = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    calendar = models.ForeignKey(
        BusinessCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="teams"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role held in a team; auditor and admin may be held everywhere (``team`` empty)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    since_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["team__name", "role", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "team", "role"], name="membership_once"),
            models.UniqueConstraint(
                fields=["person", "role"], condition=models.Q(team__isnull=True), name="membership_global_once"
            ),
            models.CheckConstraint(
                condition=models.Q(team__isnull=False) | models.Q(role__in=["auditor", "admin"]),
                name="membership_global_roles",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} is {self.role} in {self.team or 'every team'}"


class Substitution(models.Model):
    """Somebody acts for a person from ``starts_at`` until before ``ends_at``, in all teams or in one.

    ``ended_at`` is when it was ended early, None when it was not. Chains are not followed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="substitutions")
    substitute = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="coverings")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, default="")
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["substitute", "ends_at"], name="substitution_of"),  # whom does this person act for?
            models.Index(fields=["person", "-starts_at"], name="substitution_for"),  # who acts for this person?
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(person=models.F("substitute")), name="substitution_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="substitution_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.person}"


class AccessToken(models.Model):
    """An API credential. Only its SHA-256 is kept; ``hint`` is the visible beginning."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} of {self.person}"
