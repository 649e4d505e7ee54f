"""Files on their way in: spooled, with the id that they will have and the facts that run data carry. Keeps nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrator.files.facts import make_facts
from integrator.files.spool import Upload
from integrator.lib.ids import new_uuid


@dataclass(frozen=True, kw_only=True)
class IncomingFile:
    """A file of a call or a mail, not kept yet."""

    id: uuid.UUID
    upload: Upload
    facts: Mapping[str, Any]


def receive(upload: Upload) -> IncomingFile:
    """This will give the upload an id and its facts."""
    file_id = new_uuid()
    return IncomingFile(id=file_id, upload=upload, facts=make_facts(file_id, upload))
