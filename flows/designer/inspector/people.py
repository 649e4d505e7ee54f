"""Teams and people by some of their letters, for who is typing whom to ask. Reads only."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from flows.queries.choosing import find_people
from flows.queries.drafts import get_designed_flow
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action

WORDS_MAX = 200


@page_for(Action.FLOW_DRAFT)
@require_safe
def search(request: HttpRequest, key: str) -> JsonResponse:
    """``?words=`` → ``{found: [{value, label, hint}]}``, teams first, the best few of each."""
    get_designed_flow(get_reader(request), key)
    words = request.GET.get("words", "")[:WORDS_MAX]
    return JsonResponse({"found": [asdict(choice) for choice in find_people(words)]})
