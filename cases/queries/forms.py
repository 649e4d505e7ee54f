"""Forms of the library as one person may see them, their versions, and who uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from cases.forms.errors import FormNotFound, FormRefused
from cases.models import Form, FormVersion
from integrator.people.models import Person, Team
from integrator.people.rights import Action, limit_to_teams, team_ids_where


@dataclass(frozen=True, kw_only=True)
class FormUse:
    """Where a form is used: words with a link, such as "Invoice exceptions, step “Review”"."""

    words: str
    href: str
    fine: str = ""


MAX_NUMBER = 2**31  # what the database can hold
FindUses: TypeAlias = Callable[[Iterable[Form]], Mapping[int, list[FormUse]]]


def list_forms(person: Person) -> QuerySet[Form]:
    """This will give the forms of the teams in which the person may see them, by name."""
    rows = limit_to_teams(Form.objects.all(), team_ids_where(person, Action.FORM_READ))
    return rows.select_related("team", "live_version", "draft", "draft__changed_by").order_by("name", "id")


def get_form_for(person: Person | None, key: str) -> Form:
    """This will give one form by its key; ``person`` None is a command. Raises FormNotFound, for strangers too."""
    every = Form.objects.select_related("team", "live_version", "draft", "draft__changed_by")
    found = (every if person is None else list_forms(person)).filter(key=key).first()
    if found is None:
        raise FormNotFound
    return found


def list_form_versions(form: Form) -> QuerySet[FormVersion]:
    """This will give the published versions, the newest first."""
    return form.versions.select_related("published_by").order_by("-number", "-id")


def get_form_version(form: Form, number: int) -> FormVersion:
    """This will give one published version of a form that the reader may see. Raises FormNotFound."""
    found = list_form_versions(form).filter(number=number).first() if number < MAX_NUMBER else None
    if found is None:
        raise FormNotFound
    return found


def list_form_teams(person: Person) -> QuerySet[Team]:
    """This will give the teams in which the person may add forms, by name."""
    return limit_to_teams(Team.objects.all(), team_ids_where(person, Action.FORM_DRAFT), field="pk").order_by(
        "name", "id"
    )


def get_published(key: str, version: int | None = None, *, team_id: int | None = None) -> FormVersion:
    """This will give a published version of a form: the live one, or the one of this number. One query.

    ``team_id`` keeps to the forms of one team. Raises FormNotFound, and FormRefused ``form.not_published``.
    """
    forms = Form.objects.filter(key=key) if team_id is None else Form.objects.filter(key=key, team_id=team_id)
    row = forms.select_related("live_version").first()
    if row is None:
        raise FormNotFound
    found = row.live_version if version is None else row.versions.filter(number=version).first()
    if found is None:
        what = f"version {version} of the form" if version is not None else "published version of the form"
        raise FormRefused("form.not_published", f"There is no {what} “{row.name}”. Publish it first.")
    return found


def find_uses_of_forms(forms: Iterable[Form]) -> Mapping[int, list[FormUse]]:
    """This will give by form id where it is used, by all who registered (``settings.FORM_USES``)."""
    rows = list(forms)
    found: dict[int, list[FormUse]] = {row.pk: [] for row in rows}
    for path in settings.FORM_USES:
        find: FindUses = import_string(path)
        for pk, uses in find(rows).items():
            found[pk] += uses
    return found


def tell_form(row: Form) -> dict[str, Any]:
    """A form as the interface gives it."""
    live = row.live_version
    return {
        "key": row.key,
        "name": row.name,
        "team": row.team.slug,
        "revision": row.draft.revision,
        "draft": row.draft.schema,
        "version": live.number if live else None,
        "schema": live.schema if live else None,
    }
