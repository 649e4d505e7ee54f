"""Listening for the next real call: start, stop, and looking whether it came. The page asks every two seconds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from flows.designer.data.bench import TRIGGER, open_bench
from flows.designer.data.calling import describe_listening
from flows.designer.data.drawer import answer_change, render_drawer
from flows.errors import FlowsError, Forbidden, NotFound
from flows.operations.listening import start_listening, stop_listening, take_heard_call
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action


@page_for(Action.FLOW_DRAFT)
@require_POST
def change_listening(request: HttpRequest, key: str) -> HttpResponse:
    """``do`` is start, stop or look. A call that came is pinned, and listening is over."""
    person, now, do = get_reader(request), timezone.now(), request.POST.get("do", "")
    try:
        if do == "start":
            start_listening(key=key, person=person, now=now)
        elif do == "stop":
            stop_listening(key=key, person=person)
        elif take_heard_call(key=key, person=person, now=now) is not None:
            return answer_change(request, key, changed=True)
        elif _is_as_shown(request, key):
            return HttpResponse(status=204)  # htmx leaves the page as it is: nothing that is being typed is lost
    except (NotFound, Forbidden):
        raise
    except FlowsError as error:
        return render_drawer(request, key, refusal=error.message, refused_at=TRIGGER)
    return answer_change(request, key)


def _is_as_shown(request: HttpRequest, key: str) -> bool:
    """Whether it still listens, and no other call was turned away than the page knows of."""
    listening = describe_listening(request, open_bench(request, key), now=timezone.now())
    refused = str(listening.refused.id) if listening.refused else ""
    return listening.is_on and refused == request.POST.get("refused", "")
