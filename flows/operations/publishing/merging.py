"""Brings a draft and a newer live version together: one edit that can be undone, after which the draft can go live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flows.definition.editing import make_delta, open_document
from flows.definition.flow_file import definition_from_data
from flows.definition.merging import Merged, merge
from flows.definition.merging.results import Side
from flows.errors import FlowRefused, NotFound
from flows.models import Draft, DraftEdit, Flow, FlowVersion
from flows.operations.drafts.rows import NewRow, follow_change_in, store_row
from flows.operations.publishing.rights import get_flow_to
from flows.registry import kind_specs
from integrator.lib.ids import new_uuid
from integrator.people.models import Person
from integrator.people.rights import Action

SOURCE = "merge"


@dataclass(frozen=True, kw_only=True)
class MergeOrder:
    """What the person saw: the draft's revision and the live version's number; and how they decided each conflict."""

    revision: int
    live: int
    choices: Mapping[str, Side]


@dataclass(frozen=True, kw_only=True)
class MergeFacts:
    """A draft beside the version that went live after it began; ``base`` is None where nothing was published then."""

    draft: Draft
    base: FlowVersion | None
    live: FlowVersion
    merged: Merged


def look_at_merge(flow: Flow, draft: Draft, choices: Mapping[str, Side]) -> MergeFacts:
    """This will bring both together in memory. Raises NotFound where nothing newer is live. Two queries."""
    live = flow.versions.filter(pk=flow.live_version_id or 0).select_related("published_by").first()
    if live is None or live.pk == draft.base_version_id:
        raise NotFound("merge")
    base = FlowVersion.objects.filter(pk=draft.base_version_id).first() if draft.base_version_id else None
    began = base.document if base is not None else _make_empty(live.document)
    merged = merge(began, draft.document, live.document, kind_specs(), choices=choices)
    return MergeFacts(draft=draft, base=base, live=live, merged=merged)


def merge_draft(*, key: str, person: Person, order: MergeOrder, now: datetime) -> Draft:
    """This will make the merged state the draft's next revision, standing on the live version from then on.

    Raises NotFound, Forbidden, FlowRefused (``merge.undecided`` while a conflict has no choice; ``flow.newer_version``
    and ``draft.changed_meanwhile`` where either side moved on since it was looked at).
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        draft = Draft.objects.select_for_update(no_key=True).filter(flow=flow, author=person).first()
        if draft is None:
            raise NotFound("draft")
        draft.flow = flow
        facts = look_at_merge(flow, draft, order.choices)
        _refuse_moved(facts, order)
        if facts.merged.conflicts:
            left = len(facts.merged.conflicts)
            which = "One conflict is" if left == 1 else f"{left} conflicts are"
            raise FlowRefused(
                "merge.undecided",
                f"{which} not decided yet. Choose a side for each.",
                {"conflicts": [conflict.key for conflict in facts.merged.conflicts]},
            )
        definition_from_data(facts.merged.document)
        delta = make_delta(open_document(draft.document), open_document(facts.merged.document))
        row = NewRow(
            edit_id=new_uuid(),
            sort=DraftEdit.Sort.EDIT,
            label=f"Brought together with version {facts.live.number}",
            delta=delta,
            source=SOURCE,
            base=facts.live,
        )
        store_row(draft, facts.merged.document, row, now=now)
        follow_change_in(draft, person, now=now)
        return draft


def _refuse_moved(facts: MergeFacts, order: MergeOrder) -> None:
    if facts.live.number != order.live:
        raise FlowRefused(
            "flow.newer_version",
            f"Version {facts.live.number} went live meanwhile. Look at both again; your choices are kept.",
            {"version": facts.live.number},
        )
    if facts.draft.revision != order.revision:
        raise FlowRefused(
            "draft.changed_meanwhile",
            "The draft was changed after you opened this page. Look at both again; your choices are kept.",
            {"revision": facts.draft.revision},
        )


def _make_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    """What both sides began from where nothing was published: the flow without a step."""
    return {**{name: document[name] for name in ("format", "flow", "name", "team") if name in document}, "steps": {}}
