"""``worker``: executes runs and sends effects in the scaled-out mode."""

from __future__ import annotations

import threading
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integrator.celery import QUEUES
from integrator.modes.consumer import count_in_hand, count_taken
from integrator.modes.ending import DEADLINE_S, end_process, install_stop_event
from integrator.modes.pulse import Pulse, make_redis_look, watch_pulse
from integrator.modes.scaled_out import refuse_without_services
from integrator.modes.worker import Workforce

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Works until SIGTERM, then finishes what it does within ten seconds. Deaf for ten seconds: ends itself with 1."""

    help = "Execute runs and send effects (scaled-out mode; needs DATABASE_URL and REDIS_URL)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=16, help="threads that do jobs")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_without_services("worker")
        concurrency: int = options["concurrency"]
        stop = install_stop_event()
        work = Workforce(concurrency=concurrency)
        work.start()
        self.stdout.write("Integrator's worker is at work")
        self.stdout.flush()
        is_deaf = watch_until_stopped(stop, concurrency=concurrency)
        end_process(unfinished=work.stop(within_s=DEADLINE_S), code=1 if is_deaf else 0)


def watch_until_stopped(stop: threading.Event, *, concurrency: int) -> bool:
    """Wait for the end; True when the reason is a consumer that no longer takes what lies in its queues."""
    look = make_redis_look(settings.REDIS_URL, QUEUES, count_taken=count_taken, count_in_hand=count_in_hand)
    is_deaf = watch_pulse(stop, pulse=Pulse(concurrency=concurrency), look=look)
    if is_deaf:
        log.error("consumer takes nothing; ending for the supervisor to start anew")
    return is_deaf
