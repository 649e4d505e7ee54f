"""``erase_events TYPE ID``: erases what events say about a subject; the rows stay and the log still verifies."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.events.actors import SYSTEM
from integrator.events.erase import erase_payloads
from integrator.events.errors import EventLogError


class Command(BaseCommand):
    help = "Erase the contents of all events about a subject, such as: erase_events person 12 --reason 'their request'."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject_type", metavar="TYPE")
        parser.add_argument("subject_id", metavar="ID")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        subject = (options["subject_type"], options["subject_id"])
        try:
            count = erase_payloads(subject=subject, reason=options["reason"], actor=SYSTEM)
        except EventLogError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The contents of {count} events are erased. The next seal covers the erasure.")
