"""Publishes the draft of a form as its next immutable version. Tasks that were asked before keep their form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from cases.forms.designing import check_design
from cases.forms.errors import FormRefused
from cases.models import Form, FormVersion
from cases.operations.forms.drafting import record_form
from cases.operations.forms.rights import lock_form
from integrator.lib.strict_json import escape_pointer
from integrator.people.models import Person
from integrator.people.rights import Action

MAX_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class FormPublished:
    """The live version; ``is_new`` False: the draft is what was live already, so nothing was changed."""

    version: FormVersion
    is_new: bool

    @property
    def message(self) -> str:
        """What happened, for people."""
        if not self.is_new:
            return f"Nothing changed: version {self.version.number} is the same already."
        return f"Version {self.version.number} is live. Tasks that are asked from now on have it."


def publish_form(*, key: str, revision: int | None, note: str, person: Person | None, now: datetime) -> FormPublished:
    """This will publish the draft as it was at ``revision`` (None: as it is).

    Raises FormNotFound, FormForbidden, FormRefused (``form.invalid`` with all faults; ``form.changed_meanwhile``).
    """
    with transaction.atomic(durable=True):
        row = lock_form(person, key, Action.FORM_PUBLISH)
        if revision is not None and row.draft.revision != revision:
            text = "The form was changed after you loaded this page. Look at it again, then publish."
            raise FormRefused("form.changed_meanwhile", text, {"revision": row.draft.revision})
        return publish_in(row, note=note, person=person, now=now)


def publish_in(row: Form, *, note: str, person: Person | None, now: datetime) -> FormPublished:
    """This will publish inside the caller's transaction, which holds the row and has checked the right."""
    schema = row.draft.schema
    faults = check_design(schema)
    if faults:
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        errors = [
            {"pointer": "".join(f"/{escape_pointer(part)}" for part in fault.path), "message": fault.message}
            for fault in faults
        ]
        text = f"The form has {count}, so it was not published. {faults[0].message}"
        raise FormRefused("form.invalid", text, {"errors": errors})
    digest = hashlib.sha256(json.dumps(schema, ensure_ascii=False).encode()).hexdigest()  # the order counts
    if row.live_version is not None and row.live_version.digest == digest:
        return FormPublished(version=row.live_version, is_new=False)
    version = FormVersion.objects.create(
        form=row,
        number=(row.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        schema=schema,
        digest=digest,
        note=note.strip()[:MAX_NOTE],
        published_at=now,
        published_by=person,
    )
    row.live_version = version
    row.save(update_fields=["live_version"])
    record_form("form.published", row, person, {"version": version.number, "digest": digest, "note": version.note})
    return FormPublished(version=version, is_new=True)
