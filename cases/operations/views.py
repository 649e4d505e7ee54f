"""Keeps and drops a person's saved views. They are notes of one's own, so the event log hears nothing of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from cases.errors import CaseInvalid
from cases.models import SavedView
from integrator.people.models import Person

MAX_NAME, MAX_QUERY, MAX_VIEWS = 60, 500, 30


def save_view(*, person: Person, page: str, name: str, query: str, now: datetime) -> SavedView:
    """This will keep the address's query under the name; an own view of that name gets the new query.

    Raises CaseInvalid for a missing or long name, a long query, and beyond 30 views of a page.
    """
    name, query = name.strip(), _without_place(query)
    if not name or len(name) > MAX_NAME or len(query) > MAX_QUERY:
        message = f"Give the view a name of 1 to {MAX_NAME} characters, and fewer filters if there are very many."
        raise CaseInvalid("case.view_invalid", message)
    with transaction.atomic(durable=True):
        own = SavedView.objects.filter(person=person, page=page)
        if not own.filter(name=name).exists() and own.count() >= MAX_VIEWS:
            raise CaseInvalid("case.view_many", f"You keep {MAX_VIEWS} views here already. Remove one first.")
        view, _ = SavedView.objects.update_or_create(
            person=person,
            page=page,
            name=name,
            defaults={"query": query},
            create_defaults={"query": query, "created_at": now},
        )
    return view


def drop_view(*, person: Person, view_id: int) -> bool:
    """This will drop one of the person's own views; whether there was one."""
    with transaction.atomic(durable=True):
        return bool(SavedView.objects.filter(person=person, pk=view_id).delete()[0])


def _without_place(query: str) -> str:
    """The query without the page of the list and the open drawer, which belong to a moment."""
    kept = QueryDict(query.lstrip("?"), mutable=True)
    for name in ("cursor", "task", "fresh_after", "seen", "said", "rows"):
        kept.pop(name, None)
    return kept.urlencode()
