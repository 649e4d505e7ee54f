"""``verify_evidence FILE``: checks an evidence pack without the database; exit 0 when it holds, else 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.events.errors import EventLogError
from integrator.events.evidence.checking import Checked, EvidenceFault, check_pack
from integrator.events.exported_seals import read_public_key


class Command(BaseCommand):
    help = "Check an evidence pack, or a sample of them, without the database; exit 1 names the first fault."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the zip as it was downloaded")
        parser.add_argument("--public-key", type=Path, metavar="FILE", help="trust this key, not the one in the pack")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["public_key"]
        try:
            trusted = read_public_key(path.read_text(encoding="utf-8")) if path else None
            with options["file"].open("rb") as content:
                checked = check_pack(content, trusted, name=options["file"].name)
        except EvidenceFault as fault:
            self.stdout.write(f"FAULT {fault.code}: {fault.message}")
            raise SystemExit(1) from fault
        except (EventLogError, OSError) as error:
            raise CommandError(str(error)) from error
        self._print(checked, is_trusted=trusted is not None)

    def _print(self, checked: Checked, *, is_trusted: bool) -> None:
        packs = f"{checked.packs - 1} packs, " if checked.packs > 1 else ""
        self.stdout.write(
            f"{checked.title}: {packs}{checked.files} files, {checked.events} events checked, {checked.sealed} of them "
            f"sealed, {checked.events - checked.sealed} not yet sealed, {checked.erased} with erased contents."
        )
        if not is_trusted:
            self.stdout.write(
                f"Signed by the key {checked.key_id} that the pack itself names. To know whose it is, give the "
                "installation's key with --public-key FILE (export_seals writes it)."
            )
        self.stdout.write("The evidence holds.")
