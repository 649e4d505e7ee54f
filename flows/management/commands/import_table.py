"""``import_table FILE [--publish]``: a decision table from a file as the draft, or live at once."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from flows.errors import FlowsError, NotFound
from flows.operations.decision_tables import import_table


class Command(BaseCommand):
    """Import a decision table."""

    help = "Imports a decision table as the draft; with --publish it goes live. Faults change nothing (exit 1)."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The table (YAML or JSON); - reads standard input.")
        parser.add_argument("--publish", action="store_true", help="Publish it as the next version.")
        parser.add_argument("--note", default="", help="What the version changes, for the list of versions.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_table(
                text=_read(options["file"]),
                person=None,
                publish=options["publish"],
                note=options["note"],
                now=timezone.now(),
            )
        except NotFound as error:
            raise CommandError("The file names a team that does not exist. Change 'team' or add the team.") from error
        except FlowsError as error:
            for fault in error.details.get("errors", []):
                self.stderr.write(f"error {fault['pointer'] or '/'}: {fault['message']}")
            raise CommandError(error.message) from error
        if result.published is None:
            self.stdout.write(f"Imported {result.table.key} as a draft. Publish it with --publish or on its page.")
            return
        for warning in result.published.warnings:
            self.stderr.write(f"warning {warning.pointer}: {warning.message}")
        self.stdout.write(f"Imported {result.table.key}. {result.published.message}")


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"The file {name} cannot be read: {error.strerror}.") from error
