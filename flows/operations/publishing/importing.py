"""Imports a flow file as its author's draft, and publishes it in the same transaction when asked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flows.definition.editing import make_delta, open_document
from flows.definition.flow_file import ReadResult, definition_to_data, read_flow_file, semantic_digest
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.errors import NotFound, TeamNotFound
from flows.models import Draft, DraftEdit, Flow
from flows.operations.drafts.rows import NewRow, store_row
from flows.operations.publishing.findings import judge, refuse
from flows.operations.publishing.rights import (
    actor_of,
    check_right_somewhere,
    check_team_right,
    get_team_to,
    refuse_archived,
)
from flows.operations.publishing.testing import look_at_tests
from flows.operations.publishing.triggers import reserve_trigger_in
from flows.operations.publishing.versions import PublishResult, publish_in
from flows.queries.connections import list_teams_where
from integrator.events.log import record
from integrator.lib.ids import new_uuid
from integrator.people.models import Person, Team
from integrator.people.rights import Action

TEAMS_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What an import left: the flow, the draft, warnings, and what publishing did (None: it was not asked for).

    ``draft`` is None once it was published. ``is_new``: the flow was not there before.
    """

    flow: Flow
    draft: Draft | None
    warnings: list[Finding]
    is_new: bool
    published: PublishResult | None = None


@dataclass(frozen=True, kw_only=True)
class PublishOrder:
    """That the file is to go live at once: the note, and what the log keeps of its tests."""

    note: str
    facts: Mapping[str, Any]


def import_flow(
    *, text: str | bytes, person: Person | None, publish: bool = False, note: str = "", team: str = "", now: datetime
) -> ImportResult:
    """This will keep the file as the person's draft (None: the command line's), making the flow if there is none.

    Any error in the file changes nothing: FlowRefused ``flow.invalid``. With ``publish`` the right to publish is needed
    too. ``team`` is where it goes, "": where the file says. Raises TeamNotFound, which names the teams where the person
    may import, for one they do not see; Forbidden for one where they may not import.
    """
    check_right_somewhere(person, Action.FLOW_IMPORT)
    file = read_flow_file(text, team=team)
    if file.definition is None:
        raise refuse(file.findings)
    facts: Mapping[str, Any] = {}
    if publish:  # before the transaction, since they may take seconds
        into = _get_team(file.definition, person, publish=True)
        facts = look_at_tests(file.definition, team_id=into.pk, despite="")
    with transaction.atomic(durable=True):
        into = _get_team(file.definition, person, publish=publish)
        order = PublishOrder(note=note, facts=facts) if publish else None
        return _import_in(file, file.definition, team=into, person=person, order=order, now=now)


def _get_team(definition: FlowDefinition, person: Person | None, *, publish: bool) -> Team:
    try:
        team = get_team_to(person, definition.team, Action.FLOW_IMPORT)
    except NotFound as error:
        own = list_teams_where(person, Action.FLOW_IMPORT) if person is not None else Team.objects.all()
        slugs = list(own.order_by("slug").values_list("slug", flat=True)[: TEAMS_NAMED + 1])
        raise TeamNotFound([*slugs[:TEAMS_NAMED], *(["…"] if len(slugs) > TEAMS_NAMED else [])]) from error
    if publish:
        check_team_right(person, team, Action.FLOW_PUBLISH, what="flow")
    return team


def _import_in(
    file: ReadResult,
    definition: FlowDefinition,
    *,
    team: Team,
    person: Person | None,
    order: PublishOrder | None,
    now: datetime,
) -> ImportResult:
    known = Flow.objects.select_for_update(no_key=True).filter(key=definition.key).first()
    if known is not None and known.team_id == team.pk:
        refuse_archived(known)
    warnings = judge(definition, team=team, flow=known, lines=file.lines)
    flow, is_new = (known, False) if known else _make_flow(definition, team)
    if flow.live_version_id is None:
        flow.name, flow.description = definition.name, definition.description
        flow.save(update_fields=["name", "description"])
    draft = _keep_draft(flow, definition, person, now)
    reserve_trigger_in(flow, definition)
    record(
        "flow.imported",
        actor=actor_of(person),
        subject=("flow", flow.pk),
        data={"flow": flow.key, "digest": semantic_digest(definition)},
        team_id=flow.team_id,
    )
    if order is None:
        return ImportResult(flow=flow, draft=draft, warnings=warnings, is_new=is_new)
    published = publish_in(flow, draft, person=person, note=order.note, now=now, facts=order.facts)
    kept = Draft.objects.filter(pk=draft.pk).first()
    return ImportResult(flow=flow, draft=kept, warnings=warnings, is_new=is_new, published=published)


def _keep_draft(flow: Flow, definition: FlowDefinition, person: Person | None, now: datetime) -> Draft:
    """The draft with this content: a new one, or the next revision of the one there is, which can be undone."""
    document, live = definition_to_data(definition), flow.live_version
    values = {"document": document, "base_version": live, "updated_at": now}
    draft, is_new = Draft.objects.get_or_create(flow=flow, author=person, defaults=values)
    if is_new:
        return draft
    draft = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    delta = make_delta(open_document(draft.document), open_document(document))
    row = NewRow(
        edit_id=new_uuid(), sort=DraftEdit.Sort.EDIT, label="Imported a file", delta=delta, source="import", base=live
    )
    store_row(draft, document, row, now=now)
    return draft


def _make_flow(definition: FlowDefinition, team: Team) -> tuple[Flow, bool]:
    """The new flow; the other's when somebody made it at this very moment."""
    flow, is_new = Flow.objects.get_or_create(key=definition.key, defaults={"name": definition.name, "team": team})
    if flow.team_id != team.pk:
        raise NotFound("flow")
    return flow, is_new
