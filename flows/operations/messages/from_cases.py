"""Tells runs that wait for the contributions of their case that all of them are in."""

from __future__ import annotations

from flows.models import Run
from flows.operations.messages.publishing import NewMessage, publish_in
from integrator.database.clock import get_database_now
from integrator.events.subscribers import RecordedEvent

CONTRIBUTIONS = "case.contributions"


def tell_runs_in(event: RecordedEvent) -> None:
    """This will send ``case.contributions`` with the case's number as its key to the teams whose runs work on the case.

    Its data are ``{contributions: {key: {data, comment}}}``. It is kept where the run does not wait yet.
    """
    number = event.subject_id
    runs = Run.objects.filter(case_number=number, ended_at__isnull=True)
    for team_id in sorted(set(runs.order_by().values_list("version__flow__team_id", flat=True))):
        message = NewMessage(
            team_id=team_id,
            name=CONTRIBUTIONS,
            key=number,
            data={"contributions": event.carried.get("contributions")},
            message_id=f"{CONTRIBUTIONS}/{number}/{event.carried.get('round')}",
            case_number=number,
        )
        publish_in(message, actor=event.actor, now=get_database_now())
