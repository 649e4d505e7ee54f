"""Asks for alerts about clocks, by an event that whoever sends them hears. Many at once become one for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.models import Case, SlaClock, Task
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.people.models import Person

ONE_BY_ONE = 5  # more of a sort for the same people at one moment come as one alert
TITLES = {
    "task-reminder": "{title}: {percent} % of the time has passed",
    "sla-warning": "{title}: the time is getting short",
    "sla-breach": "{title}: the time is up",
    "sla-escalation": "{title}: it needs you, {percent} % of its time has passed",
}
MANY = {
    "task-reminder": "{count} tasks wait for an answer",
    "sla-warning": "{count} times the time is getting short",
    "sla-breach": "{count} times the time was up",
    "sla-escalation": "{count} times work needs you, its time is passing",
}
SEVERITY = {"task-reminder": "info", "sla-warning": "warning", "sla-breach": "critical", "sla-escalation": "warning"}


@dataclass(kw_only=True)
class Alerts:
    """What is to be told of one firing, gathered by sort and people."""

    _gathered: dict[tuple[str, int, tuple[int, ...]], list[tuple[SlaClock, int]]] = field(default_factory=dict)

    def add(self, sort: str, clock: SlaClock, people: Sequence[Person], percent: int) -> None:
        """This will tell the people of the clock; with nobody there is nothing to tell.

        Of what is confidential only those who see it hear.
        """
        heard = [person for person in people if _may_hear(person, clock)]
        if heard:
            key = (sort, team_of(clock), tuple(sorted(person.pk for person in heard)))
            self._gathered.setdefault(key, []).append((clock, percent))

    def ask_in(self) -> None:
        """This will record what is to be sent, inside the caller's transaction."""
        drafts: list[EventDraft] = []
        for (sort, team_id, people), found in self._gathered.items():
            drafts += _draft(sort, team_id, people, found)
        record_many(drafts)


def _may_hear(person: Person, clock: SlaClock) -> bool:
    case = clock.case if clock.task is None else clock.task.case
    if case is None or not case.confidential:
        return True
    if clock.task is not None:
        return Task.objects.visible_to(person).filter(pk=clock.task.pk).exists()
    return Case.objects.visible_to(person).filter(pk=case.pk).exists()


def team_of(clock: SlaClock) -> int:
    """The team whose alert it is: that of the flow which asked."""
    return clock.task.team_id if clock.task is not None else clock.team_id


def path_of(clock: SlaClock) -> str:
    """The page of its task or case."""
    if clock.task_id is not None:
        return f"/inbox/{clock.task_id}/"
    return f"/cases/{clock.case.number}/" if clock.case is not None else "/cases/"


def title_of(clock: SlaClock) -> str:
    """What it is about."""
    about = clock.task or clock.case
    return "" if about is None else about.title


def _draft(sort: str, team_id: int, people: tuple[int, ...], found: list[tuple[SlaClock, int]]) -> list[EventDraft]:
    if len(found) > ONE_BY_ONE:
        lines = [f"{title_of(clock)} ({percent} %)" for clock, percent in found[:50]]
        body = "\n".join([*lines, *([f"and {len(found) - 50} more"] if len(found) > 50 else [])])
        title = MANY[sort].format(count=len(found))
        return [_make(sort, team_id, people, title=title, body=body, link="/inbox/", correlation="")]
    return [
        _make(
            sort,
            team_id,
            people,
            title=TITLES[sort].format(title=title_of(clock)[:400], percent=percent),
            body="",
            link=path_of(clock),
            correlation=clock.task.correlation if clock.task is not None else "",
        )
        for clock, percent in found
    ]


def _make(  # noqa: PLR0913 - one keyword for each part of an alert
    sort: str, team_id: int, people: tuple[int, ...], *, title: str, body: str, link: str, correlation: str
) -> EventDraft:
    return EventDraft(
        name="alert.asked",
        actor=SYSTEM,
        subject=("alert_type", sort),
        data={
            "type": sort,
            "title": title,
            "body": body,
            "link": link,
            "severity": SEVERITY[sort],
            "people": list(people),
        },
        correlation=correlation,
        team_id=team_id,
    )
