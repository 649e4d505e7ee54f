"""``/api/v1/cases/{number}/contributions``: the checklist of a case, and what applications and people contribute."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.case_shapes import (
    ContributeBodySerializer,
    ContributedSerializer,
    ContributeSerializer,
    ContributionListSerializer,
    tell_contribution,
)
from cases.operations.contributing import contribute, get_contribution, refuse_others
from cases.operations.reading import read_case
from cases.queries import get_case_for
from cases.queries.beside import list_contributions
from cases.shapes import as_time
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers
from integrator.people.models import Person


class ContributionsView(APIView):
    """The checklist."""

    @extend_schema(
        operation_id="list_contributions",
        tags=["cases"],
        responses=answers(ContributionListSerializer, *READ_PROBLEMS),
    )
    def get(self, request: Request, number: str) -> Response:
        """What the case needs from whom, and what has come in."""
        case = read_case(number=number, person=get_caller(request))
        rows = [tell_contribution(row) for row in list_contributions(case)]
        return Response({"results": rows, "complete_at": as_time(case.contributed_at)})


class ContributionView(APIView):
    """One entry of the checklist."""

    @extend_schema(
        operation_id="contribute",
        tags=["cases"],
        request=ContributeBodySerializer,
        responses=answers(ContributedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str, key: str) -> Response:
        """Contribute. The first counts; one that is late or comes again changes nothing and says so."""
        person = get_caller(request)
        given = read_members(request, ContributeSerializer, first=lambda: _refuse(person, number, key))
        taken = contribute(
            number=number,
            key=key,
            person=person,
            data=given.get("data"),
            comment=given.get("comment"),
            now=timezone.now(),
        )
        case = get_case_for(person, number)
        row = list_contributions(case).get(pk=taken.contribution.pk)
        code, reason = taken.reason or (None, None)
        return Response(
            {
                "counted": taken.counted,
                "complete": taken.is_last,
                "code": code,
                "reason": reason,
                "contribution": tell_contribution(row),
            }
        )


def _refuse(person: Person, number: str, key: str) -> None:
    case = get_case_for(person, number)
    refuse_others(person, case, get_contribution(case, key))
