"""Who is told of a clock: those who may act now, the team's lead, the lead of the team above. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from cases.models import Case, SlaClock, Task, TaskCandidate
from cases.people_refs import list_deciders, list_leads
from integrator.people.models import Person, Team


class Audience:
    """The people of several clocks; teams are looked up once each. Clocks come with their task or case."""

    def __init__(self, clocks: Iterable[SlaClock]) -> None:
        self._tasks = [clock.task_id for clock in clocks if clock.task_id is not None]
        self._asked: dict[UUID, list[TaskCandidate]] | None = None
        self._members: dict[tuple[int, str], list[Person]] = {}
        self._leads: dict[int, list[Person]] = {}

    def find(self, to: str, clock: SlaClock) -> list[Person]:
        """``assignee``: who has it, else all who may act; ``lead`` of its team; ``manager``: of the one above."""
        if to == "assignee":
            return self._may_answer(clock.task) if clock.task is not None else self._of_case(clock)
        if to == "lead":
            return self._leads_of(clock.team_id)
        above = Team.objects.filter(pk=clock.team_id).values_list("parent_id", flat=True).first()
        return self._leads_of(above) if above is not None else self._leads_of(clock.team_id)

    def _of_case(self, clock: SlaClock) -> list[Person]:
        case: Case | None = clock.case
        if case is not None and case.owner is not None and case.owner.is_active:
            return [case.owner]
        return self._leads_of(clock.team_id)

    def _may_answer(self, task: Task) -> list[Person]:
        if task.assignee is not None and task.assignee.is_active:
            return [task.assignee]
        found: dict[int, Person] = {}
        for candidate in self._candidates().get(task.pk, []):
            if candidate.person is not None and candidate.person.is_active:
                found[candidate.person.pk] = candidate.person
            elif candidate.team_id is not None:
                found.update({person.pk: person for person in self._members_of(candidate.team_id, task.kind)})
        if task.kind == "approve" and task.requested_by_id is not None:
            found.pop(task.requested_by_id, None)
        return sorted(found.values(), key=lambda person: person.username)

    def _candidates(self) -> dict[UUID, list[TaskCandidate]]:
        if self._asked is None:
            self._asked = defaultdict(list)
            rows = TaskCandidate.objects.filter(task_id__in=self._tasks).select_related("person").order_by("id")
            for row in rows:
                self._asked[row.task_id].append(row)
        return self._asked

    def _members_of(self, team_id: int, kind: str) -> list[Person]:
        if (team_id, kind) not in self._members:
            self._members[team_id, kind] = list_deciders([team_id], kind)
        return self._members[team_id, kind]

    def _leads_of(self, team_id: int) -> list[Person]:
        """The named lead alone, where there is one; else all who hold the role."""
        if team_id not in self._leads:
            leads = list_leads([team_id])
            named = set(Team.objects.filter(pk=team_id).values_list("lead_id", flat=True))
            self._leads[team_id] = [person for person in leads if person.pk in named] or leads
        return self._leads[team_id]
