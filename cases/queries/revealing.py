"""Who may reveal what is masked in a case or task that they see. Reveals nothing."""

from __future__ import annotations

from cases.models import Case, Task
from integrator.people.models import Person
from integrator.people.revealing import can_reveal


def can_reveal_case(person: Person, case: Case) -> bool:
    """Whether the person, who sees the case, may reveal what is masked in it."""
    return can_reveal(person, case.team_id)


def can_reveal_task(person: Person, task: Task) -> bool:
    """Whether the person, who sees the task, may reveal what is masked in it. A query or two."""
    return can_reveal(person, task.team_id) or Task.objects.decidable_by(person).filter(pk=task.pk).exists()
