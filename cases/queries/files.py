"""Who sees files that hang on cases and tasks: whoever sees the case or task. Registered in the settings."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from cases.models import Case, Task
from integrator.people.models import Person


class _CaseFiles:
    """Subjects ``("case", number)``."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """Those cases the person may see, by number: two queries at most."""
        return set(Case.objects.visible_to(person).filter(number__in=ids).values_list("number", flat=True))

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those there are."""
        return set(Case.objects.filter(number__in=ids).values_list("number", flat=True))


class _TaskFiles:
    """Subjects ``("task", id)``."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """Those tasks the person may see."""
        found = Task.objects.visible_to(person).filter(pk__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those there are."""
        found = Task.objects.filter(pk__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}


CASE_FILES = _CaseFiles()
TASK_FILES = _TaskFiles()
