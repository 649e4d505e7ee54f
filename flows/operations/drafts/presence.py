"""Who has which page of a flow open. A sign that is older than ``DEAD_AFTER`` counts no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.models import DraftPresence, Flow
from flows.queries.drafts import DEAD_AFTER
from integrator.people.models import Person

REFRESH_AFTER = timedelta(seconds=5)
_PAGE_CHARS, _STEP_CHARS = 40, 100


def note_presence(flow: Flow, person: Person, *, page: str, step: str = "", now: datetime) -> None:
    """This will note that the person has this page of the flow open, at this step. The caller checked that they may.

    It writes at most every five seconds while nothing changes, and drops the signs of those who left.
    """
    page, step = page[:_PAGE_CHARS] or "reading", step.replace("\0", "")[:_STEP_CHARS]
    mine = DraftPresence.objects.filter(flow=flow, person=person, page=page)
    known = mine.first()
    if known is None:
        DraftPresence.objects.filter(flow=flow, seen_at__lt=now - DEAD_AFTER).delete()
        DraftPresence.objects.update_or_create(
            flow=flow, person=person, page=page, defaults={"step": step, "seen_at": now}
        )
    elif known.step != step or now - known.seen_at >= REFRESH_AFTER:
        mine.update(step=step, seen_at=now)


def forget_presences(now: datetime) -> int:
    """This will drop the signs of those who left, of flows too that nobody opened since."""
    return DraftPresence.objects.filter(seen_at__lt=now - DEAD_AFTER).delete()[0]
