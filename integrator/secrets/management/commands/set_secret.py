"""``set_secret NAME --team TEAM``: reads a value from standard input and stores it encrypted."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrator.events.actors import SYSTEM
from integrator.lib.clock import parse_duration
from integrator.people.models import Team
from integrator.secrets.errors import SecretError
from integrator.secrets.store import set_secret


class Command(BaseCommand):
    """Set a secret of a team."""

    help = "Sets a secret of a team. The value comes from standard input; one newline at its end is dropped."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name that flows use.")
        parser.add_argument("--team", required=True, help="The team's short name, such as marketing.")
        parser.add_argument("--keep-old", metavar="PT24H", help="How long the value before stays good beside this one.")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}. Add it first, or run seed_demo.")
        try:
            keep_old_s = parse_duration(options["keep_old"]).total_seconds() if options["keep_old"] else None
        except ValueError as error:
            raise CommandError(f"--keep-old: {error}") from error
        value = read_value()
        try:
            set_secret(team=team, name=options["name"], value=value, actor=SYSTEM, keep_old_s=keep_old_s)
        except SecretError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"Secret {options['name']} of {team.slug} is set.")


def read_value() -> str:
    """Standard input as UTF-8 text without one trailing newline."""
    raw = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    try:
        return raw.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise CommandError("The value is not text in UTF-8.") from error
