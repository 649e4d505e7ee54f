"""``export_table KEY``: the draft of a decision table as its file, on standard output."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flows.errors import FlowsError
from flows.operations.decision_tables import export_table


class Command(BaseCommand):
    """Export a decision table."""

    help = "Writes the draft of a decision table as its file, canonically."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="The table's key.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = export_table(key=options["key"], person=None)
        except FlowsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text, ending="")
