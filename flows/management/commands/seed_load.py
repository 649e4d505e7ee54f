"""``seed_load [--runs N] [--tasks N] [--open-tasks N] [--cases N] [--events N]``: bulk made-up rows for benchmarks."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from flows.operations.load import Wanted, load_rows
from integrator.people.demo import is_demo_seeded

KINDS = ("cases", "tasks", "open_tasks", "runs", "events")


class Command(BaseCommand):
    """Adds made-up rows beside whatever is there; belongs on machines that hold no real work."""

    help = "Adds synthetic cases, tasks, ended runs and events in bulk, spread over the demo teams. For benchmarks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind in KINDS:
            words = kind.replace("_", " ")
            parser.add_argument(f"--{_option(kind)}", type=int, default=0, metavar="N", help=f"how many {words}")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {kind: options[kind] for kind in KINDS}
        if min(wanted.values()) < 0 or not any(wanted.values()):
            raise CommandError(f"Say how many rows: {' '.join(f'--{_option(kind)} N' for kind in KINDS)}.")
        if not is_demo_seeded():
            raise CommandError("The demo's teams and people are not here. Run seed_demo first.")
        load_rows(Wanted(**wanted), now=timezone.now(), say=self.stdout.write)


def _option(kind: str) -> str:
    return kind.replace("_", "-")
