"""Gives back what a substitute held for somebody, once they act for them no more. Hears the end in its transaction."""

from __future__ import annotations

from django.utils import timezone

from cases.models import Task
from cases.operations.giving_back import find_unfit, give_back_in
from cases.visibility.standing import read_standing
from cases.visibility.task_rules import asked_as
from integrator.events.subscribers import RecordedEvent
from integrator.people.models import Person


def on_substitute_ended(event: RecordedEvent) -> None:
    """This will open again what the substitute holds or delegated for the one they covered, and cannot answer now.

    What is asked of the substitute themselves, or of somebody else whom they cover, stays theirs. Records
    ``task.released`` for each.
    """
    names = {role: str(event.data[role]) for role in ("person", "substitute")}
    people = {person.username: person for person in Person.objects.filter(username__in=names.values())}
    covered, substitute = people.get(names["person"]), people.get(names["substitute"])
    if covered is None or substitute is None:
        return
    reason = f"{substitute} does not act for {covered} any more"
    tasks = _lock_left_behind(event, covered, substitute)
    give_back_in(tasks, substitute, reason=reason, covered=covered, now=event.at)


def _lock_left_behind(event: RecordedEvent, covered: Person, substitute: Person) -> list[Task]:
    """Tasks that the substitute holds, or waits for a delegate's proposal to, as nobody who is asked, for the other."""
    at = max(timezone.now(), event.at)
    other = read_standing(covered, at)
    theirs = asked_as(other.own) if other is not None else None
    if theirs is None:
        return []
    ids = find_unfit(substitute, at).filter(theirs).values_list("pk", flat=True)
    return list(Task.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk"))
