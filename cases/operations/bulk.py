"""Does one thing to many tasks: an operation, a transaction and an event for each, and what came of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.errors import AskInvalid, CaseError
from cases.models import Task
from cases.operations.claiming import claim_task, reassign_task, release_task
from cases.operations.deciding import complete_task
from cases.operations.marking import set_follow_up
from integrator.people.models import Person

MAX_TASKS = 100
ACTIONS = ("claim", "release", "reassign", "complete", "follow_up")
DONE_WORDS = {
    "claim": "claimed",
    "release": "released",
    "reassign": "handed over",
    "complete": "answered",
    "follow_up": "noted",
}


@dataclass(frozen=True, kw_only=True)
class BulkResult:
    """What came of one task. ``code`` is "" when it was done, else that of the refusal, whose words are ``message``."""

    task_id: uuid.UUID
    title: str
    code: str = ""
    message: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return not self.code


def do_in_bulk(
    action: str, task_ids: Sequence[uuid.UUID], *, person: Person, given: Mapping[str, Any], now: datetime
) -> list[BulkResult]:
    """This will do ``action`` to each task, one after the other, as the person could to each alone.

    ``given`` has ``to`` for reassign, ``at`` (None: no more) for follow_up, and ``outcome data comment`` for complete,
    with ``undoable`` where the answer may be undone. What one task refuses keeps no other from being done. Raises
    AskInvalid for more than 100 tasks or none, and for answers to tasks that do not ask the same.
    """
    ids = list(dict.fromkeys(task_ids))
    if not ids or len(ids) > MAX_TASKS:
        raise AskInvalid("task.bulk_count", f"Choose between 1 and {MAX_TASKS} tasks.")
    titles = dict(Task.objects.visible_to(person).filter(pk__in=ids).values_list("pk", "title"))
    titles |= dict(Task.objects.reassignable_by(person).filter(pk__in=ids).values_list("pk", "title"))
    if action == "complete":
        refuse_different(ids, person)
    call = _choose(action, person, given, now)
    return [_do(task_id, titles.get(task_id, ""), call) for task_id in ids]


def refuse_different(task_ids: Sequence[uuid.UUID], person: Person) -> None:
    """Raises AskInvalid unless the visible ones of these tasks have the same form and the same outcomes."""
    rows = Task.objects.visible_to(person).filter(pk__in=task_ids).values_list("kind", "form", "outcomes")
    asked = {repr(row) for row in rows}
    if len(asked) > 1:
        message = "These tasks do not ask the same. Answer together only those with the same form and the same answers."
        raise AskInvalid("task.bulk_differs", message)


def _choose(action: str, person: Person, given: Mapping[str, Any], now: datetime) -> Callable[[uuid.UUID], object]:
    calls: dict[str, Callable[[uuid.UUID], object]] = {
        "claim": lambda task_id: claim_task(task_id=task_id, person=person, now=now),
        "release": lambda task_id: release_task(task_id=task_id, person=person, now=now),
        "reassign": lambda task_id: reassign_task(task_id=task_id, person=person, to=given.get("to", ""), now=now),
        "follow_up": lambda task_id: set_follow_up(task_id=task_id, person=person, at=given.get("at"), now=now),
        "complete": lambda task_id: complete_task(
            task_id=task_id,
            person=person,
            outcome=given.get("outcome"),
            data=given.get("data"),
            comment=given.get("comment"),
            undoable=bool(given.get("undoable")),
            now=now,
        ),
    }
    if action not in calls:
        raise AskInvalid("task.bulk_action", f"Choose what to do: {', '.join(ACTIONS)}.")
    return calls[action]


def _do(task_id: uuid.UUID, title: str, call: Callable[[uuid.UUID], object]) -> BulkResult:
    try:
        call(task_id)
    except CaseError as error:
        return BulkResult(task_id=task_id, title=title, code=error.code, message=error.message)
    return BulkResult(task_id=task_id, title=title)
