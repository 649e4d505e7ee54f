"""Pages that make a new flow: blank, from a file or starter with the names its team has, or as a copy of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flows.definition.flow_file import definition_from_data, definition_to_data
from flows.definition.model import FlowDefinition
from flows.definition.references import Placement, find_references, place_copy
from flows.definition.words import count_of
from flows.errors import EditRefused, FlowRefused, FlowsError, NotFound
from flows.gallery import STARTERS, read_starter
from flows.operations.drafts import Edit, apply_edit, start_flow
from flows.operations.publishing.copying import clone_flow
from flows.operations.publishing.rights import check_right_somewhere, get_flow_to
from flows.queries import get_draft, get_flow_for, get_live_definition
from flows.queries.connections import list_teams_where
from flows.queries.references import Pick, list_picks
from flows.registry import kind_specs, trigger_specs
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person, Team
from integrator.people.rights import Action
from integrator.people.team_choice import offer_teams

KEY = forms.RegexField(
    regex=r"^[a-z0-9][a-z0-9-]*$",
    max_length=100,
    label="Key",
    help_text="Small letters, figures and hyphens; it stands in addresses and stays for good.",
    error_messages={"invalid": "Use small letters, figures and hyphens, beginning with a letter or figure."},
)


class BlankForm(forms.Form):
    """A new flow with nothing in it."""

    name = forms.CharField(max_length=200, label="Name")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), to_field_name="slug", label="Team", empty_label=None)

    def __init__(self, data: Any, *, person: Person) -> None:
        super().__init__(data)
        offer_teams(self.fields["team"], list_teams_where(person, Action.FLOW_DRAFT))


class CopyForm(forms.Form):
    """Where a copy goes. ``picks`` become fields: another name for each that the team does not have."""

    name = forms.CharField(max_length=200, label="Name")
    key = KEY
    team = forms.ModelChoiceField(queryset=Team.objects.none(), to_field_name="slug", label="Team", empty_label=None)

    def __init__(self, data: Any, *, person: Person, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["team"].queryset = list_teams_where(person, Action.FLOW_IMPORT)  # type: ignore[attr-defined]

    def read(self, picks: Sequence[Pick], data: Any) -> Placement:
        """The answer."""
        team: Team = self.cleaned_data["team"]
        name = self.cleaned_data["name"].strip()
        return Placement(team=team.slug, key=self.cleaned_data["key"], name=name, names=read_picks(picks, data))


@page_for(Action.FLOW_IMPORT)
@require_http_methods(["GET", "POST"])
def start_blank(request: HttpRequest) -> HttpResponse:
    """The ways to begin; POST begins a blank flow and opens its draft."""
    person = get_reader(request)
    form = BlankForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_bound and form.is_valid():
        try:
            flow = start_flow(
                team=form.cleaned_data["team"].slug,
                name=form.cleaned_data["name"],
                person=person,
                now=timezone.now(),
            )
        except EditRefused as error:
            form.add_error("name", error.message)
        else:
            return redirect("flow_draft", key=flow.key)
    context = {"form": form, "starters": [read_starter(key) for key in STARTERS]}
    return render_page(request, "flows/flow_new.html", context, status=400 if form.is_bound else 200)


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def clone(request: HttpRequest, key: str) -> HttpResponse:
    """A copy of a flow as one's draft, in a team of one's choice, with the names that this team has."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_EXPORT)
    check_right_somewhere(person, Action.FLOW_IMPORT)
    definition = get_live_definition(flow)
    if definition is None:
        draft = get_draft(flow, person)
        if draft is None:
            raise NotFound("version")
        definition = definition_from_data(draft.document)
    first = {"name": f"{flow.name} (copy)", "key": f"{key[:90]}-copy", "team": flow.team.slug}
    form, picks = make_copy_form(request, definition, first)
    if is_order(request) and form.is_valid():
        try:
            to = form.read(picks, request.POST)
            result = clone_flow(key=key, to=to, person=person, now=timezone.now())
        except FlowsError as error:
            form.add_error("key" if error.code == "flow.key_taken" else None, tell_refusal(error))
        else:
            messages.success(request, f"{result.flow} is your draft. Publish it to make it live.")
            return redirect("flow_draft", key=result.flow.key)
    context = {"form": form, "picks": picks, "title": f"Copy {flow.name}", "flow": flow}
    return render_page(request, "flows/flow_copy.html", context, status=400 if form.errors else 200)


def make_copy_form(
    request: HttpRequest, definition: FlowDefinition, first: dict[str, Any]
) -> tuple[CopyForm, list[Pick]]:
    """The form as it was sent or first shown, and the names that the team it says does not have."""
    person = get_reader(request)
    form = CopyForm(request.POST if request.method == "POST" else None, person=person, initial=first)
    teams = form.fields["team"].queryset  # type: ignore[attr-defined]
    wanted = request.POST.get("team") or first.get("team", "")
    team = teams.filter(slug=wanted).first() or teams.first()
    if team is None:
        return form, []
    if not form.is_bound:
        form.initial["team"] = team.slug
    return form, list_missing(definition, team)


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def choose_names(request: HttpRequest, key: str) -> HttpResponse:
    """What one's draft names that its team does not have, a choice for each; POST is one edit, which can be undone."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT)
    draft = get_draft(flow, person)
    if draft is None:
        raise NotFound("draft")
    definition = definition_from_data(draft.document)
    picks = list_missing(definition, flow.team)
    if request.method == "POST":
        names = read_picks(picks, request.POST)
        if names:
            to = Placement(team=definition.team, key=definition.key, name=definition.name, names=names)
            document = definition_to_data(place_copy(definition, to, kind_specs(), trigger_specs()))
            edit = Edit(id=uuid4(), base=draft.revision, ops=[{"op": "replace", "document": document}], source="names")
            apply_edit(key=key, person=person, edit=edit, now=timezone.now())
            messages.success(request, f"{count_of(len(names), 'name')} changed.")
        return redirect("flow_draft", key=key)
    return render_page(request, "flows/flow_names.html", {"flow": flow, "picks": picks})


def list_missing(definition: FlowDefinition, team: Team) -> list[Pick]:
    """The names of a design that its team does not have."""
    references = find_references(definition, kind_specs(), trigger_specs())
    return [pick for pick in list_picks(references, team) if not pick.is_known]


def read_picks(picks: Sequence[Pick], data: Any) -> dict[tuple[str, str], str]:
    """Other names by (sort, name); a pick that was left empty keeps the name, which is then still to be made."""
    return {
        (pick.reference.sort, pick.reference.name): data.get(pick.field, "")
        for pick in picks
        if data.get(pick.field, "") in {value for value, _ in pick.options}
    }


def is_order(request: HttpRequest) -> bool:
    """Whether the form was sent to be done, and not only to see another team's names."""
    return request.method == "POST" and request.POST.get("do") != "look"


def tell_refusal(error: FlowsError) -> str:
    """The refusal in a sentence; for a design with faults the first of them."""
    if isinstance(error, FlowRefused) and error.details.get("errors"):
        return str(error.details["errors"][0]["message"])
    return error.message
