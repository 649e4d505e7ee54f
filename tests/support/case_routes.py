"""The addresses of pages about cases and their types, by right; a part of the registry in ``routes``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cases.models import CaseType
from integrator.people.rights import Action
from tests.support.personas import Personas
from tests.support.route import Route

EVERYBODY: dict[str, Any] = {"action": Action.TOKEN_OWN}  # what they see there is tried beside each view


def _no_case(personas: Personas) -> dict[str, Any]:
    return {"number": "C-2026-999999"}


def _part_of_no_case(**part: Any) -> Callable[[Personas], dict[str, Any]]:
    return lambda personas: {**_no_case(personas), **part}


def _case_type(personas: Personas) -> dict[str, Any]:
    row, _ = CaseType.objects.get_or_create(
        key=f"dispute-{personas.team.slug}",
        defaults={"name": "Dispute", "team": personas.team, "created_at": timezone.now()},
    )
    return {"key": row.key}


CASE_ROUTES: tuple[Route, ...] = (
    Route(name="cases_export", verbs={"get": 403}, kwargs=lambda personas: {"file_format": "csv"}, **EVERYBODY),
    Route(name="case_view_save", verbs={"post": 302}, **EVERYBODY),
    Route(name="case_view_remove", verbs={"post": 404}, kwargs=lambda personas: {"view_id": 0}, **EVERYBODY),
    Route(name="case_new", verbs={"get": 200}, action=Action.CASE_CHANGE),
    Route(
        name="case_new_of",
        verbs={"get": 404, "post": 404},
        kwargs=lambda personas: {"key": "none"},
        action=Action.CASE_CHANGE,
    ),
    Route(name="case_edit", verbs={"get": 404, "post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_close", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_ask", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_hold", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_contribute", verbs={"get": 404, "post": 404}, kwargs=_part_of_no_case(key="legal"), **EVERYBODY),
    Route(name="case_comment", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_link", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_unlink", verbs={"post": 404}, kwargs=_part_of_no_case(link_id=0), **EVERYBODY),
    Route(name="case_note", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_note_remove", verbs={"post": 404}, kwargs=_part_of_no_case(note_id=0), **EVERYBODY),
    Route(name="case_party", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_party_remove", verbs={"post": 404}, kwargs=_part_of_no_case(party_id=0), **EVERYBODY),
    Route(name="case_types", verbs={"get": 200}, action=Action.CASE_TYPE_MANAGE),
    Route(name="case_type_add", verbs={"get": 200, "post": 400}, action=Action.CASE_TYPE_MANAGE),
    Route(
        name="case_type",
        verbs={"get": 200, "post": 400},
        kwargs=_case_type,
        action=Action.CASE_TYPE_MANAGE,
        is_scoped=True,
    ),
    Route(
        name="case_type_remove", verbs={"post": 302}, kwargs=_case_type, action=Action.CASE_TYPE_MANAGE, is_scoped=True
    ),
)
