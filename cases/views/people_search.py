"""People to choose from while somebody types, for fields that hold a person: names, user names and teams."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from integrator.people.access import signed_in
from integrator.people.models import Person
from integrator.people.queries import find_people_by_name

MOST_CHARS = 100


@signed_in
@require_safe
def search_people(request: HttpRequest) -> JsonResponse:
    """``{people: [{username, name, teams}]}`` of at most ten active people whose name or user name has ``q`` in it.

    ``team`` keeps to the members of one team. Fewer than two characters find nobody.
    """
    asked = request.GET.get("q", "").replace("\x00", "")[:MOST_CHARS]
    rows = find_people_by_name(asked, team=request.GET.get("team", "").replace("\x00", ""))
    return JsonResponse({"people": [_tell(person) for person in rows]})


def _tell(person: Person) -> dict[str, str]:
    teams = sorted({row.team.name for row in person.memberships.all() if row.team is not None})
    return {"username": person.username, "name": str(person), "teams": ", ".join(teams)}
