"""``create_token USER``: an access token, alone on the last line of standard output."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.people.errors import PeopleError
from integrator.people.models import Person
from integrator.people.operations import create_token


class Command(BaseCommand):
    """Make an access token."""

    help = "Makes an access token that acts as the person. It is shown this once, on the last line."
    requires_system_checks: list[str] = []  # the processes that serve check the settings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="The user name.")
        parser.add_argument("--name", default="command line", help="What the token is for.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username__iexact=options["user"]).first()
        if person is None:
            raise CommandError(f"There is no person {options['user']}. Add them first, or run seed_demo.")
        try:
            made = create_token(person_id=person.pk, name=options["name"], actor=SYSTEM, now=timezone.now())
        except PeopleError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"A token of {person.username}. Keep it now: it cannot be shown again.")
        self.stdout.write(made.plain)
