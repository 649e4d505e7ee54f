"""Who hears live of runs, incidents and requests: those who may see them in the team of the flow. Asks no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrator.live.tail import News
from integrator.live.topics import Notice
from integrator.people.rights import Action


def tell_runs(news: Sequence[News]) -> Mapping[int, Sequence[Notice]]:
    """This will tell of the run that each event belongs to, and of the incident if it is about one."""
    return {event.id: (_make_run_notice(event),) for event in news if event.correlation}


def tell_requests(news: Sequence[News]) -> Mapping[int, Sequence[Notice]]:
    """This will tell of stored requests."""
    return {
        event.id: (
            Notice(about=(("request", event.subject_id),), rights=frozenset({(Action.REQUEST_READ, event.team_id)})),
        )
        for event in news
    }


def _make_run_notice(event: News) -> Notice:
    about = [("run", event.correlation)]
    if event.subject_type == "incident":
        about.append(("incident", event.subject_id))
    return Notice(about=tuple(about), rights=frozenset({(Action.RUN_READ, event.team_id)}))
