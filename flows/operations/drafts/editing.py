"""Applies one edit to the person's own draft: its operations, all or nothing, as the next revision.

An edit made on an older revision is applied when it touches nothing that was changed since; else it is a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from flows.definition.editing import (
    Applied,
    Clash,
    EditFault,
    KeyPath,
    apply_delta,
    apply_ops,
    changed_paths,
    claims_of,
    close_document,
    open_document,
    revert_delta,
    touches,
)
from flows.definition.merging import merge
from flows.definition.model import FlowDefinition
from flows.errors import EditConflict, EditRefused
from flows.models import Draft, DraftEdit
from flows.operations.drafts.opening import open_draft_in
from flows.operations.drafts.rows import NewRow, definition_of, find_row, follow_change_in, read_delta, store_row
from flows.operations.publishing.rights import get_flow_to
from flows.registry import kind_specs
from integrator.lib import strict_json
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action

JOIN_WITHIN = timedelta(seconds=5)
MAX_DEPTH = 100
_JOINED = {"set": ("target", "path"), "move": (), "put_note": ("id",)}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A list of operations made on revision ``base`` in one view.

    ``source`` is the view, ``session`` the open page (empty: unknown), whose edits an undo there takes back.
    ``draft`` is the id of the draft it was made on, None when unknown or not made yet.
    """

    id: UUID
    base: int
    ops: Sequence[Mapping[str, Any]]
    source: str = ""
    session: str = ""
    draft: int | None = None


@dataclass(frozen=True, kw_only=True)
class EditResult:
    """The draft as it is now, and what this edit became: its revision and the keys it got for those it proposed.

    ``turned`` says what an undo took back or a redo did again; "" for an edit.
    """

    draft: Draft
    revision: int
    definition: FlowDefinition
    renamed: Mapping[str, str] = field(default_factory=dict)
    turned: str = ""


def apply_edit(*, key: str, person: Person, edit: Edit, now: datetime) -> EditResult:
    """This will apply the edit, making the draft where there is none; a repeated id gets the first answer.

    Raises NotFound, Forbidden, EditRefused (``edit.…``, ``details["op"]`` is the place of the operation), EditConflict
    (``draft.conflict``, details ``{revision, paths: [{path, mine, theirs, by, source, at}]}``).
    """
    with transaction.atomic(durable=True):
        draft = open_draft_in(get_flow_to(person, key, Action.FLOW_DRAFT, lock=True), person, now=now)
        return apply_edit_in(draft, person, edit, now=now)


def apply_edit_in(draft: Draft, person: Person, edit: Edit, *, now: datetime) -> EditResult:
    """The same inside the caller's transaction, which holds the draft and has checked the right."""
    known = find_row(draft, edit.id)
    if known is not None:
        return EditResult(draft=draft, revision=known.revision, definition=definition_of(draft), renamed=known.renamed)
    _check_draft(draft, person, edit)
    _check_texts(edit)
    applied = _apply(draft, person, edit)
    if applied.delta:
        row = NewRow(
            edit_id=edit.id,
            sort=DraftEdit.Sort.EDIT,
            label=applied.label,
            delta=applied.delta,
            unit=_find_unit(draft, edit, now=now),
            source=edit.source,
            session=edit.session,
            ops=_keep_subject(edit.ops),
            renamed=applied.renamed,
        )
        _drop_undone(draft, edit.session)
        store_row(draft, applied.document, row, now=now)
        if edit.source == "text" and draft.pending_text:
            draft.pending_text = ""
            draft.save(update_fields=["pending_text"])
        follow_change_in(draft, person, now=now, definition=applied.definition)
    return EditResult(draft=draft, revision=draft.revision, definition=applied.definition, renamed=applied.renamed)


def refuse_fault(fault: EditFault) -> EditRefused:
    """The refusal of an operation that cannot be done."""
    return EditRefused(fault.code, fault.message, {"op": fault.index})


def _check_draft(draft: Draft, person: Person, edit: Edit) -> None:
    """Raises EditConflict for an edit of a draft that was published or thrown away since."""
    if edit.base > draft.revision or (edit.draft and edit.draft != draft.pk):
        raise EditConflict(
            "draft.conflict",
            "This draft was published or thrown away in another window since. Nothing of yours is lost: put yours on "
            "top of what the flow is now, or take what is there.",
            {"revision": draft.revision, "paths": list(_tell_what_is_there(draft, person, edit))},
        )


def _tell_what_is_there(draft: Draft, person: Person, edit: Edit) -> Iterator[dict[str, Any]]:
    """Each place of the edit with what it would say there and what the flow says now."""
    theirs = open_document(draft.document)
    try:
        applied = apply_ops(draft.document, edit.ops, kind_specs())
    except EditFault:
        applied = None
    mine = open_document(applied.document) if applied else None
    for claim in claims_of(edit.ops):
        said = (
            _value_at(mine, claim)
            if mine is not None
            else next((op["value"] for op in edit.ops if "value" in op), None)
        )
        yield {
            "path": "/".join(claim),
            "mine": said,
            "theirs": _value_at(theirs, claim),
            "by": str(person),
            "source": "elsewhere",
            "label": "Published or thrown away",
            "at": to_rfc3339(draft.updated_at),
        }


def _check_texts(edit: Edit) -> None:
    """Raises EditRefused for what no database keeps: NUL, half a character, numbers beyond a double."""
    try:
        strict_json.check([dict(op) for op in edit.ops], max_depth=MAX_DEPTH)
    except strict_json.StrictJSONError as error:
        raise EditRefused("edit.malformed", f"This cannot be kept: {error.message} Change it and try again.") from error


