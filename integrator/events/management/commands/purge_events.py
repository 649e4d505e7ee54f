"""``purge_events --days N``: removes events that were sealed longer ago, leaving a signed tombstone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.database.clock import get_database_now
from integrator.events.actors import SYSTEM
from integrator.events.errors import EventLogError
from integrator.events.retention import purge_events


class Command(BaseCommand):
    help = "Remove the events sealed more than N days ago; a signed tombstone says how far it went."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, required=True, metavar="N", help="keep what is younger")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("--days must be at least 1.")
        try:
            result = purge_events(before=get_database_now() - timedelta(days=options["days"]), actor=SYSTEM)
        except EventLogError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{result.removed_count} events removed.")
