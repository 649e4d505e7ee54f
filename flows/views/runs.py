"""Pages that show runs: the list, and one run told visit by visit, with its news. Changes nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.errors import CaseNotFound
from cases.queries import get_case_for
from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.definition.outline import outline_trigger
from flows.definition.words import count_of
from flows.models import Incident, Run, RunInput
from flows.operations.runs.rights import may_cancel
from flows.queries import (
    RUN_STATUSES,
    VisitFilter,
    VisitView,
    get_last_sequence,
    get_request_of_run,
    get_run_for,
    get_run_revision,
    list_asked,
    list_children,
    list_runs,
    list_visits,
)
from flows.queries.named_people import with_people_named
from flows.registry import trigger_specs
from flows.veils import get_run_veil, get_sensitive_paths, list_run_fields
from flows.views.filters import make_filter, make_flow_filter, pick
from flows.views.incident_words import IncidentCard, card_of
from flows.views.links import link_to
from flows.views.loop_lines import tell_loops
from flows.views.refusals import page_for
from flows.views.reveals import make_reveals
from flows.views.run_rows import make_run_rows, say_run_state, say_waiting
from flows.views.run_story import Story, VisitLine
from flows.views.tries import tell_tries
from integrator.events.models import Event
from integrator.events.queries import TimelineRow, timeline
from integrator.pages.freshness import FreshLine, count_newer
from integrator.pages.paging import count_capped, get_page
from integrator.pages.rendering import render_page
from integrator.pages.states import look_of
from integrator.people.access import get_reader
from integrator.people.revealing import can_reveal
from integrator.people.rights import Action, can

PAGE_VISITS = 100
STATUS_OPTIONS = [("incident", "Needs a person"), *((word, look_of(word).label) for word in RUN_STATUSES)]


@page_for(Action.RUN_READ)
@require_safe
def show_runs(request: HttpRequest) -> HttpResponse:
    """The list, newest first, found by case number, business key or run id."""
    person, find = get_reader(request), request.GET.get("q", "").strip()
    status, flow = pick(request.GET.get("status", ""), dict(STATUS_OPTIONS)), request.GET.get("flow", "")
    runs = list_runs(person, status=status, flow=flow, q=find)
    line = FreshLine(
        request=request,
        kept=("q", "status", "flow"),
        topic="run",
        words=("new run", "new runs"),
        count_since=lambda since_at: count_newer(runs, "started_at", since_at),
    )
    if line.is_asked:
        return line.answer()
    page = get_page(request, runs, order=("-started_at", "-id"))
    context = {
        "fresh": line.begin(now=timezone.now()),
        "page": page,
        "rows": make_run_rows(page.rows),
        "filters": [make_filter("status", "State", status, STATUS_OPTIONS), make_flow_filter(person, flow)],
        "is_filtered": bool(find or status or flow),
        "summary": _summarise(list_runs(person)),
    }
    return render_page(request, "flows/runs.html", context, fragment="runs-list")


@page_for(Action.RUN_READ)
@require_safe
def show_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: what it did, step by step, and what it wants of a person."""
    run = get_run_for(get_reader(request), run_id)
    context = {**frame_run(request, run, "outline"), **tell_run(request, run)}
    return render_page(request, "flows/run.html", context)


