"""Forms with files on the way out (RFC 7578): parts read from storage while they are sent, one piece at a time.

A file leaves only when it hangs on the run that sends it, whatever ids came in its data.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from requests_toolbelt import MultipartEncoder

from flows.definition.kind import StepError
from flows.definition.model import JSON
from integrator.events.actors import Actor
from integrator.files.facts import is_facts, read_file_id
from integrator.files.models import File
from integrator.files.operations import record_read
from integrator.files.spool import CHUNK_BYTES
from integrator.files.storage import get_store
from integrator.lib.ids import new_uuid
from integrator.lib.redaction import cap_text

SHOWN_MAX_CHARS = 2_000
FACTS = ("file", "name", "type", "bytes", "sha256")


class UnfitPart(ValueError):
    """A value that is neither text nor number nor file; its text names the field."""


class StoredContent:
    """The content of a stored file as ``MultipartEncoder`` reads it; ``len`` is how many bytes are left."""

    def __init__(self, file: File) -> None:
        self._name, self._held = file.content.stored_as, b""
        self._pieces: Iterator[bytes] | None = None
        self.len: int = file.content.bytes

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``; opened at the first call."""
        if self._pieces is None:
            self._pieces = get_store().stream(self._name)
        wanted = self.len if size < 0 else size
        while len(self._held) < wanted and (piece := next(self._pieces, b"")):
            self._held += piece
        taken, self._held = self._held[:wanted], self._held[wanted:]
        self.len -= len(taken)
        return taken


class MultipartBody:
    """A form that is sent while it is read, as often as need be: each time the same bytes."""

    def __init__(self, parts: list[Any], files: Mapping[str, File]) -> None:
        self._parts, self._files = parts, files
        self._boundary = new_uuid().hex
        opened = self.open()
        self.content_type: str = opened.content_type
        self.size_bytes: int = opened.len

    @property
    def shown(self) -> str:
        """Its parts, files by name, size and hash."""
        shown = [{"field": name, **_show(value)} for name, value in self._parts]
        return json.dumps(shown, ensure_ascii=False)

    def open(self) -> MultipartEncoder:
        """The form from its beginning."""
        return MultipartEncoder([(name, self._open(value)) for name, value in self._parts], boundary=self._boundary)

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the form."""
        opened = self.open()
        while piece := opened.read(CHUNK_BYTES):
            yield piece

    def _open(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        file = self._files[str(value["file"])]
        return file.name, StoredContent(file), file.content.type


def _show(value: Any) -> dict[str, Any]:
    return {"text": cap_text(value, SHOWN_MAX_CHARS)} if isinstance(value, str) else dict(value)


def read_parts(fields: JSON) -> Iterator[tuple[str, JSON]]:
    """This will give name and value of each part as it is planned: a text, or the facts of a file.

    A list repeats its name, null leaves it out. Raises UnfitPart naming the field for anything else.
    """
    if not isinstance(fields, dict):
        raise UnfitPart("multipart")
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, _read_part(name, item)


def make_multipart(parts: list[Any], run_id: uuid.UUID | None) -> MultipartBody:
    """This will make the body. One query for its files; each is noted as read.

    Raises StepError ``file.not_found`` for a file that does not hang on the run.
    """
    files = _find_files(parts, run_id)
    for file in files.values():
        record_read(file, actor=Actor("system", "engine"), how="call")
    return MultipartBody(parts, files)


def _read_part(name: str, value: JSON) -> JSON:
    if is_facts(value):
        return {member: value[member] for member in FACTS}
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise UnfitPart(f"multipart/{name}")


def _find_files(parts: list[Any], run_id: uuid.UUID | None) -> dict[str, File]:
    wanted = {str(value["file"]): str(value["name"]) for _, value in parts if not isinstance(value, str)}
    if not wanted:
        return {}
    ids = [file_id for file_id in (read_file_id({"file": one}) for one in wanted) if file_id is not None]
    rows = File.objects.filter(pk__in=ids, uses__subject_type="run", uses__subject_id=str(run_id))
    found = {str(file.pk): file for file in rows.select_related("content")}
    for one, name in wanted.items():
        if one not in found:
            raise StepError(
                "file.not_found",
                f"The file “{name[:100]}” does not belong to this run, so it is not sent. Name one that came with its "
                "trigger, an answer or a step.",
                details={"file": one},
            )
    return found
