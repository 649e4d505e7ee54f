"""Comments on tasks and cases. Who is called on by ``@name`` and may see it is told; who may not see it is named."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.answers import MAX_COMMENT
from cases.errors import CaseInvalid
from cases.models import Case, Task, TaskComment
from cases.operations.asking import draft_of
from cases.queries import get_case_for, get_task_for
from cases.veils import veil_case, veil_task
from cases.visibility.auditing import refuse_auditors
from integrator.events.actors import Actor
from integrator.events.log import record, record_many
from integrator.lib.strict_json import StrictJSONError, check
from integrator.lib.veil import veiled
from integrator.people.models import Person

MAX_MENTIONS = 20
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,150})")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A comment that was kept. ``told`` hear of it; ``blind`` were called on and may not see what it is about."""

    comment: TaskComment
    told: tuple[Person, ...] = ()
    blind: tuple[Person, ...] = ()


def comment_task(*, task_id: uuid.UUID, person: Person, text: Any, now: datetime) -> Said:
    """This will add a comment to a task. For everybody who sees it. Raises TaskNotFound, CaseInvalid."""
    with transaction.atomic(durable=True):
        task = get_task_for(person, task_id)
        words = _check_text(text)
        people = find_mentioned(words)
        told = [one for one in people if Task.objects.visible_to(one).filter(pk=task.pk).exists()]
        said = _keep(TaskComment(task=task, author=person, text=words, created_at=now), people, told)
        data = {"origin": task.origin, "title": task.title, **_tell(said)}
        with veiled(veil_task(task)):
            record_many([draft_of(task, "task.commented", actor=Actor.person(person), data=data)])
        return said


def comment_case(*, number: str, person: Person, text: Any, now: datetime) -> Said:
    """This will add a comment to a case. For everybody who sees it and does not only audit it.

    Raises CaseNotFound, CaseForbidden, CaseInvalid.
    """
    with transaction.atomic(durable=True):
        case = get_case_for(person, number)
        refuse_auditors(person, case)
        words = _check_text(text)
        people = find_mentioned(words)
        told = [one for one in people if Case.objects.visible_to(one).filter(pk=case.pk).exists()]
        said = _keep(TaskComment(case=case, author=person, text=words, created_at=now), people, told)
        data = {"number": case.number, "title": case.title, **_tell(said)}
        with veiled(veil_case(case)):
            record(
                "case.commented",
                actor=Actor.person(person),
                subject=("case", case.number),
                data=data,
                correlation=case.number,
                team_id=case.team_id,
            )
        return said


def find_mentioned(text: str) -> list[Person]:
    """The active people whom a text calls on, each once, in its order. One query, none without a mention."""
    names = list(dict.fromkeys(name.rstrip(".-").lower() for name in _MENTION.findall(text)))[:MAX_MENTIONS]
    if not names:
        return []
    people = {one.username.lower(): one for one in Person.objects.filter(username__in=names, is_active=True)}
    return [people[name] for name in names if name in people]


def _keep(comment: TaskComment, people: Sequence[Person], told: Sequence[Person]) -> Said:
    comment.mentions = [one.username for one in people]
    comment.save()
    blind = tuple(one for one in people if one not in told)
    return Said(comment=comment, told=tuple(one for one in told if one.pk != comment.author_id), blind=blind)


def _tell(said: Said) -> dict[str, Any]:
    return {
        "text": said.comment.text,
        "mentions": said.comment.mentions,
        "people": [one.pk for one in said.told],
    }


def _check_text(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise CaseInvalid("comment.text_missing", "The comment is empty. Write what the others should know.")
    if len(text) > MAX_COMMENT:
        raise CaseInvalid("comment.text_long", f"The comment may have {MAX_COMMENT:,} characters at most. Shorten it.")
    try:
        check(text)
    except StrictJSONError as error:
        raise CaseInvalid("comment.text_invalid", f"The comment cannot be kept: {error.message}") from error
    return text.replace("\r\n", "\n").strip()
