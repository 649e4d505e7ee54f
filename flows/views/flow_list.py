"""The list of flows: found by name, team, tag and state, all of it in the address. Changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flows.definition.words import count_of
from flows.queries import count_open_incidents, list_flows
from flows.queries.flow_rows import list_flow_teams, list_tags, make_flow_rows
from flows.views.filters import make_filter, pick
from flows.views.refusals import page_for
from integrator.pages.paging import count_capped, get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere

STATES = [("live", "Live"), ("draft", "Draft"), ("paused", "Paused"), ("archived", "Archived")]


@page_for(Action.FLOW_READ)
@require_safe
def show_flows(request: HttpRequest) -> HttpResponse:
    """The list: state, last result, how often it fails, when it is due next, what needs a person, whose drafts."""
    person, find = get_reader(request), request.GET.get("q", "").strip()
    state, team = pick(request.GET.get("state", ""), dict(STATES)), request.GET.get("team", "")
    tags = list_tags(person)
    tag = pick(request.GET.get("tag", ""), tags)
    page = get_page(request, list_flows(person, team=team, q=find, tag=tag, state=state), order=("name", "id"))
    filters = [
        make_filter("state", "State", state, STATES),
        make_filter("team", "Team", team, list_flow_teams(person)),
    ]
    if tags:
        filters.append(make_filter("tag", "Tag", tag, [(name, name) for name in tags]))
    context = {
        "page": page,
        "rows": make_flow_rows(person, page.rows, now=timezone.now()),
        "filters": filters,
        "is_filtered": bool(find or state or team or tag),
        "summary": _summarise(person),
        "may_import": can_anywhere(person, Action.FLOW_IMPORT),
    }
    return render_page(request, "flows/flows.html", context, fragment="flows-list")


def _summarise(person: Person) -> str:
    """The sentence above the list."""
    total = count_capped(list_flows(person).values("pk"))  # without what only rows tell
    if not total:
        return ""
    live = count_capped(list_flows(person, state="live").values("pk"))
    said = f"{count_of(total, 'flow')}, {'none' if not live else 'all' if live == total else live} live"
    waiting = count_open_incidents(person)
    need = f"{count_of(waiting, 'run')} {'needs' if waiting == 1 else 'need'} a person" if waiting else ""
    return f"{said}. {need}." if need else f"{said}. Nothing needs you."
