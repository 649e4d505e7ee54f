"""Begins a draft, from the live version or blank; a new flow; and throws a draft away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from flows.definition.validation.faults import MAX_KEY_CHARS
from flows.errors import EditRefused, NotFound
from flows.models import Draft, Flow
from flows.operations.publishing.rights import actor_of, get_flow_to, get_team_to
from flows.queries.drafts import first_document
from integrator.events.log import record
from integrator.lib.short_names import make_short_name
from integrator.people.models import Person, Team
from integrator.people.rights import Action

MAX_NAME = 200
MAX_TEXT = 1_048_576
ADDRESSES = frozenset({"add", "designer", "import", "new", "gallery"})  # pages beside those of flows


def open_draft(*, key: str, person: Person, now: datetime) -> Draft:
    """This will give the person's draft of the flow, made from the live version, else blank, where there is none yet.

    Raises NotFound, Forbidden.
    """
    with transaction.atomic(durable=True):
        return open_draft_in(get_flow_to(person, key, Action.FLOW_DRAFT, lock=True), person, now=now)


def open_draft_in(flow: Flow, person: Person, *, now: datetime) -> Draft:
    """The draft, held for a change, inside the caller's transaction, which has checked the right."""
    held = Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("base_version")
    held = held.defer("base_version__document")
    draft = held.filter(flow=flow, author=person).first()
    if draft is None:
        Draft.objects.get_or_create(flow=flow, author=person, defaults=first_state(flow, now=now))
        draft = held.get(flow=flow, author=person)
    draft.flow = flow
    return draft


def first_state(flow: Flow, *, now: datetime) -> dict[str, Any]:
    """What a draft that nobody has changed yet is made of: one query where something is live."""
    live = flow.live_version
    return {
        "document": first_document(flow, live),
        "base_version": live,
        "updated_at": now,
    }


def discard_draft(*, key: str, person: Person, now: datetime) -> Flow:
    """This will throw the person's draft away, with all its edits. Raises NotFound (no such draft too), Forbidden."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        draft = Draft.objects.select_for_update(no_key=True).filter(flow=flow, author=person).first()
        if draft is None:
            raise NotFound("draft")
        revision = draft.revision
        draft.delete()
        record(
            "flow.draft_discarded",
            actor=actor_of(person),
            subject=("flow", flow.pk),
            data={"flow": flow.key, "revision": revision},
            team_id=flow.team_id,
        )
    return flow


def start_flow(*, team: str, name: str, person: Person, now: datetime) -> Flow:
    """This will make a flow without steps in the team of that slug, with the person's draft of it.

    Its key comes from the name. Raises NotFound, Forbidden, EditRefused ``edit.name``.
    """
    with transaction.atomic(durable=True):
        owner = get_team_to(person, team, Action.FLOW_DRAFT)
        flow = _add_flow(_check_name(name), owner)
        open_draft_in(flow, person, now=now)
        record(
            "flow.added",
            actor=actor_of(person),
            subject=("flow", flow.pk),
            data={"flow": flow.key},
            team_id=flow.team_id,
        )
    return flow


def keep_text(*, key: str, person: Person, text: str, now: datetime) -> Draft:
    """This will keep unfinished text of the text view beside the draft; "" forgets it. No revision, no event.

    Raises NotFound, Forbidden, EditRefused ``edit.text_too_long``.
    """
    if len(text.encode()) > MAX_TEXT:
        raise EditRefused("edit.text_too_long", "A flow file may have 1 MiB. Shorten the text.")
    with transaction.atomic(durable=True):
        draft = open_draft_in(get_flow_to(person, key, Action.FLOW_DRAFT, lock=True), person, now=now)
        draft.pending_text = text
        draft.save(update_fields=["pending_text"])
    return draft


def make_key(name: str) -> str:
    """A key out of a name: ``Überfällige Rechnungen`` is ``uberfallige-rechnungen``."""
    key = make_short_name(name, most=MAX_KEY_CHARS - 5)
    return f"{key or 'flow'}-flow" if key in ADDRESSES or not key else key


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise EditRefused("edit.name", f"Give the flow a name of at most {MAX_NAME} characters.", {"field": "name"})
    return name


def _add_flow(name: str, team: Team) -> Flow:
    """The new flow under the first key that is free, also when somebody takes one at this very moment."""
    wanted = make_key(name)
    taken = set(Flow.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    number = 1
    while True:
        key = wanted if number == 1 else f"{wanted}-{number}"
        number += 1
        if key in taken:
            continue
        try:
            with transaction.atomic():
                return Flow.objects.create(key=key, name=name, team=team)
        except IntegrityError:
            taken.add(key)
