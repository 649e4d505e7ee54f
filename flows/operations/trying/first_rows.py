"""The first rows of a stored file, for whoever may see the file. Changes nothing, and sends nothing."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.model import JSON
from flows.engine.simulation.file_rows import read_rows, write_rows
from integrator.files.errors import FilesError
from integrator.files.facts import read_file_id
from integrator.files.models import File
from integrator.files.queries import get_file_for
from integrator.files.storage import get_store
from integrator.people.models import Person

HEAD_BYTES = 1_048_576  # the largest item that a loop takes


def read_first_rows(person: Person, facts: Mapping[str, JSON]) -> dict[str, JSON] | None:
    """This will give ``{rows, more}``: the rows as text, and whether there are others behind them.

    None for a file that is not there, that the person may not see, or that cannot be read now. Raises ItemsUnreadable
    for one that holds no items.
    """
    file_id = read_file_id(facts)
    try:
        file = get_file_for(person, file_id) if file_id is not None else None
        head = _read_head(file) if file is not None else None
    except FilesError:
        return None
    if file is None or head is None:
        return None
    rows = read_rows(head, name=file.name, is_end=len(head) == file.content.bytes)
    return {"rows": write_rows(rows, name=file.name).decode(), "more": rows.has_more}


def _read_head(file: File) -> bytes:
    taken = bytearray()
    for piece in get_store().stream(file.content.stored_as):
        taken += piece
        if len(taken) >= HEAD_BYTES:
            break
    return bytes(taken[:HEAD_BYTES])
