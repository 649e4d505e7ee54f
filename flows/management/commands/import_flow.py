"""``import_flow FILE [--publish] [--team SLUG]``: a flow file as a draft, or live at once. Names each fault's place."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from flows.errors import FlowRefused, FlowsError, TeamNotFound
from flows.operations.publishing import ImportResult, import_flow


class Command(BaseCommand):
    """Import a flow file."""

    help = "Imports a flow file as a draft; with --publish it goes live. A file with faults changes nothing (exit 1)."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The flow file (YAML or JSON); - reads standard input.")
        parser.add_argument("--publish", action="store_true", help="Publish it as the next version.")
        parser.add_argument("--team", default="", metavar="SLUG", help="The team it goes to, whatever the file says.")
        parser.add_argument("--note", default="", help="What the version changes, for the list of versions.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_flow(
                text=_read(options["file"]),
                person=None,
                publish=options["publish"],
                note=options["note"],
                team=options["team"],
                now=timezone.now(),
            )
        except FlowRefused as error:
            self._tell_findings(error.details.get("findings", []))
            raise CommandError(error.message) from error
        except TeamNotFound as error:
            raise CommandError(_tell_teams(options["team"], error.teams)) from error
        except FlowsError as error:
            raise CommandError(error.message) from error
        self._tell_findings(asdict(warning) for warning in result.warnings)
        self.stdout.write(_tell(result))

    def _tell_findings(self, findings: Iterable[Mapping[str, Any]]) -> None:
        for finding in findings:
            place = [f"line {finding['line']}"] if finding["line"] else []
            place += [f"{name} {finding[name]}" for name in ("step", "field") if finding[name]]
            where = f" {', '.join(place)}" if place else ""
            self.stderr.write(f"{finding['severity']}{where}: {finding['message']}")


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"The file {name} cannot be read: {error.strerror}.") from error


def _tell_teams(asked: str, teams: Sequence[str]) -> str:
    wrong = f"There is no team '{asked}'." if asked else "The file names a team that does not exist."
    known = f"There are {', '.join(teams)}: name one with --team" if teams else "There is none yet: add one"
    return f"{wrong} {known}, or change 'team' in the file."


def _tell(result: ImportResult) -> str:
    if result.published is None:
        return f"Imported {result.flow.key} as a draft. Publish it with --publish or on its page."
    return f"Imported {result.flow.key}. {result.published.message}"
