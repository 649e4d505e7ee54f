"""Tells somebody who else changed a draft of a form while they did, and when; keeps who changed which part last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.forms.errors import FormRefused
from cases.forms.meeting import list_paths, list_touched, refuse_clash
from cases.models import FormDraft
from cases.shapes import as_time
from integrator.people.models import Person

BY_ITSELF = "Integrator"  # an import, or somebody whose account is gone


def name_changer(changed_by: Person | None, reader: Person | None) -> str:
    """``Lia``, or ``You, in another window,``."""
    if changed_by is None:
        return BY_ITSELF
    return "You, in another window," if reader is not None and changed_by.pk == reader.pk else str(changed_by)


def say_when(moment: datetime) -> str:
    """``at 14:03``, or ``on 3 May at 14:03`` where that is not today, in the reader's zone."""
    local = timezone.localtime(moment)
    day = "" if local.date() == timezone.localdate() else f"on {local.day} {local:%B} "
    return f"{day}at {local:%H:%M}"


def note_touched(draft: FormDraft, schema: Mapping[str, Any], person: Person | None, now: datetime) -> dict[str, Any]:
    """What ``touched`` is once ``schema`` is the draft: what is gone from it is forgotten."""
    paths = list_paths(schema)
    kept = {part: change for part, change in draft.touched.items() if part.partition("/")[0] in paths}
    mine = [person.pk if person is not None else None, as_time(now)]
    return kept | {part: mine for part in list_touched(draft.schema, schema)}


def name_clash(error: FormRefused, draft: FormDraft, given: Mapping[str, str], person: Person) -> FormRefused:
    """The same refusal with who changed the part, and when, where that is known."""
    path = ".".join(each for each in (given.get("table", ""), given.get("key", "")) if each)
    changed = draft.touched.get(f"{path}/{error.details.get('name')}")
    if changed is None:
        return error
    who = name_changer(Person.objects.filter(pk=changed[0]).first(), person)
    return refuse_clash({**error.details, "at": changed[1]}, who, say_when(datetime.fromisoformat(changed[1])))
