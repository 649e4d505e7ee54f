"""The roles. What each may do is the table in ``rights.py``."""

from django.db import models


class Role(models.TextChoices):
    """A role is held in a team; auditor and admin also everywhere."""

    VIEWER = "viewer", "Viewer"
    ANALYST = "analyst", "Analyst"
    PUBLISHER = "publisher", "Publisher"
    APPROVER = "approver", "Approver"
    OPERATOR = "operator", "Operator"
    LEAD = "lead", "Lead"
    AUDITOR = "auditor", "Auditor"
    ADMIN = "admin", "Admin"
