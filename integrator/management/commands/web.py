"""``web``: the scaled-out mode's web server, WSGI on granian."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from integrator.modes.parent import ask_children_to_end_with_us
from integrator.modes.places import mark_threads
from integrator.modes.scaled_out import refuse_without_services

ENDS_WITHIN_S = 8
# The server's own lines go where all others go; our settings, not its defaults, say how they look.
LOGS_OF_GRANIAN = {"loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")}}


class Command(BaseCommand):
    """Serves pages, API and hooks. Takes no jobs; any number of these may run."""

    help = "Serve HTTP (scaled-out mode; needs DATABASE_URL and REDIS_URL)."
    requires_system_checks = []  # the server's own processes load Django, and the other commands check it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; see INTEGRATOR_HOSTS")
        parser.add_argument("--threads", type=int, default=8, help="requests served at once by each process")
        parser.add_argument("--workers", type=int, default=1, help="processes")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_without_services("web")
        ask_children_to_end_with_us()
        mark_threads(options["threads"])
        Server(
            "integrator.wsgi:application",
            address=options["host"],
            port=options["port"],
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=options["workers"],
            blocking_threads=options["threads"],
            respawn_failed_workers=True,
            log_dictconfig=LOGS_OF_GRANIAN,
            workers_kill_timeout=ENDS_WITHIN_S,
        ).serve()
