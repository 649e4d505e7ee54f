"""What the scaled-out mode's commands need before they start."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError


def refuse_without_services(command: str) -> None:
    """Raise CommandError, saying what is missing, unless PostgreSQL and Redis are configured."""
    missing = [
        name
        for name, is_there in (
            ("DATABASE_URL", "postgresql" in str(settings.DATABASES["default"]["ENGINE"])),
            ("REDIS_URL", bool(settings.REDIS_URL)),
        )
        if not is_there
    ]
    if missing:
        raise CommandError(
            f"{command} belongs to the scaled-out mode: set {' and '.join(missing)}. "
            "To run everything in one process without other services, use: manage.py up"
        )
