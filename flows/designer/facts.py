"""How a flow does in real life, as remarks beside its sentences: how often it ran, how long its steps take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from flows.definition.words import count_of
from flows.designer.outline_rows import TRIGGER, Remark
from flows.models import Flow
from flows.queries.durations import list_durations
from flows.queries.runs import list_runs
from integrator.pages.paging import count_capped
from integrator.pages.words import say_duration
from integrator.people.models import Person
from integrator.people.rights import Action, can

DAYS = 30
RUN_CAP = 10_000
FEWEST = 4  # fewer visits say nothing about how long a step takes
WORTH_TELLING_S = 2.0


def tell_facts(person: Person, flow: Flow) -> Mapping[str, Sequence[Remark]]:
    """Remarks by step, and for what starts it; none without the right to read runs. Two queries."""
    if flow.live_version_id is None or not can(person, Action.RUN_READ, flow.team_id):
        return {}
    since_at = timezone.now() - timedelta(days=DAYS)
    count = count_capped(list_runs(person, flow=flow.key).filter(started_at__gte=since_at), RUN_CAP)
    often = f"{count_of(count, 'time')} in {DAYS} days" if count else f"Not once in {DAYS} days"
    facts: dict[str, list[Remark]] = {TRIGGER: [Remark(icon="player-play", text=often)]}
    for step, seconds in list_durations(flow, since_at=since_at).items():
        text = say_durations(seconds)
        if text:
            facts[step] = [Remark(icon="clock", text=text)]
    return facts


def say_durations(seconds: Sequence[float]) -> str:
    """``Half are done within 5 h 10 min, one in ten takes over 1 day``; "" for too few or for none worth telling."""
    if len(seconds) < FEWEST:
        return ""
    ordered = sorted(seconds)
    half, most = ordered[(len(ordered) - 1) // 2], ordered[(len(ordered) - 1) * 9 // 10]
    if half < WORTH_TELLING_S:
        return ""
    text = f"Half are done within {say_duration(half)}"
    return f"{text}, one in ten takes over {say_duration(most)}" if len(ordered) >= 10 and most > half else text
