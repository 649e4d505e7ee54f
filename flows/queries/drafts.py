"""A person's own draft as the designer shows it, and who else is there. One's own draft only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from flows.definition.flow_file import definition_from_data, definition_to_data
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import Path, with_lines
from flows.errors import Forbidden
from flows.models import Draft, DraftEdit, DraftPresence, Flow, FlowVersion
from flows.queries.asked_teams import look_for_asked_teams
from flows.queries.findings import NO_LINES, find_findings
from flows.queries.flows import get_flow_for
from flows.registry import kind_specs
from integrator.people.models import Person
from integrator.people.rights import Action, can

DEAD_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class DesignerDraft:
    """The draft of one person. ``draft`` is not stored yet (no ``pk``, revision 0) before the first edit.

    ``undo_label`` and ``redo_label`` say what would be turned, None when there is nothing.
    """

    flow: Flow
    draft: Draft
    revision: int
    definition: FlowDefinition
    findings: Sequence[Finding]
    undo_label: str | None
    redo_label: str | None
    may_publish: bool

    @property
    def is_stored(self) -> bool:
        """Whether anything was changed, or the draft was opened on purpose."""
        return self.draft.pk is not None


@dataclass(frozen=True, kw_only=True)
class Present:
    """Somebody with a page of the flow open: which one, and at which step ("" at none)."""

    person: Person
    page: str
    step: str


def get_designer_draft(person: Person, key: str, *, session: str = "") -> DesignerDraft:
    """This will give the person's draft, or what it would begin with. Raises NotFound, Forbidden.

    ``session`` is the open page that asks: its own edits are what it would undo and redo first.

    Queries: the flow, the draft, its newest edits, and what its findings ask for.
    """
    flow = get_designed_flow(person, key)
    draft = get_own_draft(flow, person)
    return view_draft(draft, definition_from_data(draft.document), person, session=session)


def view_draft(draft: Draft, definition: FlowDefinition, person: Person, *, session: str = "") -> DesignerDraft:
    """This will give the same of a draft that was read already. Queries: its newest edits, and those of findings."""
    flow = draft.flow
    undo_label, redo_label = list_turns(draft, session)
    return DesignerDraft(
        flow=flow,
        draft=draft,
        revision=draft.revision,
        definition=definition,
        findings=find_draft_findings(definition, flow),
        undo_label=undo_label,
        redo_label=redo_label,
        may_publish=can(person, Action.FLOW_PUBLISH, flow.team_id),
    )


def find_draft_findings(
    definition: FlowDefinition, flow: Flow, *, lines: Mapping[Path, int] = NO_LINES
) -> Sequence[Finding]:
    """This will give all that is to be said of a draft: ``find_findings``, and teams that nobody could answer for."""
    found = find_findings(definition, team=flow.team, flow=flow)
    return with_lines([*found, *look_for_asked_teams(definition, kind_specs())], lines)


def get_designed_flow(person: Person, key: str) -> Flow:
    """This will give the flow to somebody who may draft it. Raises NotFound for strangers, Forbidden for readers."""
    flow = get_flow_for(person, key)
    if not can(person, Action.FLOW_DRAFT, flow.team_id):
        raise Forbidden("flow", f"Analysts and publishers of {flow.team} may change its flows. Ask one of them.")
    return flow


def get_own_draft(flow: Flow, person: Person) -> Draft:
    """This will give the person's draft; where there is none, an unstored one as ``first_state`` has it."""
    drafts = Draft.objects.filter(flow=flow, author=person).select_related("base_version")
    draft = drafts.defer("base_version__document").first()
    if draft is not None:
        draft.flow = flow
        return draft
    live = FlowVersion.objects.get(pk=flow.live_version_id) if flow.live_version_id else None
    document = first_document(flow, live)
    return Draft(flow=flow, author=person, document=document, base_version=live, updated_at=timezone.now())


def first_document(flow: Flow, live: FlowVersion | None) -> dict[str, Any]:
    """What a draft begins with: the live version, else what a command imported and nobody published, else no step."""
    if live is not None:
        return dict(live.document)
    imported = Draft.objects.filter(flow=flow, author=None).values_list("document", flat=True).first()
    return imported if imported is not None else blank_document(flow)


def blank_document(flow: Flow) -> dict[str, Any]:
    """A flow without steps, as a draft of a new one begins."""
    definition = FlowDefinition(
        key=flow.key, name=flow.name, team=flow.team.slug, description=flow.description, start="", steps={}
    )
    return definition_to_data(definition)


def list_present(flow: Flow, *, now: datetime) -> list[Present]:
    """This will give who has a page of the flow open, each person once, as seen last; by name."""
    rows = DraftPresence.objects.filter(flow=flow, seen_at__gte=now - DEAD_AFTER).select_related("person")
    newest: dict[int, DraftPresence] = {}
    for row in rows.order_by("-seen_at", "-id"):
        known = newest.get(row.person_id)
        if known is None or (known.page == "reading" and row.page != "reading"):
            newest[row.person_id] = row
    people = [Present(person=row.person, page=row.page, step=row.step) for row in newest.values()]
    return sorted(people, key=lambda present: (str(present.person), present.person.pk))


def list_turns(draft: Draft, session: str = "") -> tuple[str | None, str | None]:
    """This will say what an undo in this page would take back, and what a redo would do again; None for nothing.

    What the page itself did comes first. One query.
    """
    if draft.pk is None:
        return None, None
    done = _labels(DraftEdit.State.DONE, ("-unit", "-revision"), session)
    undone = _labels(DraftEdit.State.UNDONE, ("unit", "revision"), session)
    turns = Draft.objects.filter(pk=draft.pk).annotate(undo=done, redo=undone).values_list("undo", "redo").first()
    return turns or (None, None)


def _labels(state: str, order: tuple[str, str], session: str) -> Coalesce | Subquery:
    edits = DraftEdit.objects.filter(draft=OuterRef("pk"), sort=DraftEdit.Sort.EDIT, state=state).order_by(*order)
    newest = Subquery(edits.values("label")[:1])
    return Coalesce(Subquery(edits.filter(session=session).values("label")[:1]), newest) if session else newest
