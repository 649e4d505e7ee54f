"""``export_seals``: writes all seals and the public key, to be kept where nobody who can change the database can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.events.errors import EventLogError
from integrator.events.exported_seals import write_exported_seals


class Command(BaseCommand):
    help = "Write all seals as JSON lines to FILE, and the public key to FILE.pub; without FILE to the terminal."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE")
        parser.add_argument("--public-key", type=Path, metavar="FILE", help="where the public key goes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._export(options["file"], options["public_key"])
        except (EventLogError, OSError) as error:
            raise CommandError(str(error)) from error

    def _export(self, path: Path | None, key_path: Path | None) -> None:
        if path is None:
            _, key = write_exported_seals(self.stdout)
            self.stderr.write(key.to_pem())
        else:
            with path.open("w", encoding="utf-8") as file:
                count, key = write_exported_seals(file)
            key_path = key_path or path.with_name(f"{path.name}.pub")
            self.stdout.write(f"{count} seals written to {path}, the public key to {key_path}.")
        if key_path:
            key_path.write_text(key.to_pem(), encoding="utf-8")