def _apply(draft: Draft, person: Person, edit: Edit) -> Applied:
    since = _list_since(draft, edit) if edit.base < draft.revision else []
    try:
        applied = apply_ops(draft.document, edit.ops, kind_specs())
    except EditFault as fault:
        if since and fault.code == "edit.unknown_step":
            raise _tell_conflict(draft, [_tell_clash(person, since[0], (), None, None)]) from fault
        raise refuse_fault(fault) from fault
    if since and [op.get("op") for op in edit.ops] == ["replace"]:
        return _merge_text(draft, person, edit, applied)
    if since:
        clashes = list(_find_clashes(draft, person, edit, applied, since))
        if clashes:
            raise _tell_conflict(draft, clashes)
    return applied


def _list_since(draft: Draft, edit: Edit) -> list[DraftEdit]:
    """What others changed since the edit was made, newest first. A page sends its edits in order and knows its own."""
    rows = draft.edits.filter(revision__gt=edit.base).order_by("-revision")
    return list(rows.exclude(session=edit.session) if edit.session else rows)


def _merge_text(draft: Draft, person: Person, edit: Edit, applied: Applied) -> Applied:
    """A whole document made on an older revision, brought together with what others changed since."""
    rows = list(draft.edits.filter(revision__gt=edit.base).order_by("-revision"))
    data = open_document(draft.document)
    for row in rows:
        data = revert_delta(data, read_delta(row))
    for row in rows[::-1]:
        if edit.session and row.session == edit.session:  # what the page knew when it sent this
            with suppress(Clash):  # it stood on what others did: then it counts as theirs
                data = apply_delta(data, read_delta(row))
    merged = merge(close_document(data), applied.document, draft.document, kind_specs())
    if merged.conflicts:
        clashes = [_tell_clash(person, rows[0], each.path, each.mine, each.theirs) for each in merged.conflicts]
        raise _tell_conflict(draft, clashes)
    whole = {"op": "replace", "document": merged.document}
    return replace(apply_ops(draft.document, [whole], kind_specs()), label=applied.label)


def _find_clashes(
    draft: Draft, person: Person, edit: Edit, applied: Applied, since: Sequence[DraftEdit]
) -> Iterator[dict[str, Any]]:
    """The places that this edit would overwrite and that others changed to something else meanwhile."""
    theirs, mine = open_document(draft.document), open_document(applied.document)
    changed = [(row, changed_paths(read_delta(row))) for row in since]
    for claim in claims_of(edit.ops):
        if len(claim) > 1 and claim[0] == "steps":
            claim = ("steps", applied.renamed.get(claim[1], claim[1]), *claim[2:])  # noqa: PLW2901 - the same place
        row = next((row for row, paths in changed if touches(claim, paths) is not None), None)
        values = _value_at(mine, claim), _value_at(theirs, claim)
        if row is not None and values[0] != values[1]:
            yield _tell_clash(person, row, claim, *values)


def _tell_clash(person: Person, row: DraftEdit, path: KeyPath, mine: Any, theirs: Any) -> dict[str, Any]:
    return {
        "path": "/".join(path),
        "mine": mine,
        "theirs": theirs,
        "by": str(person),
        "source": row.source,
        "label": row.label,
        "at": to_rfc3339(row.at),
    }


def _tell_conflict(draft: Draft, clashes: list[dict[str, Any]]) -> EditConflict:
    first = clashes[0]
    return EditConflict(
        "draft.conflict",
        f"The same was changed in another window meanwhile ({first['label']}). Nothing of yours is lost: keep yours, "
        "or take what is there.",
        {"revision": draft.revision, "paths": clashes},
    )


def _value_at(data: Any, path: KeyPath) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _find_unit(draft: Draft, edit: Edit, *, now: datetime) -> int | None:
    """The unit of the newest edit, when this one goes on with the same setting at once; None begins another."""
    last = draft.edits.filter(revision=draft.revision).first()
    if (
        last is None
        or (last.sort, last.state) != (DraftEdit.Sort.EDIT, DraftEdit.State.DONE)
        or (last.source, last.session) != (edit.source, edit.session)
        or not timedelta(0) <= now - last.at <= JOIN_WITHIN
    ):
        return None
    return last.unit if _subject_of(edit.ops) == _subject_of(json.loads(last.ops)) is not None else None


def _keep_subject(ops: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What later edits are held against, without the values: those stand in the delta already."""
    if _subject_of(ops) is None:
        return []
    return [{name: ops[0][name] for name in ("op", "target", "path", "id", "positions") if name in ops[0]}]


def _subject_of(ops: Sequence[Mapping[str, Any]]) -> Any:
    """What a single operation of those that are typed or dragged is about; None for any other edit."""
    if len(ops) != 1 or ops[0].get("op") not in _JOINED:
        return None
    op = ops[0]
    if op["op"] == "move":
        return ("move", sorted(op.get("positions", ())))
    return (op["op"], *(op.get(name) for name in _JOINED[op["op"]]))


def _drop_undone(draft: Draft, session: str) -> None:
    """A new edit ends what could be done again, in the same page and where pages are unknown."""
    undone = draft.edits.filter(state=DraftEdit.State.UNDONE)
    if session:
        undone = undone.filter(session__in=(session, ""))
    undone.update(state=DraftEdit.State.DROPPED)
