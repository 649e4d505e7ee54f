"""Keeps answers that are half written, for nobody but who writes them, until the task is answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from cases.answers import MAX_DATA_BYTES
from cases.errors import AnswerInvalid
from cases.forms.typed import SECRET
from cases.models import TaskDraft
from cases.operations.deciding import refuse_taken, refuse_those_who_may_not
from cases.queries import get_task_for
from integrator.lib.strict_json import dumps_canonical
from integrator.people.models import Person


def save_draft(*, task_id: uuid.UUID, person: Person, typed: Mapping[str, str], now: datetime) -> TaskDraft | None:
    """This will keep what the person has typed so far; None when all of it is empty: then nothing is kept.

    What proves who somebody is (``…-secret``) is never kept. For those who may answer the task now.
    Raises TaskNotFound, TaskRefused, AnswerInvalid (too much), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = get_task_for(person, task_id)
        refuse_those_who_may_not(task, person)
        kept = {name: text for name, text in typed.items() if text.strip() and not name.endswith(SECRET)}
        if len(dumps_canonical(kept).encode()) > MAX_DATA_BYTES:
            fault = {"pointer": "", "message": "This is more than 256 KiB: it is not kept as a draft. Shorten it."}
            raise AnswerInvalid("task.draft_too_large", [fault])
        refuse_taken(task, person)
        if not kept:
            TaskDraft.objects.filter(task=task, person=person).delete()
            return None
        draft, _ = TaskDraft.objects.update_or_create(
            task=task, person=person, defaults={"typed": kept, "saved_at": now}
        )
        return draft
