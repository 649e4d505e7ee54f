"""``beat``: seals the event log and keeps house in the scaled-out mode."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrator.modes.crew import Crew, load_loops
from integrator.modes.ending import DEADLINE_S, end_process, install_stop_event
from integrator.modes.scaled_out import refuse_without_services


class Command(BaseCommand):
    """Runs until SIGTERM. Two of these do no harm, none for ten minutes neither: nothing of a run depends on it."""

    help = "Seal the event log and keep house (scaled-out mode; needs DATABASE_URL and REDIS_URL)."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_without_services("beat")
        stop = install_stop_event()
        crew = Crew(load_loops(settings.BEAT_LOOPS))
        crew.start()
        self.stdout.write("Integrator's beat is running")
        self.stdout.flush()
        stop.wait()
        end_process(unfinished=crew.stop(within_s=DEADLINE_S))
