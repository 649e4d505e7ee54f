"""``rotate_seal_key``: a new key for seals, vouched for by the old one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrator.events.actors import SYSTEM
from integrator.events.errors import EventLogError
from integrator.events.keys import rotate_seal_key


class Command(BaseCommand):
    help = "Make a new key for signing seals; the old and the new key both sign the change."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = rotate_seal_key(actor=SYSTEM)
        except (EventLogError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Seals are signed by the key {key.id} from now on. Run export_seals and keep its file.")
