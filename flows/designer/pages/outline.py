"""The draft as sentences. It shows; each change is an edit of the draft."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from flows.definition.model import FlowDefinition
from flows.designer.drawn_rows import draw_rows
from flows.designer.facts import tell_facts
from flows.designer.outline_rows import Around, OutlinePage, make_page
from flows.designer.pages.shell import frame_designer
from flows.models import Flow
from flows.queries.drafts import DesignerDraft
from flows.queries.flows import get_live_definition
from flows.queries.named_people import get_people_names
from flows.registry import kind_specs, trigger_specs
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_outline(request: HttpRequest, key: str) -> HttpResponse:
    """One's own draft in words; for ``outline-rows`` alone the rows."""
    frame = frame_designer(request, key, "outline")
    found: DesignerDraft = frame["found"]
    told = tell_outline(get_reader(request), found)
    context = {
        **frame,
        "told": told,
        "rows": draw_rows(told.rows),
        "flow_description": found.definition.description,
    }
    return render_page(request, "flows/designer/outline.html", context, fragment="outline-rows")


def tell_outline(person: Person, found: DesignerDraft) -> OutlinePage:
    """The rows of a draft, with how its flow does in real life; queries for what is live and what ran."""
    around = Around(
        published=_published(found.flow),
        facts=tell_facts(person, found.flow),
        names=get_people_names(found.definition),
    )
    return make_page(found.definition, found.findings, kind_specs(), trigger_specs(), around)


def _published(flow: Flow) -> frozenset[str]:
    live: FlowDefinition | None = get_live_definition(flow)
    return frozenset(live.steps) if live else frozenset()