@page_for(Action.RUN_READ)
@require_safe
def show_run_news(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """For htmx: 204 while nothing has changed (``seen`` is the revision), else the visits that did, each by its id."""
    run = get_run_for(get_reader(request), run_id)
    seen, digests = request.GET.get("seen", ""), request.GET.get("visits", "").split(",")
    if seen == get_run_revision(run):
        return HttpResponse(status=204)
    told = tell_run(request, run)
    lines: list[VisitLine] = told["lines"]
    known = dict(zip((line.id for line in lines), digests, strict=False)) if digests != [""] else {}
    context = {
        **frame_run(request, run, "outline"),
        **told,
        "changed": [line for line in lines if line.id in known and known[line.id] != line.digest],
        "added": [line for line in lines if line.id not in known],
    }
    is_over = run.status in Run.FINAL
    ended = {"toast": {"text": f"The run is {look_of(run.status).label.lower()}.", "tone": run.status}}
    return render_page(request, "flows/run_news.html", context, triggers=ended if is_over else None)


@page_for(Action.RUN_READ)
@require_safe
def show_run_outside(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Every change the run made outside, with each try and its exchange."""
    run = get_run_for(get_reader(request), run_id)
    definition = _read_definition(run)
    after = _read_number(request.GET.get("from", ""), 0)
    visits = list_visits(run, after=after, limit=PAGE_VISITS + 1, wanted=VisitFilter(outside=True))
    effects = [
        {"step": _title(definition, visit.key), "visit": visit.id, "told": tell_tries(effect)}
        for visit in visits[:PAGE_VISITS]
        for effect in visit.effects
    ]
    later = visits[PAGE_VISITS - 1].sequence if len(visits) > PAGE_VISITS else None
    context = {**frame_run(request, run, "outside"), "effects": effects, "after": after, "later": later}
    return render_page(request, "flows/run_outside.html", context)


@page_for(Action.RUN_READ)
@require_safe
def show_run_events(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """What the event log says of the run, newest first."""
    run = get_run_for(get_reader(request), run_id)
    entries = [tell_event(row) for row in reversed(timeline([str(run.id)]))]
    return render_page(request, "flows/run_events.html", {**frame_run(request, run, "events"), "entries": entries})


def frame_run(request: HttpRequest, run: Run, here: str) -> dict[str, Any]:
    """What every page of a run has: title, state, tabs, facts, and what this reader may do."""
    person = get_reader(request)
    effects, events = run.effects.all(), Event.objects.filter(correlation=str(run.id))
    tabs: list[tuple[str, str, str, str, int | None]] = [
        ("outline", "run", "Outline", "list-tree", None),
        ("canvas", "run_canvas", "Canvas", "sitemap", None),
        ("outside", "run_outside", "Changes made outside", "send", count_capped(effects) or None),
        ("events", "run_events", "Events", "history", count_capped(events, 1_000) or None),
    ]
    may_operate = can(person, Action.RUN_OPERATE, run.team_id)
    is_over = run.status in Run.FINAL
    return {
        "run": run,
        "title": _find_title(request, run),
        "state": say_run_state(run),
        "state_label": say_waiting(run),
        "case_href": link_to("case", run.case_number),
        "asker": get_request_of_run(run.id),
        "may_operate": may_operate,
        "may_cancel": not is_over and may_cancel(person, run),
        "may_repeat": may_operate and is_over,
        "is_over": is_over,
        "took": run.ended_at - run.started_at if run.ended_at else None,
        "tabs": [
            {
                "label": label,
                "icon": icon,
                "count": count,
                "href": reverse(name, args=[run.id]),
                "is_here": word == here,
            }
            for word, name, label, icon, count in tabs
        ],
    }


def tell_run(request: HttpRequest, run: Run) -> dict[str, Any]:
    """The visits of the run as lines, from ``?from=`` on (else the newest ones), and what is still to come."""
    person, revision = get_reader(request), get_run_revision(run)
    definition = with_people_named(_read_definition(run))
    may_answer = can(person, Action.INCIDENT_ANSWER, run.team_id)
    may_repeat = can(person, Action.RUN_OPERATE, run.team_id)
    last = get_last_sequence(run)
    after = min(_read_number(request.GET.get("from", ""), max(0, last - PAGE_VISITS)), last)
    wanted = _read_filter(request)
    if wanted.is_set and "from" not in request.GET:
        after = 0
    visits = list_visits(run, after=after, limit=PAGE_VISITS + wanted.is_set, wanted=wanted)
    more, visits = len(visits) > PAGE_VISITS, visits[:PAGE_VISITS]
    asked = list_asked(run, [wait.id for visit in visits for wait in visit.waits])
    children = list_children(run, visits)
    story = Story(run, definition, asked, may_answer=may_answer, may_repeat=may_repeat, children=children)
    lines = story.tell(visits, _read_id(request.GET.get("visit", "")))
    return {
        "lines": lines,
        "next_lines": story.list_next(visits),
        "held": _list_held(run, definition, may_answer=may_answer),
        "revision": revision,
        "digests": ",".join(line.digest for line in lines),
        "after": after,
        **_place(after, last, visits, wanted, has_more=more),
        "loops": tell_loops(run, {key: step.title for key, step in definition.steps.items()}),
        "start": outline_trigger(definition, trigger_specs()),
        "start_step": definition.start,
        "trigger": _read_trigger(run),
        "reveals": make_reveals(list_run_fields(run) if can_reveal(person, run.team_id) else {}),
    }


def _read_filter(request: HttpRequest) -> VisitFilter:
    """``?item=`` counts from 1, as people do; ``?show=failed``."""
    item = request.GET.get("item", "").strip()
    index = int(item) - 1 if item.isascii() and item.isdigit() and 0 < len(item) < 9 and int(item) else None
    return VisitFilter(index=index, failed=request.GET.get("show") == "failed")


def _place(
    after: int, last: int, visits: Sequence[VisitView], wanted: VisitFilter, *, has_more: bool
) -> dict[str, Any]:
    """Where on the way through the visits this page is, and the ways to earlier and later ones."""
    if wanted.is_set:
        later = visits[-1].sequence if has_more else None
        return {"wanted": wanted, "item": wanted.index, "earlier": None, "later": later, "last": last}
    return {
        "earlier": max(0, after - PAGE_VISITS) if after else None,
        "later": after + PAGE_VISITS if after + PAGE_VISITS < last else None,
        "last": last,
    }


def tell_event(row: TimelineRow) -> dict[str, Any]:
    """One event for ``components/history.html``."""
    word = row.name.rpartition(".")[2]
    tones = {"failed": "failed", "unknown": "incident", "opened": "incident" if "incident" in row.name else ""}
    done = {"completed": "completed", "confirmed": "completed", "approved": "completed", "decided": "completed"}
    tone = tones.get(word, done.get(word, ""))
    icon = look_of(tone).icon if tone else "point"
    return {"at": row.at, "icon": icon, "tone": tone, "who": "", "text": row.summary, "fine": row.name}


def _summarise(runs: QuerySet[Run]) -> str:
    """The sentence above the list."""
    going = count_capped(runs.filter(status__in=[Run.Status.RUNNING, Run.Status.WAITING]))
    need = count_capped(runs.filter(open_incidents__gt=0).exclude(status__in=Run.FINAL))
    more = "100 or more runs go" if going == 100 else f"{count_of(going, 'run')} {'goes' if going == 1 else 'go'}"
    said = f"{more} on" if going else "No run is under way"
    return f"{said}. {need} {'needs' if need == 1 else 'need'} a person." if need else f"{said}. None needs a person."


def _find_title(request: HttpRequest, run: Run) -> str:
    """The case's title for those who may see the case, else the partner's id, else the flow."""
    if run.case_number:
        try:
            return get_case_for(get_reader(request), run.case_number).title
        except CaseNotFound:
            return run.business_key or run.case_number
    return run.business_key or str(run.flow)


def _read_definition(run: Run) -> FlowDefinition:
    return definition_from_data(run.version.document)


def _title(definition: FlowDefinition, key: str) -> str:
    step = definition.steps.get(key)
    return step.title if step else key


def _read_trigger(run: Run) -> Any:
    found = RunInput.objects.filter(run_id=run.id).values_list("trigger", flat=True).first()
    data = json.loads(found) if found else {}
    paths = get_sensitive_paths(run.version_id)
    if paths:
        data = get_run_veil(run).mask(paths.cover_trigger(data))
    return {name: data[name] for name in ("body", "query") if data.get(name)}


def _list_held(run: Run, definition: FlowDefinition, *, may_answer: bool) -> list[IncidentCard]:
    """Open incidents of the run as a whole: no visit shows them."""
    if not run.open_incidents and not run.is_held:
        return []
    rows = Incident.objects.filter(run_id=run.id, visit_id__isnull=True, closed_at__isnull=True)
    return [card_of(row, definition, None, may_answer=may_answer) for row in rows.order_by("opened_at", "id")]


def _read_number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else default


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
