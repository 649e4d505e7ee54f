"""``live``: feeds open pages in the scaled-out mode, at ``/live/`` alone."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from integrator.live.bell import listen
from integrator.live.hub import HUB
from integrator.modes.ending import end_process, install_stop_event
from integrator.modes.scaled_out import refuse_without_services
from integrator.modes.serving import AsgiServer, listen_on


class Command(BaseCommand):
    """Serves streams of server-sent events until SIGTERM. One is enough; pages ask by themselves without any."""

    help = "Feed open pages with server-sent events (scaled-out mode; needs DATABASE_URL and REDIS_URL)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="0 picks a free one")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; see INTEGRATOR_HOSTS")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_without_services("live")
        listener = listen_on(options["host"], options["port"])
        server = AsgiServer("integrator.asgi:live", also=[HUB.stop])
        stop = install_stop_event(also=server.ask_to_stop)
        threading.Thread(target=listen, args=(stop,), name="integrator-ear", daemon=True).start()
        host, port = listener.getsockname()[:2]
        self.stdout.write(f"Integrator's live pages listen on http://{host}:{port}/live/")
        self.stdout.flush()
        server.run(sockets=[listener])
        end_process(unfinished=[])
