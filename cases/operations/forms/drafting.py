"""Adding forms and changing their drafts, one edit at a time, each to be undone. A draft may have faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from cases.forms.designing import MAX_BYTES
from cases.forms.diffing import diff_forms, is_same, summarise
from cases.forms.editing import edit_form
from cases.forms.errors import FormNotFound, FormRefused
from cases.models import Form, FormDraft
from cases.operations.forms.meanwhile import name_changer, name_clash, note_touched, say_when
from cases.operations.forms.rights import check_right, lock_form
from cases.queries.forms import get_form_for
from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import record
from integrator.lib.strict_json import StrictJSONError, check, dumps_canonical
from integrator.people.models import Person, Team
from integrator.people.rights import Action

MAX_KEY_CHARS = 100
MAX_NAME_CHARS = 200
MAX_UNDO = 20
MAX_DEPTH = 20
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_ADDRESSES = ("add", "import")  # pages beside those of the forms
EMPTY: Mapping[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True, kw_only=True)
class NewForm:
    """What a form begins with."""

    team_id: int
    key: str
    name: str
    schema: Mapping[str, Any] | None = None


def add_form(new: NewForm, *, person: Person | None, now: datetime) -> Form:
    """This will add a form with an empty draft. Raises FormNotFound, FormForbidden, FormRefused."""
    with transaction.atomic(durable=True):
        team = Team.objects.filter(pk=new.team_id).first()
        if team is None:
            raise FormNotFound
        check_right(person, team, Action.FORM_DRAFT)
        row = add_form_in(new, team, person=person, now=now)
        record_form("form.added", row, person)
    return row


def copy_form(*, key: str, new_key: str, name: str, person: Person, now: datetime) -> Form:
    """This will add a form whose draft is that of another one, in the same team. Raises as ``add_form``."""
    row = get_form_for(person, key)
    new = NewForm(team_id=row.team_id, key=new_key, name=name, schema=row.draft.schema)
    return add_form(new, person=person, now=now)


def change_draft(
    *, key: str, edit: str, given: Mapping[str, str], revision: int | None, person: Person, now: datetime
) -> FormDraft:
    """This will make one edit of the draft, if it is still at ``revision`` (None: whatever it is at).

    Raises FormNotFound, FormForbidden, FormRefused (``form.edit_invalid``, ``form.changed_meanwhile``).
    """
    with transaction.atomic(durable=True):
        row = lock_form(person, key, Action.FORM_DRAFT)
        _refuse_meanwhile(row.draft, revision, person)
        if edit == "rename-form":
            return _rename_in(row, given.get("name", ""), person=person, now=now)
        try:
            schema = edit_form(row.draft.schema, edit, given)
        except FormRefused as error:
            raise name_clash(error, row.draft, given, person) from error
        return keep_draft_in(row, schema, person=person, now=now)


def save_draft(*, key: str, schema: Any, revision: int, person: Person | None, now: datetime) -> FormDraft:
    """This will keep ``schema`` as the whole draft, if it is still at ``revision``. Raises as ``change_draft``."""
    with transaction.atomic(durable=True):
        row = lock_form(person, key, Action.FORM_DRAFT)
        checked = check_schema(schema)
        _refuse_meanwhile(row.draft, revision, person)
        return keep_draft_in(row, checked, person=person, now=now)


def undo_edit(*, key: str, revision: int | None = None, person: Person, now: datetime) -> FormDraft:
    """This will put the draft back before its last edit, whoever made it. Raises as ``change_draft``."""
    return _step(key, revision, person, now, back=True)


def redo_edit(*, key: str, revision: int | None = None, person: Person, now: datetime) -> FormDraft:
    """This will make the edit again that was undone last. Raises as ``change_draft``."""
    return _step(key, revision, person, now, back=False)


def check_schema(schema: Any) -> dict[str, Any]:
    """The schema of a draft, which may have faults but must be a form. Raises FormRefused ``form.invalid``."""
    is_form = isinstance(schema, dict) and schema.get("type") == "object"
    if not is_form or not isinstance(schema.get("properties", {}), dict):
        raise _invalid("A form is a JSON Schema of type object with its fields as properties.")
    try:
        check(schema, max_depth=MAX_DEPTH)
    except StrictJSONError as error:
        raise _invalid(f"This is no form: {error.message}") from error
    if len(dumps_canonical(schema)) > MAX_BYTES:
        raise _invalid(f"The form is larger than {MAX_BYTES // 1000} kB. Split it up.")
    return {"type": "object", "properties": {}, **schema}


def add_form_in(new: NewForm, team: Team, *, person: Person | None, now: datetime) -> Form:
    """This will store a new form inside the caller's transaction, which has checked the right."""
    name = new.name.strip()
    if not _KEY.match(new.key) or len(new.key) > MAX_KEY_CHARS or new.key in _ADDRESSES:
        text = f"The key has at most {MAX_KEY_CHARS} lower-case letters, digits, '-' and '_', such as expense-claim."
        raise FormRefused("form.invalid", text, {"field": "key"})
    if not name or len(name) > MAX_NAME_CHARS:
        text = f"Give the form a name of at most {MAX_NAME_CHARS} characters."
        raise FormRefused("form.invalid", text, {"field": "name"})
    row = Form(key=new.key, name=name, team=team, created_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        text = f"The key '{new.key}' is taken. Choose another one."
        raise FormRefused("form.key_taken", text, {"field": "key"}) from error
    schema = check_schema(dict(new.schema or EMPTY))
    FormDraft.objects.create(form=row, schema=schema, changed_at=now, changed_by=person)
    return row


def keep_draft_in(row: Form, schema: dict[str, Any], *, person: Person | None, now: datetime) -> FormDraft:
    """This will store the draft of a row that the caller holds, with its event; the same draft changes nothing."""
    draft = row.draft
    checked = check_schema(schema)
    if is_same(checked, draft.schema):
        return draft
    return _put_in(row, checked, [*draft.past, draft.schema][-MAX_UNDO:], [], person, now)


def record_form(name: str, row: Form, person: Person | None, more: Mapping[str, Any] | None = None) -> None:
    """One event about a form."""
    record(
        name,
        actor=SYSTEM if person is None else Actor.person(person),
        subject=("form", row.pk),
        data={"form": row.key, "name": row.name, **(more or {})},
        team_id=row.team_id,
    )


def _step(key: str, revision: int | None, person: Person, now: datetime, *, back: bool) -> FormDraft:
    with transaction.atomic(durable=True):
        row = lock_form(person, key, Action.FORM_DRAFT)
        _refuse_meanwhile(row.draft, revision, person)
        draft = row.draft
        past, future = list(draft.past), list(draft.future)
        source, target = (past, future) if back else (future, past)
        if not source:
            what = "undo" if back else "make again"
            raise FormRefused("form.nothing_to_undo", f"There is nothing to {what}.")
        schema = source.pop()
        target.append(draft.schema)
        return _put_in(row, schema, past, future, person, now)


def _put_in(
    row: Form, schema: dict[str, Any], past: list[Any], future: list[Any], person: Person | None, now: datetime
) -> FormDraft:
    draft = row.draft
    changes = summarise(diff_forms(draft.schema, schema))
    draft.touched = note_touched(draft, schema, person, now)
    draft.schema, draft.past, draft.future = schema, past, future
    draft.revision, draft.changed_at, draft.changed_by = draft.revision + 1, now, person
    draft.save(update_fields=["schema", "past", "future", "touched", "revision", "changed_at", "changed_by"])
    record_form("form.drafted", row, person, {"revision": draft.revision, "changes": changes})
    return draft


def _rename_in(row: Form, name: str, *, person: Person, now: datetime) -> FormDraft:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARS:
        raise _invalid(f"Give the form a name of at most {MAX_NAME_CHARS} characters.")
    if name != row.name:
        row.name = name
        row.save(update_fields=["name"])
        draft = row.draft
        draft.revision, draft.changed_at, draft.changed_by = draft.revision + 1, now, person
        draft.save(update_fields=["revision", "changed_at", "changed_by"])
        record_form("form.drafted", row, person, {"revision": draft.revision, "changes": f"It is called “{name}” now"})
    return row.draft


def _refuse_meanwhile(draft: FormDraft, revision: int | None, person: Person | None) -> None:
    if revision is not None and draft.revision != revision:
        by, when = name_changer(draft.changed_by, person), say_when(draft.changed_at)
        text = f"{by} changed this form {when}, while you did. This is how it is now; make your change once more."
        raise FormRefused("form.changed_meanwhile", text, {"revision": draft.revision})


def _invalid(message: str) -> FormRefused:
    return FormRefused("form.invalid", message, {"errors": [{"pointer": "", "message": message}]})
