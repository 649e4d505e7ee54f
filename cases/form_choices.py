"""Choices that are looked up where a form is filled in. Others register how, in ``settings.FORM_LOOKUPS``.

Kept 60 seconds. The last list that came is shown for a day where the other side does not answer. Never called inside a
transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from cases.forms import read_form
from cases.models import Task
from integrator.lib.strict_json import dumps_canonical

FRESH_S = 60
STALE_S = 86_400
MAX_CHOICES = 1_000
Choices: TypeAlias = tuple[tuple[str, str], ...]
Lookup: TypeAlias = Callable[[Mapping[str, Any], int], Choices]


class LookupFailed(Exception):
    """The choices cannot be had now. ``message`` is safe to show and says what to do."""

    code = "form.lookup_failed"
    retryable = True

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = {}


def list_choices(task: Task) -> dict[str, Choices]:
    """The choices of a task's form by key; none for a list that cannot be had: the value is typed then."""
    found = {}
    for field in read_form(task.form).fields:
        if field.type == "lookup":
            try:
                found[field.key] = look_up(field.schema.get("x-lookup"), team_id=task.team_id)
            except LookupFailed:
                found[field.key] = ()
    return found


def look_up(spec: Any, *, team_id: int) -> Choices:
    """This will give (value, words) of a lookup, from the cache where it is fresh. Raises LookupFailed."""
    if not isinstance(spec, Mapping):
        raise LookupFailed("This choice does not say where it is looked up. Tell whoever made the form.")
    key = "form-choices:" + hashlib.sha256(f"{team_id}:{dumps_canonical(spec)}".encode()).hexdigest()
    kept: Choices | None = cache.get(key)
    if kept is not None:
        return kept
    path = settings.FORM_LOOKUPS.get(str(spec.get("source", "connection")))
    if path is None:
        raise LookupFailed("This choice is looked up in a way that is not installed. Tell whoever made the form.")
    ask: Lookup = import_string(path)
    try:
        fresh = ask(spec, team_id)[:MAX_CHOICES]
    except LookupFailed:
        stale: Choices | None = cache.get(f"{key}:last")
        if stale is None:
            raise
        return stale
    cache.set(key, fresh, FRESH_S)
    cache.set(f"{key}:last", fresh, STALE_S)
    return fresh
