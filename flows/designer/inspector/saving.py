"""Reads one field that a form posted into operations; without scripts, hands them to the draft at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_field

from django.utils import timezone

from flows.designer.inspector.fields import Field, Op, ops_for
from flows.designer.inspector.showing import Inspected
from flows.designer.inspector.widgets import FormState, Unreadable, change_rows, fill_form, read_form
from flows.operations.drafts import Edit, apply_edit
from flows.registry import trigger_specs
from integrator.people.models import Person

PART = "v."
SOURCE = "inspector"
WAYS = ("form", "expression", "json")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A posted form: which field, the state of its inputs, and what was pressed ("" for saving)."""

    field: str
    state: FormState
    order: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a form asks for: operations, none where all stays, or why it cannot be read.

    ``field`` has the value that was read; ``state`` is how to show it, None: as the value says.
    """

    field: Field
    ops: list[Op] = made_field(default_factory=list)
    state: FormState | None = None
    refusal: str = ""


def read_typed(posted: Mapping[str, str]) -> Typed:
    """The form as it was posted; what is missing or odd counts as not sent."""
    parts = {name.removeprefix(PART): text for name, text in posted.items() if name.startswith(PART)}
    way = parts.pop("as", "form")
    state = FormState(way=way if way in WAYS else "form", parts=parts)  # type: ignore[arg-type]
    return Typed(field=posted.get("field", ""), state=state, order=posted.get("do", ""))


def read_change(inspected: Inspected, one: Field, typed: Typed) -> Change:
    """This will say what the form asks for, and change nothing."""
    order, state = typed.order, typed.state
    if order in WAYS:
        return _switch(inspected, one, state, order)
    if order == "clear":
        return Change(field=replace(one, value=None, problems=()), ops=ops_for(one, None))
    if order:
        state = FormState(way=state.way, parts=change_rows(state.parts, order))
    if order.startswith("turn."):
        return Change(field=one, state=state)
    try:
        value = read_form(one.setting, state, inspected.facts())
    except Unreadable as error:
        return Change(field=one, state=state, refusal=error.message)
    if one.name == "kind":
        one = replace(one, fits=_fitting(inspected, str(value or "")))
    changed = replace(one, value=value, problems=() if value != one.value else one.problems)
    return Change(field=changed, ops=ops_for(one, value), state=state if order == "add" else None)


def save_change(inspected: Inspected, ops: list[Op], *, person: Person) -> None:
    """This will make one edit of the operations, for a page without scripts. Raises what ``apply_edit`` raises."""
    if ops:
        edit = Edit(id=uuid.uuid4(), base=inspected.draft.revision, ops=ops, source=SOURCE)
        apply_edit(key=inspected.draft.flow.key, person=person, edit=edit, now=timezone.now())


def _fitting(inspected: Inspected, kind: str) -> Mapping[str, object]:
    """The settings of the present trigger that another one has too; an address begins as the flow's own key."""
    trigger, spec = inspected.draft.definition.trigger, trigger_specs().get(kind)
    if spec is None:
        return {}
    names = {setting.name for setting in spec.settings}
    kept = {name: value for name, value in trigger.settings.items() if name in names} if trigger else {}
    return {"path": inspected.draft.flow.key, **kept} if kind in ("webhook", "form") else kept


def _switch(inspected: Inspected, one: Field, state: FormState, order: str) -> Change:
    """Another look at the same value; nothing is changed until something is typed there."""
    if order == "expression":
        return Change(field=one, state=FormState(way="expression", parts={"text": "= "}))
    try:
        value = read_form(one.setting, state, inspected.facts())
    except Unreadable as error:
        return Change(field=one, state=state, refusal=error.message)
    if order == "json":
        text = "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
        return Change(field=one, state=FormState(way="json", parts={"text": text}))
    return Change(field=one, state=fill_form(one.setting, None if state.way == "expression" else value))
