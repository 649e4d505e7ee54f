"""The registry of what files hang on: ``settings.FILE_SUBJECTS`` names, for each subject type, who tells about it.

Lower apps speak upward by it: this package knows neither runs nor cases.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from integrator.people.models import Person


class FileSubject(Protocol):
    """One sort of subject."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """Those of ``ids`` that the person may see."""
        ...

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those of ``ids`` that there are."""
        ...


def get_subject(subject_type: str) -> FileSubject | None:
    """Who tells about this sort of subject; None where nobody does."""
    path = settings.FILE_SUBJECTS.get(subject_type)
    if path is None:
        return None
    subject: FileSubject = import_string(path.replace(":", "."))
    return subject
