"""Messages as one person may see them: by the rights of stored requests. Their data is not shown in lists."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from flows.models import Message, MessageWait
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where


def list_messages(person: Person, *, status: str = "", q: str = "") -> QuerySet[Message]:
    """This will give the messages, newest first, without their data. Page with ``("-received_at", "-id")``.

    ``status`` is a word of ``Message.Status``; ``q`` is the whole name, key, id or case number. Each has ``heard_by``
    with the waits that heard it and their runs.
    """
    rows = limit_to_teams(Message.objects.all(), team_ids_where(person, Action.REQUEST_READ))
    if status:
        rows = rows.filter(status=status)
    if find := q.strip():
        by_key = Q(key=find[:300], is_masked=False)  # what is masked cannot be asked for either
        rows = rows.filter(by_key | Q(name=find[:200]) | Q(message_id=find[:300]) | Q(case_number=find[:40]))
    heard = MessageWait.objects.select_related("run__flow").order_by("opened_at", "id")
    parts = rows.select_related("team", "sent_by").prefetch_related(Prefetch("heard_by", queryset=heard))
    return parts.defer("data").order_by("-received_at", "-id")


def count_messages(person: Person, *, q: str = "", cap: int = 1_000) -> dict[str, int]:
    """This will count what ``list_messages`` gives by status, each up to ``cap``. A query a status."""
    return {
        status: list_messages(person, status=status, q=q).prefetch_related(None).order_by()[:cap].count()
        for status in Message.Status.values
    }
