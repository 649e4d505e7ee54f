"""Forms of the library in from JSON files and out to them: ``{format: 1, form, name, team, schema}``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.forms.errors import FormNotFound, FormRefused
from cases.models import Form
from cases.operations.forms.drafting import NewForm, add_form_in, check_schema, keep_draft_in, record_form
from cases.operations.forms.publishing import FormPublished, publish_in
from cases.operations.forms.rights import check_right
from cases.queries.forms import get_form_for
from integrator.lib import strict_json
from integrator.people.models import Person, Team
from integrator.people.rights import Action

MAX_FILE_BYTES = 200_000


@dataclass(frozen=True, kw_only=True)
class FormImported:
    """The form with its new draft, and what publishing came to (None: it was not asked for)."""

    form: Form
    published: FormPublished | None


def import_form(
    *,
    text: str | bytes,
    person: Person | None,
    team_slug: str = "",
    publish: bool = False,
    note: str = "",
    now: datetime,
) -> FormImported:
    """This will keep the file as the draft of its form, making the form if there is none.

    ``team_slug`` overrides the team of the file. Raises FormNotFound, FormForbidden, FormRefused; what is refused
    changes nothing.
    """
    data = _read(text)
    schema = check_schema(data["schema"])
    with transaction.atomic(durable=True):
        team = Team.objects.filter(slug=team_slug or str(data.get("team", ""))).first()
        if team is None:
            raise FormNotFound
        check_right(person, team, Action.FORM_DRAFT)
        key, name = str(data.get("form", "")), str(data.get("name") or data.get("form", ""))
        row = Form.objects.select_for_update(no_key=True, of=("self",)).select_related("draft").filter(key=key).first()
        if row is not None and row.team_id != team.pk:
            raise FormRefused("form.key_taken", f"The key '{key}' is taken by another team. Choose another one.")
        if row is None:
            new = NewForm(team_id=team.pk, key=key, name=name, schema=schema)
            row = add_form_in(new, team, person=person, now=now)
        else:
            keep_draft_in(row, schema, person=person, now=now)
        record_form("form.imported", row, person)
        if not publish:
            return FormImported(form=row, published=None)
        check_right(person, team, Action.FORM_PUBLISH)
        return FormImported(form=row, published=publish_in(row, note=note, person=person, now=now))


def export_form(*, key: str, person: Person | None) -> str:
    """This will give the draft as a file and record that it was taken out. Raises FormNotFound."""
    with transaction.atomic(durable=True):
        row = get_form_for(person, key)
        record_form("form.exported", row, person)
        data = {"format": 1, "form": row.key, "name": row.name, "team": row.team.slug, "schema": row.draft.schema}
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _read(text: str | bytes) -> dict[str, object]:
    if len(text) > MAX_FILE_BYTES:
        raise FormRefused("form.invalid", f"The file is larger than {MAX_FILE_BYTES // 1000} kB, so it is no form.")
    try:
        data = strict_json.parse(text)
    except strict_json.StrictJSONError as error:
        raise FormRefused("form.invalid", f"The file cannot be read. {error.message}") from error
    if not isinstance(data, dict) or data.get("format") != 1 or "schema" not in data:
        raise FormRefused("form.invalid", "This is no file of a form: it begins with format 1 and has a schema.")
    return dict(data)
