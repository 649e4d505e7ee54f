"""``up``: the embedded mode, the whole product in one process with its state in one folder."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrator.live.hub import HUB
from integrator.modes.crew import Crew, load_loops
from integrator.modes.ending import DEADLINE_S, end_process, install_stop_event
from integrator.modes.lock import AlreadyRunning, take_folder_lock
from integrator.modes.serving import AsgiServer, listen_on
from integrator.modes.worker import Workforce

SEALING_TAKES_S = 2.0


class Command(BaseCommand):
    """Serves, works and keeps house until SIGTERM, then ends within ten seconds, sealing what is left."""

    help = "Run everything in one process (embedded mode). Ready when /readyz answers 200."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; see INTEGRATOR_HOSTS")
        parser.add_argument("--data", metavar="DIR", help="folder of all state; otherwise INTEGRATOR_DATA, or var/")
        parser.add_argument("--concurrency", type=int, default=16, help="threads that do jobs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            take_folder_lock(settings.DATA_DIR)
        except AlreadyRunning as error:
            raise CommandError(
                f"Integrator already runs on {settings.DATA_DIR} (process {error.pid or 'unknown'}). "
                "Stop that one first, or choose another folder with --data."
            ) from error
        listener = listen_on(options["host"], options["port"])
        work = Workforce(concurrency=options["concurrency"])
        beat = Crew(load_loops(settings.BEAT_LOOPS))
        server = AsgiServer("integrator.asgi:application", also=[work.ask_to_stop, HUB.stop])
        install_stop_event(also=server.ask_to_stop)
        call_command("migrate", interactive=False, verbosity=0)
        beat.start()
        work.start()
        host, port = listener.getsockname()[:2]
        self.stdout.write(f"Integrator listens on http://{host}:{port}/ with its data in {settings.DATA_DIR}")
        self.stdout.flush()
        server.run(sockets=[listener])  # takes the signals over, and raises them again for our handler when it is done
        until = server.asked_to_stop_at_s + DEADLINE_S
        unfinished = work.stop(within_s=until - time.monotonic() - SEALING_TAKES_S)
        unfinished += beat.stop(within_s=until - time.monotonic())  # last: it seals what the others recorded
        end_process(unfinished=unfinished)
