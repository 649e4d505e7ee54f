"""A person's saved views of a list."""

from __future__ import annotations

from django.db.models import QuerySet

from cases.models import SavedView
from integrator.people.models import Person


def list_views(person: Person, page: str) -> QuerySet[SavedView]:
    """This will give the person's own views of the page by name."""
    return SavedView.objects.filter(person=person, page=page).order_by("name", "id")
