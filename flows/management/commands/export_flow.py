"""``export_flow KEY``: the canonical flow file on standard output, and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flows.errors import FlowsError
from flows.operations.publishing import export_flow


class Command(BaseCommand):
    """Export a flow file."""

    help = "Writes the live version of a flow as its file; before the first publish, the newest draft."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="The flow's key.")
        parser.add_argument("--number", type=int, help="Another version than the live one.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = export_flow(key=options["key"], person=None, number=options["number"])
        except FlowsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text, ending="")
