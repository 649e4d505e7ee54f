"""Files in run data: the facts ``{file, name, type, bytes, sha256}``, made here and found again. Pure.

Facts in data are words, not rights: whoever wants the content is asked for what the file hangs on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, TypeGuard

from integrator.files.models import File
from integrator.files.spool import Upload

MEMBERS = frozenset({"file", "name", "type", "bytes", "sha256"})


def make_facts(file_id: uuid.UUID, upload: Upload) -> dict[str, Any]:
    """The facts of an upload that will be kept as the file ``file_id``."""
    return {
        "file": str(file_id),
        "name": upload.name,
        "type": upload.type,
        "bytes": upload.size_bytes,
        "sha256": upload.sha256,
    }


def describe_file(file: File) -> dict[str, Any]:
    """The facts of a kept file. Reads its content's row unless it was selected."""
    content = file.content
    return {
        "file": str(file.pk),
        "name": file.name,
        "type": content.type,
        "bytes": content.bytes,
        "sha256": content.sha256,
    }


def is_facts(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value has the members of facts with an id that may be one."""
    return isinstance(value, dict) and value.keys() >= MEMBERS and read_file_id(value) is not None


def read_file_id(value: object) -> uuid.UUID | None:
    """The id in ``{"file": id, …}``, None for anything else."""
    text = value.get("file") if isinstance(value, dict) else None
    if not isinstance(text, str) or len(text) != 36:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def find_file_ids(value: object) -> list[uuid.UUID]:
    """The ids of all facts anywhere in a JSON value, each once, in order."""
    return list(dict.fromkeys(_walk(value)))


def _walk(value: object) -> Iterator[uuid.UUID]:
    if is_facts(value):
        found = read_file_id(value)
        if found is not None:
            yield found
    elif isinstance(value, dict):
        for member in value.values():
            yield from _walk(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)
