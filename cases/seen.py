"""What somebody had before them when they answered, beside the rows of ``show``: kept with its hash in the event.

``seen`` is ``{title, entry, form, files: [facts], case: {number, title, type, status, priority, business_key} or None,
asked: [{approver, outcome, by, comment}], information: [{question, answer, by, at}], amount, level}``. Reads only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cases.chains import level_of
from cases.models import InformationRequest, Task
from cases.shapes import as_time, name_decider
from integrator.files.facts import is_facts
from integrator.lib.strict_json import dumps_canonical


def tell_seen(task: Task) -> dict[str, Any]:
    """This will give ``seen`` and its ``seen_sha256`` as of now. Two queries, for an approval three."""
    seen = {
        "title": task.title,
        "entry": task.entry or None,
        "form": task.form,
        "files": [dict(facts) for facts in _find_files([task.show, task.data])],
        "case": _tell_case(task),
        "asked": _tell_others(task),
        "information": _tell_information(task),
        **_tell_amount(task),
    }
    return {"seen": seen, "seen_sha256": hash_seen(seen)}


def hash_seen(value: Any) -> str:
    """SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(dumps_canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def _tell_case(task: Task) -> dict[str, Any] | None:
    case = task.case
    if case is None:
        return None
    return {
        "number": case.number,
        "title": case.title,
        "type": case.type.key,
        "status": case.status,
        "priority": case.priority,
        "business_key": case.business_key or None,
    }


def _tell_others(task: Task) -> list[dict[str, Any]]:
    """What the others of the approval had answered by then."""
    if task.approval_id is None:
        return []
    rows = Task.objects.filter(approval_id=task.approval_id, status="done", overtaken=False, settles_at__isnull=True)
    others = rows.exclude(pk=task.pk).select_related("decided_by", "covered").order_by("decided_at", "position", "id")
    return [
        {"approver": one.entry_ref, "outcome": one.outcome, "by": name_decider(one), "comment": one.comment}
        for one in others
    ]


def _tell_information(task: Task) -> list[dict[str, Any]]:
    rows = InformationRequest.objects.filter(task=task, state="answered").select_related("asking__decided_by")
    return [
        {
            "question": row.question,
            "answer": {"comment": row.asking.comment, "data": row.asking.data},
            "by": name_decider(row.asking),
            "at": as_time(row.ended_at),
        }
        for row in rows.order_by("asked_at", "id")
    ]


def _tell_amount(task: Task) -> dict[str, Any]:
    approval = task.approval
    if approval is None or not approval.amount:
        return {}
    return {
        "amount": approval.amount,
        "currency": approval.currency,
        "level": level_of(approval, task.position) or None,
    }


def _find_files(value: Any) -> Iterator[dict[str, Any]]:
    """Facts of files anywhere in JSON, each once, in order."""
    seen: set[str] = set()
    stack = [value]
    while stack:
        one = stack.pop(0)
        if is_facts(one):
            if one["file"] not in seen:
                seen.add(one["file"])
                yield one
        elif isinstance(one, dict):
            stack[:0] = one.values()
        elif isinstance(one, list):
            stack[:0] = one
