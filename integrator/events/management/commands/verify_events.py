"""``verify_events``: checks the event log; exit 0 when it is intact, else 1 naming the first fault."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.events.errors import EventLogError
from integrator.events.exported_seals import ExportedSeal, read_exported_seals, read_public_key
from integrator.events.keys import PublicKey, find_public_key
from integrator.events.verify import VerifyReport, verify_log


class Command(BaseCommand):
    help = "Check that no event was edited, deleted, inserted or reordered; exit 1 names the first fault."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seals", type=Path, metavar="FILE", help="seals that export_seals wrote earlier")
        parser.add_argument("--public-key", type=Path, metavar="FILE", help="trust this key, not the local key file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ExitStack() as stack:
                trusted = _choose_key(options["public_key"])
                exported = _open_seals(stack, options["seals"], trusted)
                report = verify_log(trusted=trusted, exported=exported)
        except (EventLogError, OSError) as error:
            raise CommandError(str(error)) from error
        self._print(report)
        if report.fault:
            raise SystemExit(1)

    def _print(self, report: VerifyReport) -> None:
        self.stdout.write(
            f"{report.checked_count} events checked against {report.seal_count} seals, "
            f"{report.unsealed_count} not yet sealed, {report.erased_count} with erased contents."
        )
        if report.fault:
            self.stdout.write(f"FAULT {report.fault.code}: {report.fault.message}")
        else:
            self.stdout.write("The event log is intact.")


def _choose_key(path: Path | None) -> PublicKey | None:
    return read_public_key(path.read_text(encoding="utf-8")) if path else find_public_key()


def _open_seals(stack: ExitStack, path: Path | None, trusted: PublicKey | None) -> Iterable[ExportedSeal]:
    if path is None:
        return ()
    if trusted is None:
        raise CommandError("There is no local seal key: name the exported one with --public-key FILE.")
    return read_exported_seals(stack.enter_context(path.open(encoding="utf-8")), trusted)
