"""The rows of edits: storing one with its revision, reading units, and telling the log now and then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flows.definition.editing import Delta
from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.errors import EditRefused
from flows.models import Draft, DraftEdit, FlowVersion
from flows.operations.publishing.rights import actor_of
from integrator.events.log import record
from integrator.people.models import Person

MAX_BYTES = 1_048_576
TELL_EVERY = timedelta(minutes=10)
_NAME_CHARS = 200


@dataclass(frozen=True, kw_only=True)
class NewRow:
    """What becomes the next revision. ``unit`` None: its own.

    The draft stands on the version ``base`` from then on (None: on the one it has), with ``forgets_base`` on none.
    """

    edit_id: UUID
    sort: str
    label: str
    delta: Delta
    unit: int | None = None
    source: str = ""
    session: str = ""
    ops: Sequence[Mapping[str, Any]] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    base: FlowVersion | None = None
    forgets_base: bool = False


def store_row(draft: Draft, document: dict[str, Any], row: NewRow, *, now: datetime) -> DraftEdit:
    """The next revision of a held draft. Raises EditRefused ``edit.too_large``."""
    if len(json.dumps(document)) > MAX_BYTES:
        raise EditRefused("edit.too_large", "A flow may have 1 MiB. Move parts of it into another flow.")
    draft.document, draft.revision, draft.updated_at = document, draft.revision + 1, now
    moves = row.base is not None or row.forgets_base
    moved = {"base_before": draft.base_version, "base_after": row.base} if moves else {}
    if moves:
        draft.base_version = row.base
    draft.save(update_fields=["document", "revision", "updated_at", "base_version"])
    return DraftEdit.objects.create(
        draft=draft,
        revision=draft.revision,
        edit_id=row.edit_id,
        sort=row.sort,
        unit=draft.revision if row.unit is None else row.unit,
        source=row.source,
        session=row.session,
        label=row.label,
        ops=json.dumps(list(row.ops)),
        delta=json.dumps(row.delta),
        renamed=dict(row.renamed),
        at=now,
        **moved,
    )


def read_delta(row: DraftEdit) -> Delta:
    """What a revision changed."""
    delta: Delta = json.loads(row.delta)
    return delta


def find_row(draft: Draft, edit_id: UUID) -> DraftEdit | None:
    """The revision that an edit of this id became already."""
    return DraftEdit.objects.filter(draft=draft, edit_id=edit_id).first()


def definition_of(draft: Draft) -> FlowDefinition:
    """What the draft says."""
    return definition_from_data(draft.document)


def follow_change_in(
    draft: Draft, person: Person, *, now: datetime, definition: FlowDefinition | None = None
) -> FlowDefinition:
    """What every revision brings with it: the name of a flow that is not live yet, and an event every ten minutes.

    Gives what the draft says, which ``definition`` saves reading once more.
    """
    definition, flow = definition or definition_of(draft), draft.flow
    facts = (definition.name[:_NAME_CHARS], definition.description)
    if flow.live_version_id is None and facts != (flow.name, flow.description):
        flow.name, flow.description = facts
        flow.save(update_fields=["name", "description"])
    if draft.told_at is None or now - draft.told_at >= TELL_EVERY:
        draft.told_at = now
        draft.save(update_fields=["told_at"])
        record(
            "flow.drafted",
            actor=actor_of(person),
            subject=("flow", flow.pk),
            data={"flow": flow.key, "revision": draft.revision},
            team_id=flow.team_id,
        )
    return definition
