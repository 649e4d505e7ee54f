"""Who sees files that hang on runs and stored requests: whoever sees those. Registered in the settings."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flows.models import Run, StoredRequest
from flows.queries.requests import requests_visible_to
from flows.queries.runs import runs_visible_to
from integrator.people.models import Person


class _RunFiles:
    """Subjects ``("run", id)``."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """Those runs the person may see: two queries at most."""
        found = runs_visible_to(person).filter(id__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those there are."""
        found = Run.objects.filter(id__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}


class _RequestFiles:
    """Subjects ``("request", id)``: what a call brought that started no run of its own."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """Those requests the person may see: two queries at most."""
        found = requests_visible_to(person).filter(id__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those there are."""
        found = StoredRequest.objects.filter(id__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}


RUN_FILES, REQUEST_FILES = _RunFiles(), _RequestFiles()
