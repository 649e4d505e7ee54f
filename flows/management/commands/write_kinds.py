"""``write_kinds``: writes docs/kinds.md and docs/triggers.md from the code, or checks that they are up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from flows.kinds_page import render_kinds
from flows.registry import kind_specs, trigger_specs
from flows.triggers_page import render_triggers


class Command(BaseCommand):
    """Write docs/kinds.md and docs/triggers.md."""

    help = "Writes docs/kinds.md and docs/triggers.md from the code; with --check it only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Exit 1 if a page is not up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        docs = settings.BASE_DIR / "docs"
        pages = {"kinds.md": render_kinds(kind_specs()), "triggers.md": render_triggers(trigger_specs())}
        for name, page in pages.items():
            path = docs / name
            if not options["check"]:
                path.write_text(page, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"docs/{name} is not up to date. Run manage.py write_kinds.")
