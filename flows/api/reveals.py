"""``/api/v1/runs/{id}/reveal``: sensitive values of a run, one at a time, with a reason."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.reveals import answer_revealed
from cases.api.serializers import RevealedSerializer, RevealSerializer
from flows.operations.revealing import reveal_run_field
from flows.queries import get_run_for
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import WRITE_PROBLEMS, answers
from integrator.people.models import Person
from integrator.people.revealing import RevealForbidden, can_reveal


class RevealRunView(APIView):
    """Revealing what a run holds."""

    @extend_schema(
        operation_id="reveal_run_field",
        tags=["runs"],
        request=RevealSerializer,
        responses=answers(RevealedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Reveal what stands at one sensitive path of the run. Who, what and why is kept; the value is not."""
        person = get_caller(request)
        given = read_members(request, RevealSerializer, first=lambda: _check(person, run_id))
        value = reveal_run_field(run_id=run_id, person=person, path=given["path"], reason=given["reason"])
        return answer_revealed(given["path"], value)


def _check(person: Person, run_id: uuid.UUID) -> None:
    if not can_reveal(person, get_run_for(person, run_id).team_id):
        raise RevealForbidden
