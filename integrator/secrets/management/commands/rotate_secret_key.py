"""``rotate_secret_key``: encrypts all secrets under a new key while everything runs, and drops the old one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrator.events.actors import SYSTEM
from integrator.secrets.errors import SecretError
from integrator.secrets.rotation import rotate_secret_key


class Command(BaseCommand):
    """Rotate the key of secrets."""

    help = "Encrypts every secret under a new key and drops the old one. Nothing needs to be stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rotation = rotate_secret_key(actor=SYSTEM)
        except SecretError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{rotation.rows_changed} rows are under the new key; old keys dropped: {rotation.keys_dropped}."
        )
