"""Cases and tasks as the plain JSON of the interface, and the pure checks of a case's fields. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.errors import CaseInvalid
from cases.models import Case, Priority, Task
from cases.veils import mask_case_data, mask_show
from integrator.lib.clock import to_rfc3339
from integrator.lib.strict_json import StrictJSONError, check

MAX_TITLE = 500
MAX_STATUS = 60
CHANGEABLE = ("title", "priority", "team", "data", "status", "milestone", "owner")


def as_time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, None for None."""
    return None if moment is None else to_rfc3339(moment)


def describe_case(case: Case) -> dict[str, Any]:
    """The case as a reader gets it, masked. Reads its type, team and owner unless they were selected with it."""
    return {**snapshot_case(case), "data": mask_case_data(case)}


def snapshot_case(case: Case) -> dict[str, Any]:
    """The same with its data as they are, for a run to work with: not to be shown to anybody."""
    return {
        "number": case.number,
        "type": case.type.key,
        "title": case.title,
        "status": case.status,
        "priority": case.priority,
        "team": case.team.slug,
        "owner": case.owner.username if case.owner else None,
        "business_key": case.business_key or None,
        "milestones": case.milestones,
        "data": case.data,
        "opened_at": as_time(case.opened_at),
        "closed_at": as_time(case.closed_at),
    }


def describe_task(task: Task) -> dict[str, Any]:
    """The task as the API gives it; ``run`` is its correlation. Candidates without the one who requested it.

    Reads case, assignee and candidates unless they were fetched with it.
    """
    candidates = [
        f"team:{row.team.slug}" if row.team else row.person.username if row.person else ""
        for row in task.candidates.all()
        if task.kind != "approve" or row.person_id is None or row.person_id != task.requested_by_id
    ]
    return {
        "id": str(task.pk),
        "title": task.title,
        "status": task.status,
        "outcomes": task.outcomes,
        "show": mask_show(task),
        "form": task.form,
        "case": task.case.number if task.case else None,
        "run": task.correlation or None,
        "assignee": task.assignee.username if task.assignee else None,
        "candidates": candidates,
        "due_at": as_time(task.due_at),
        "priority": task.priority,
        "revision": task.revision,
    }


def name_decider(task: Task) -> str | None:
    """Who answered: a user name, ``guest:name@example.org``, or None."""
    if task.decided_by_guest:
        return f"guest:{task.decided_by_guest}"
    return task.decided_by.username if task.decided_by else None


def say_decider(task: Task) -> str:
    """Who answered, in words for pages: ``Lia``, ``Guest name@example.org``, ``Somebody``."""
    if task.decided_by_guest:
        return f"Guest {task.decided_by_guest}"
    return str(task.decided_by) if task.decided_by else "Somebody"


def check_title(value: Any, prefix: str = "case") -> str:
    """A title of 1 to 500 characters, byte for byte; a number becomes its text. Raises CaseInvalid.

    Codes begin with ``prefix``: a task's title is held to the same.
    """
    title = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if title is None or title == "":
        raise CaseInvalid(f"{prefix}.title_missing", f"The {prefix} has no title. Give it 1 to {MAX_TITLE} characters.")
    if not isinstance(title, str):
        raise CaseInvalid(f"{prefix}.title_invalid", f"The title of a {prefix} is a text, not a list or object.")
    if len(title) > MAX_TITLE:
        message = f"The title of the {prefix} has {len(title):,} characters; {MAX_TITLE} is the most. Shorten it."
        raise CaseInvalid(f"{prefix}.title_long", message)
    check_plain(title, f"{prefix}.title_invalid", "The title")
    return title


def check_priority(value: Any) -> str:
    """One of the four words; None is normal. Raises CaseInvalid."""
    if value is None:
        return Priority.NORMAL.value
    if value not in Priority.values:
        message = f"{value!r:.60} is no priority. Write low, normal, high or urgent."
        raise CaseInvalid("case.unknown_priority", message)
    return str(value)


def check_status(value: Any) -> str:
    """A status of 1 to 60 characters. Raises CaseInvalid."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_STATUS:
        raise CaseInvalid("case.status_invalid", f"A status is a text of 1 to {MAX_STATUS} characters.")
    check_plain(value, "case.status_invalid", "The status")
    return value


def check_milestone(value: Any) -> str:
    """A milestone's name of 1 to 100 characters. Raises CaseInvalid."""
    if not isinstance(value, str) or not value.strip() or len(value) > 100:
        raise CaseInvalid("case.milestone_invalid", "A milestone is a name of 1 to 100 characters.")
    check_plain(value, "case.milestone_invalid", "The milestone")
    return value


def check_data(value: Any) -> dict[str, Any]:
    """A JSON object; None is an empty one. Raises CaseInvalid."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CaseInvalid("case.data_invalid", "The data of a case is an object with named fields.")
    check_plain(value, "case.data_invalid", "The data")
    return value


def check_plain(value: Any, code: str, what: str) -> None:
    """Hold a value to the rules of JSON at every door. Raises CaseInvalid with ``code``."""
    try:
        check(value)
    except StrictJSONError as error:
        raise CaseInvalid(code, f"{what} cannot be kept: {error.message}") from error


def check_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The checked fields of a change of a case; those that are None are left out. Raises CaseInvalid."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise CaseInvalid("case.unknown_field", f"A case has no field {min(unknown)!r} that can be changed.")
    checks = {
        "title": check_title,
        "priority": check_priority,
        "team": _check_team_word,
        "data": check_data,
        "status": check_status,
        "milestone": check_milestone,
        "owner": _check_owner_word,
    }
    return {name: checks[name](value) for name, value in changes.items() if value is not None}


def _check_team_word(value: Any) -> str:
    if not isinstance(value, str):
        raise CaseInvalid("case.unknown_team", "A team is named by its short name, such as legal.")
    return value


def _check_owner_word(value: Any) -> str:
    if not isinstance(value, str):
        raise CaseInvalid("case.unknown_owner", "An owner is named by their user name; nobody is an empty text.")
    return value


def with_milestone(milestones: list[Any], name: str, at: str | None) -> list[Any]:
    """The milestones with this one at the end; one that was reached before keeps its first time."""
    if any(row.get("name") == name for row in milestones):
        return milestones
    return [*milestones, {"name": name, "at": at}]
