"""Exports a flow as its canonical file, and says so in the log."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from flows.definition.flow_file import definition_from_data, semantic_digest, write_flow_file
from flows.errors import NotFound
from flows.models import Draft, Flow
from flows.operations.publishing.rights import actor_of, get_flow_to
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action


def export_flow(*, key: str, person: Person | None, number: int | None = None) -> str:
    """This will give the file of version ``number``; None: of the live one, or of the newest draft before any publish.

    The live one comes with the notes and layout of the newest draft that does the same. Raises NotFound, Forbidden.
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_EXPORT)
        document = _find_document(flow, number)
        record(
            "flow.exported",
            actor=actor_of(person),
            subject=("flow", flow.pk),
            data={"flow": flow.key, "version": number},
            team_id=flow.team_id,
        )
    return write_flow_file(definition_from_data(document))


def _find_document(flow: Flow, number: int | None) -> Any:
    if number is not None:
        version = flow.versions.filter(number=number).first()
        if version is None:
            raise NotFound("version")
        return version.document
    live = flow.live_version
    for draft in Draft.objects.filter(flow=flow).order_by("-updated_at", "-id"):
        if live is None or semantic_digest(definition_from_data(draft.document)) == live.digest:
            return draft.document
    if live is None:
        raise NotFound("version")
    return live.document
