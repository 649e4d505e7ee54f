"""``/api/v1/cases/{number}/links``, ``/notes`` and ``/parties``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.case_shapes import (
    LinkSerializer,
    NewLinkSerializer,
    NewNoteSerializer,
    NewPartySerializer,
    NoteSerializer,
    PartySerializer,
    tell_link,
    tell_note,
    tell_party,
)
from cases.operations.beside import add_party, link_cases, remove_note, remove_party, unlink_cases, write_note
from cases.operations.changing import get_case_to_change
from cases.operations.reading import read_case
from cases.queries import get_case_for
from cases.queries.beside import list_links, list_notes, list_parties
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers
from integrator.people.models import Person

GONE = {204: OpenApiResponse(description="Done.")}
REMOVE_PROBLEMS = {key: value for key, value in answers(LinkSerializer, 401, 403, 404, 406).items() if key != 200}


def _list_of(serializer: type[serializers.Serializer[Any]]) -> Any:
    name = serializer.__name__.removesuffix("Serializer")
    return inline_serializer(name=f"{name}List", fields={"results": serializer(many=True)})


class LinksView(APIView):
    """Links to other cases."""

    @extend_schema(
        operation_id="list_case_links", tags=["cases"], responses=answers(_list_of(LinkSerializer), *READ_PROBLEMS)
    )
    def get(self, request: Request, number: str) -> Response:
        """The cases that this one has to do with, as far as you see them."""
        person = get_caller(request)
        return Response(
            {"results": [tell_link(row) for row in list_links(person, read_case(number=number, person=person))]}
        )

    @extend_schema(
        operation_id="link_cases",
        tags=["cases"],
        request=NewLinkSerializer,
        responses=answers(LinkSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Link the case to another one that you see. The same link again changes nothing."""
        person = get_caller(request)
        given = read_members(request, NewLinkSerializer, first=_changing(person, number))
        link = link_cases(number=number, other=given["case"], kind=given["kind"], person=person, now=timezone.now())
        rows = list_links(person, get_case_for(person, number))
        return Response(next(tell_link(row) for row in rows if row.id == link.pk))


class LinkView(APIView):
    """One link."""

    @extend_schema(operation_id="unlink_cases", tags=["cases"], request=None, responses={**GONE, **REMOVE_PROBLEMS})
    def delete(self, request: Request, number: str, link_id: int) -> Response:
        """Remove the link from both cases."""
        unlink_cases(number=number, link_id=link_id, person=get_caller(request))
        return Response(status=204)


class NotesView(APIView):
    """Notes beside a case."""

    @extend_schema(
        operation_id="list_case_notes", tags=["cases"], responses=answers(_list_of(NoteSerializer), *READ_PROBLEMS)
    )
    def get(self, request: Request, number: str) -> Response:
        """Your own notes, and those for the case's team if you are in it. Newest first."""
        person = get_caller(request)
        case = read_case(number=number, person=person)
        return Response({"results": [tell_note(row) for row in list_notes(person, case)[:200]]})

    @extend_schema(
        operation_id="write_case_note",
        tags=["cases"],
        request=NewNoteSerializer,
        responses=answers(NoteSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Keep a note beside the case, outside its timeline."""
        person = get_caller(request)
        given = read_members(request, NewNoteSerializer, first=lambda: get_case_for(person, number))
        note = write_note(
            number=number, person=person, text=given["text"], is_for_team=given["for_team"], now=timezone.now()
        )
        return Response(tell_note(note))


class NoteView(APIView):
    """One note."""

    @extend_schema(operation_id="remove_case_note", tags=["cases"], request=None, responses={**GONE, **REMOVE_PROBLEMS})
    def delete(self, request: Request, number: str, note_id: int) -> Response:
        """Remove a note of your own."""
        remove_note(number=number, note_id=note_id, person=get_caller(request))
        return Response(status=204)


class PartiesView(APIView):
    """Parties of a case."""

    @extend_schema(
        operation_id="list_case_parties", tags=["cases"], responses=answers(_list_of(PartySerializer), *READ_PROBLEMS)
    )
    def get(self, request: Request, number: str) -> Response:
        """Whom the case concerns."""
        case = read_case(number=number, person=get_caller(request))
        return Response({"results": [tell_party(row) for row in list_parties(case)]})

    @extend_schema(
        operation_id="add_case_party",
        tags=["cases"],
        request=NewPartySerializer,
        responses=answers(PartySerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Add a party. Parties inside the house see the case."""
        person = get_caller(request)
        given = read_members(request, NewPartySerializer, first=_changing(person, number))
        party = add_party(number=number, who=given["who"], role=given["role"], person=person, now=timezone.now())
        return Response(tell_party(party))


class PartyView(APIView):
    """One party."""

    @extend_schema(
        operation_id="remove_case_party", tags=["cases"], request=None, responses={**GONE, **REMOVE_PROBLEMS}
    )
    def delete(self, request: Request, number: str, party_id: int) -> Response:
        """Remove the party."""
        remove_party(number=number, party_id=party_id, person=get_caller(request))
        return Response(status=204)


def _changing(person: Person, number: str) -> Callable[[], object]:
    return lambda: get_case_to_change(person, number)
