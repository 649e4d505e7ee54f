"""What the synthetic rows look like: spread over teams, people and the last 90 days. Pure but for random ids."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.models import Case, CaseType, Task, TaskCandidate
from flows.models import FlowVersion, Run, RunInput, StepVisit
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft
from integrator.lib.ids import new_uuid
from integrator.people.models import Person, Team

SPREAD = timedelta(days=90)
PRIORITIES = ("normal", "normal", "normal", "high", "low", "urgent")
RUN_STATUSES = ("completed",) * 18 + ("failed", "cancelled")
EVENT_NAMES = ("run.started", "run.completed")


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Among whom the rows are spread, and the moment at which the 90 days end."""

    teams: Sequence[Team]
    people: Sequence[Person]
    now: datetime

    def team_of(self, place: int) -> Team:
        """The team of the row at this place."""
        return self.teams[place % len(self.teams)]

    def person_of(self, place: int) -> Person:
        """The person of the row at this place."""
        return self.people[place % len(self.people)]

    def moment_of(self, place: int, count: int) -> datetime:
        """Evenly spread, oldest first."""
        return self.now - SPREAD + SPREAD * (place / count)


def make_cases(cast: Cast, case_type: CaseType, numbers: Sequence[str]) -> Iterator[Case]:
    """Cases of which one in five is open."""
    for place, number in enumerate(numbers):
        opened_at = cast.moment_of(place, len(numbers))
        is_open = place % 5 == 0
        yield Case(
            number=number,
            type=case_type,
            title=f"Load {place + 1}: {('contract', 'campaign', 'invoice', 'request')[place % 4]}",
            status="open" if is_open else ("approved", "rejected", "closed")[place % 3],
            priority=PRIORITIES[place % len(PRIORITIES)],
            team=cast.team_of(place),
            owner=cast.person_of(place) if place % 2 else None,
            business_key=f"LOAD-{place + 1}",
            opened_at=opened_at,
            closed_at=None if is_open else opened_at + timedelta(hours=5),
        )


def make_tasks(
    cast: Cast, cases: Sequence[tuple[int, int]], count: int, *, open_every: int = 10
) -> Iterator[Task | TaskCandidate]:
    """Tasks asked of a team each, one in twelve of somebody by name; the others than each tenth decided by somebody.

    ``cases`` are ``(id, team id)``; without any the tasks belong to no case. Of the open ones one in seven is claimed.
    """
    for place in range(count):
        created_at, person = cast.moment_of(place, count), cast.person_of(place)
        case_id, team_id = cases[place % len(cases)] if cases else (None, cast.team_of(place).pk)
        asked = cast.team_of(place // 3)
        task = Task(
            id=new_uuid(),
            kind="assign",
            title=f"Load {place + 1}: look at it",
            outcomes=["done"],
            priority=PRIORITIES[place % len(PRIORITIES)],
            case_id=case_id,
            team_id=team_id,
            origin=str(new_uuid()),
            entry=asked.name,
            entry_ref=f"team:{asked.slug}",
            created_at=created_at,
            due_at=created_at + timedelta(days=80 + place % 20) if place % 4 else None,
        )
        by_name = place % 12 == 11
        if by_name:
            task.entry, task.entry_ref = str(person), person.username
        if place % open_every:
            task.status, task.outcome, task.data = "done", "done", {}
            task.decided_by, task.decided_at = person, created_at + timedelta(hours=2)
        elif place // open_every % 7 == 6:
            task.status, task.assignee, task.claimed_at = "claimed", person, created_at + timedelta(hours=1)
        yield task
        yield TaskCandidate(task_id=task.id, person=person) if by_name else TaskCandidate(task_id=task.id, team=asked)


def make_runs(cast: Cast, versions: Sequence[FlowVersion], count: int) -> Iterator[Run | RunInput | StepVisit]:
    """Ended runs of the given versions, each with its input and the visits of two steps."""
    for place in range(count):
        started_at, version = cast.moment_of(place, count), versions[place % len(versions)]
        status = RUN_STATUSES[place % len(RUN_STATUSES)]
        run = Run(
            id=new_uuid(),
            flow_id=version.flow_id,
            version=version,
            team_id=version.flow.team_id,
            status=status,
            fence=1,
            started_at=started_at,
            ended_at=started_at + timedelta(seconds=1),
            business_key=f"LOAD-{place + 1}",
            status_token=secrets.token_hex(16),
            error={"code": "run.stopped", "message": "Made to fail."} if status == "failed" else None,
        )
        yield run
        yield RunInput(
            run_id=run.id, trigger=f'{{"body": {{"number": {place}}}, "headers": {{}}, "query": {{}}, "files": []}}'
        )
        for sequence, (key, kind) in enumerate((("note", "set"), ("done", "stop")), start=1):
            yield StepVisit(
                id=new_uuid(),
                run_id=run.id,
                sequence=sequence,
                key=key,
                visit=1,
                kind=kind,
                status="succeeded",
                started_at=started_at,
                ended_at=run.ended_at,
                input=f'{{"number":{place}}}',
                output=f'{{"number":{place}}}',
                port="next",
            )


def make_events(cast: Cast, count: int) -> Iterator[EventDraft]:
    """Events of runs that never were, two a run, stamped over the 90 days."""
    for place in range(count):
        run_id = f"load-{place // 2:012d}"
        yield EventDraft(
            name=EVENT_NAMES[place % 2],
            actor=SYSTEM,
            subject=("run", run_id),
            data={"flow": "load", "version": 1},
            correlation=run_id,
            team_id=cast.team_of(place // 2).pk,
            at=cast.moment_of(place, count),
        )
