"""The packs of a sample as tests take them: asked for, made at once, read."""

from __future__ import annotations

from datetime import datetime

from cases.evidence.loop import make_all
from cases.models import AuditSample
from cases.operations.packing import ask_packs, take_packs
from integrator.files.storage import get_store
from integrator.people.models import Person
from tests.support.cases import NOW


def make_zip(sample: AuditSample, person: Person, *, now: datetime = NOW) -> bytes:
    """The zip that ``person`` is handed."""
    ask_packs(sample=sample, person=person, now=now)
    make_all()
    file = take_packs(sample=sample, person=person, now=now)
    return b"".join(get_store().stream(file.content.stored_as))
