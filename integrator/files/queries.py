"""Files as one person may see them: those that hang on something of theirs. Changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from integrator.events.actors import Actor
from integrator.events.queries import get_actor_names
from integrator.files.errors import FileNotFound
from integrator.files.models import File, FileUse
from integrator.files.subjects import get_subject
from integrator.people.models import Person
from integrator.people.rights import is_active_person


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A file in a list. ``by`` is the name of who brought it."""

    file: File
    by: str


def get_file_for(person: Person, file_id: uuid.UUID) -> File:
    """This will give the file with its content's row. Raises FileNotFound, for strangers too."""
    file = File.objects.select_related("content").filter(pk=file_id).first()
    if file is None or not is_active_person(person) or not _is_visible(person, file):
        raise FileNotFound
    return file


def list_files_of(subject_type: str, subject_id: object) -> list[File]:
    """This will give the files that hang on a subject, oldest first, for somebody who may see it. One query."""
    files = File.objects.filter(uses__subject_type=subject_type, uses__subject_id=str(subject_id))
    return list(files.select_related("content").order_by("created_at", "id"))


def describe_files(files: Sequence[File]) -> list[FileRow]:
    """This will give files for a list on a page, with the name of who brought each. One query, none without files."""
    names = get_actor_names(file.created_by for file in files)
    return [FileRow(file=file, by=names[file.created_by]) for file in files]


def get_files(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, File]:
    """This will give those files that there are, by id. One query, none without ids."""
    return File.objects.select_related("content").in_bulk(list(ids)) if ids else {}


def _is_visible(person: Person, file: File) -> bool:
    """A file that hangs on nothing yet is for the one who brought it."""
    by_type: dict[str, set[str]] = {}
    for subject_type, subject_id in FileUse.objects.filter(file=file).values_list("subject_type", "subject_id"):
        by_type.setdefault(subject_type, set()).add(subject_id)
    if not by_type:
        return file.created_by == str(Actor.person(person))
    return any(
        subject is not None and bool(subject.list_visible(person, ids))
        for subject, ids in ((get_subject(subject_type), ids) for subject_type, ids in by_type.items())
    )
