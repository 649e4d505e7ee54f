"""Takes edits back and does them again, unit by unit. Each is a revision of its own: nothing is ever rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from flows.definition.editing import (
    Clash,
    EditFault,
    apply_delta,
    close_document,
    make_delta,
    open_document,
    revert_delta,
)
from flows.definition.editing.document import Data, all_links, say_title, steps_of
from flows.errors import EditRefused
from flows.models import Draft, DraftEdit
from flows.operations.drafts.editing import EditResult
from flows.operations.drafts.opening import open_draft_in
from flows.operations.drafts.rows import NewRow, definition_of, find_row, follow_change_in, read_delta, store_row
from flows.operations.publishing.rights import get_flow_to
from integrator.people.models import Person
from integrator.people.rights import Action

DONE, UNDONE = DraftEdit.State.DONE, DraftEdit.State.UNDONE


def undo_edit(*, key: str, person: Person, now: datetime, session: str = "", edit_id: UUID | None = None) -> EditResult:
    """This will take back the newest edit that stands, of this page (``session``) where it made one.

    It takes back what that edit changed and nothing else. A repeated ``edit_id`` takes back no more. Raises NotFound,
    Forbidden, EditRefused (``edit.nothing_to_undo``; ``edit.undo_blocked`` where later edits stand on it).
    """
    return _turn(DraftEdit.Sort.UNDO, key, person, now=now, session=session, edit_id=edit_id)


def redo_edit(*, key: str, person: Person, now: datetime, session: str = "", edit_id: UUID | None = None) -> EditResult:
    """This will do again what was taken back last. Raises as ``undo_edit`` (``edit.nothing_to_redo``)."""
    return _turn(DraftEdit.Sort.REDO, key, person, now=now, session=session, edit_id=edit_id)


def _turn(
    sort: DraftEdit.Sort, key: str, person: Person, *, now: datetime, session: str, edit_id: UUID | None
) -> EditResult:
    with transaction.atomic(durable=True):
        draft = open_draft_in(get_flow_to(person, key, Action.FLOW_DRAFT, lock=True), person, now=now)
        known = find_row(draft, edit_id) if edit_id else None
        if known is not None:
            definition = definition_of(draft)
            return EditResult(draft=draft, revision=known.revision, definition=definition, turned=known.label)
        rows = _find_rows(draft, sort, session)
        turned = _turn_rows(draft, rows, sort, edit_id or uuid4(), now=now)
        definition = follow_change_in(draft, person, now=now)
    return EditResult(draft=draft, revision=draft.revision, definition=definition, turned=turned.label)


def _find_rows(draft: Draft, sort: DraftEdit.Sort, session: str) -> list[DraftEdit]:
    """The edits of the unit to turn, in the order in which their deltas apply."""
    is_undo = sort == DraftEdit.Sort.UNDO
    standing = draft.edits.filter(sort=DraftEdit.Sort.EDIT, state=DONE if is_undo else UNDONE)
    standing = standing.order_by("-unit", "-revision") if is_undo else standing.order_by("unit", "revision")
    first = (standing.filter(session=session).first() if session else None) or standing.first()
    if first is None:
        word = "take back" if is_undo else "do again"
        raise EditRefused(f"edit.nothing_to_{sort.value}", f"There is nothing to {word}.")
    return list(standing.filter(unit=first.unit))


def _turn_rows(
    draft: Draft, rows: Sequence[DraftEdit], sort: DraftEdit.Sort, edit_id: UUID, *, now: datetime
) -> DraftEdit:
    is_undo, label = sort == DraftEdit.Sort.UNDO, rows[-1].label if sort == DraftEdit.Sort.UNDO else rows[0].label
    before = open_document(draft.document)
    data = before
    try:
        for row in rows:
            data = revert_delta(data, read_delta(row)) if is_undo else apply_delta(data, read_delta(row))
        _check_links(before, data)
        document = close_document(data)
    except (Clash, EditFault) as problem:
        place = problem.path if isinstance(problem, Clash) else ()
        raise _tell_blocked(draft, label, place, before) from problem
    for row in rows:
        row.state = UNDONE if is_undo else DONE
        row.save(update_fields=["state"])
    moving = next((row for row in rows if row.base_after_id or row.base_before_id), None)
    base = (moving.base_before if is_undo else moving.base_after) if moving else None
    turned = NewRow(
        edit_id=edit_id,
        sort=sort.value,
        label=label,
        delta=make_delta(before, open_document(document)),
        unit=rows[0].unit,
        source=rows[0].source,
        base=base,
        forgets_base=moving is not None and base is None,
    )
    return store_row(draft, document, turned, now=now)


def _check_links(before: Data, after: Data) -> None:
    """Raises Clash where a link would lead nowhere that led to a step before."""
    for source, port, target in all_links(after):
        if target not in steps_of(after) and target in steps_of(before):
            raise Clash(("steps", source, port))


def _tell_blocked(draft: Draft, label: str, place: tuple[str, ...], data: Data) -> EditRefused:
    where = ""
    if len(place) > 1 and place[0] == "steps" and place[1] in steps_of(data):
        where = f" at '{say_title(data, place[1])}'"
    return EditRefused(
        "edit.undo_blocked",
        f"'{label}' cannot be turned back: the same was changed{where} since, in another window. Change it by hand, or "
        "turn that back first.",
        {"path": "/".join(place), "revision": draft.revision},
    )
