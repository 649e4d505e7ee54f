"""How a request stands, for the one who sent it: what the public page may know of a run and its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from flows.models import Run
from integrator.lib.clock import parse_instant

# What goes wrong inside is our own affair: the sender reads that it goes on until it has ended.
_TEXT = {
    Run.Status.RUNNING: "We are working on it.",
    Run.Status.WAITING: "We are working on it. Right now it waits for somebody’s answer, or for its time.",
    Run.Status.COMPLETED: "It is done.",
    Run.Status.FAILED: "It ended without a result. Ask the team you sent it to.",
    Run.Status.CANCELLED: "It was called off. Ask the team you sent it to.",
}


@dataclass(frozen=True, kw_only=True)
class ReachedMilestone:
    """A point that the case has reached, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PublicStatus:
    """``case`` is its number, "" without one; ``status`` the case's word, the run's where there is no case."""

    case: str
    status: str
    text: str
    milestones: tuple[ReachedMilestone, ...]
    received_at: datetime
    ended_at: datetime | None


def get_public_status(token: str) -> PublicStatus | None:
    """This will give how the run with this token stands, None for an unknown one. Two queries at most."""
    run = Run.objects.filter(status_token=token).first()
    if run is None:
        return None
    case = Case.objects.filter(number=run.case_number).first() if run.case_number else None
    milestones = case.milestones if case is not None else []
    return PublicStatus(
        case=case.number if case is not None else run.reserved_case_number,
        status=case.status if case is not None else run.status,
        text=_TEXT[Run.Status(run.status)],
        milestones=tuple(ReachedMilestone(name=each["name"], at=parse_instant(each["at"])) for each in milestones),
        received_at=run.started_at,
        ended_at=run.ended_at,
    )
