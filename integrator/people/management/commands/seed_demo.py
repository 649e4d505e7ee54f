"""``seed_demo --password PW [--work]``: the demo's teams and people, and what the apps above add. Repeatable."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from integrator.database.clock import get_database_now
from integrator.people.demo import PEOPLE, TEAMS, seed_people


class Command(BaseCommand):
    """Put in the demo's teams and people."""

    help = "Adds the demo's teams and people, each with the given password. Repeating it changes nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", required=True, help="The password of every demo person.")
        parser.add_argument("--work", action="store_true", help="Also ask the demo people to do and approve something.")

    def handle(self, *args: Any, **options: Any) -> None:
        seed_people(password=options["password"])
        now = get_database_now()
        for path in [*settings.DEMO_SEEDS, *(settings.DEMO_WORK_SEEDS if options["work"] else ())]:
            seed: Callable[[datetime], None] = import_string(path)
            seed(now)
        self.stdout.write(f"Teams: {' '.join(TEAMS)}")
        self.stdout.write(f"People: {' '.join(person.username for person in PEOPLE)}")
