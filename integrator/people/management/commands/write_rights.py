"""``write_rights``: writes docs/rights.md from the table of rights, or checks that it is up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrator.people.rights_page import render_rights


class Command(BaseCommand):
    """Write docs/rights.md."""

    help = "Writes docs/rights.md from the table of rights; with --check it only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Exit 1 if the page is not up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "rights.md"
        page = render_rights()
        if not options["check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(page, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != page:
            raise CommandError("docs/rights.md is not up to date. Run manage.py write_rights.")
