"""Pages of decision tables: the list, a new one, the grid, its versions with what changed, publishing, CSV out."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flows.definition.decision_tables.diff import TableDiff, diff_tables
from flows.definition.decision_tables.table import table_from_data
from flows.definition.decision_tables.telling import tell_state
from flows.errors import TableRefused
from flows.models import DecisionTable, DecisionTableVersion
from flows.operations.decision_tables import NewTable, add_table, export_csv_rows, publish_table
from flows.queries.connections import list_teams_where
from flows.queries.decision_tables import find_uses_of_tables, get_table_for, list_tables, list_versions
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Team
from integrator.people.rights import Action, can, can_anywhere
from integrator.people.team_choice import offer_teams

CALLS = ("check", "draft", "try", "read_csv")


class NewTableForm(forms.Form):
    """A table that does not exist yet."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), label="Team", empty_label=None)
    name = forms.CharField(max_length=200, label="Name", help_text="Such as Triage of requests.")
    key = forms.SlugField(max_length=100, label="Key", help_text="Steps name it by this: table: triage")

    def __init__(self, *args: object, teams: QuerySet[Team]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's data
        offer_teams(self.fields["team"], teams)


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version with what it changed against the one before; None for the first."""

    version: DecisionTableVersion
    diff: TableDiff | None
    is_live: bool


@page_for(Action.TABLE_READ)
@require_safe
def show_tables(request: HttpRequest) -> HttpResponse:
    """Every table that the reader may see, and how many steps use it."""
    person = get_reader(request)
    tables = list(list_tables(person))
    uses = find_uses_of_tables(tables)
    rows = [(table, len(table.document["rows"]), uses[table.pk]) for table in tables]
    return render_page(
        request, "flows/tables.html", {"rows": rows, "can_add": can_anywhere(person, Action.TABLE_DRAFT)}
    )


@page_for(Action.TABLE_DRAFT)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new table."""
    person = get_reader(request)
    teams = list_teams_where(person, Action.TABLE_DRAFT)
    form = NewTableForm(request.POST if request.method == "POST" else None, teams=teams)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        new = NewTable(team_id=typed["team"].pk, key=typed["key"], name=typed["name"])
        try:
            row = add_table(new, person=person, now=timezone.now())
        except TableRefused as error:
            form.add_error(str(error.details.get("field", "key")), error.message)
        else:
            return redirect("table", key=row.key)
    return render_page(request, "flows/table_add.html", {"form": form}, status=400 if form.is_bound else 200)


@page_for(Action.TABLE_READ)
@require_safe
def show_table(request: HttpRequest, key: str) -> HttpResponse:
    """The grid with its draft; to be changed by those who may."""
    return _render_table(request, get_table_for(get_reader(request), key))


@page_for(Action.TABLE_READ)
@require_safe
def show_versions(request: HttpRequest, key: str) -> HttpResponse:
    """The versions, the newest first, each with what it changed."""
    table = get_table_for(get_reader(request), key)
    versions = list(list_versions(table))
    states = [table_from_data(version.document) for version in versions]
    rows = [
        VersionRow(
            version=version,
            diff=diff_tables(states[at + 1], states[at]) if at + 1 < len(states) else None,
            is_live=version.pk == table.live_version_id,
        )
        for at, version in enumerate(versions)
    ]
    draft = diff_tables(states[0], table_from_data(table.document)) if states else None
    context = {"table": table, "rows": rows, "draft": draft, "tabs": _tabs(table, "versions")}
    return render_page(request, "flows/table_versions.html", context)


@page_for(Action.TABLE_PUBLISH)
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Makes the draft live as the page showed it."""
    person = get_reader(request)
    table = get_table_for(person, key)
    revision = request.POST.get("revision", "")
    try:
        result = publish_table(
            key=key,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            note=request.POST.get("comment", ""),
            person=person,
            now=timezone.now(),
        )
    except TableRefused as error:
        return _render_table(request, table, refusal=error.message, status=409)
    messages.success(request, result.message)
    return redirect("table", key=key)


@page_for(Action.TABLE_READ)
@require_safe
def export_csv(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of the draft, safe for spreadsheets."""
    text = export_csv_rows(key=key, person=get_reader(request))
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return answer


def _render_table(request: HttpRequest, table: DecisionTable, *, refusal: str = "", status: int = 200) -> HttpResponse:
    person = get_reader(request)
    can_change = can(person, Action.TABLE_DRAFT, table.team_id)
    live = table.live_version
    draft = table_from_data(table.document)
    start = {
        **tell_state(table.revision, draft),
        "document": table.document,
        "can_change": can_change,
        "calls": {name: reverse(f"table_{name}", kwargs={"key": table.key}) for name in CALLS},
    }
    context = {
        "table": table,
        "start": start,
        "refusal": refusal,
        "can_change": can_change,
        "can_publish": can(person, Action.TABLE_PUBLISH, table.team_id),
        "differs": diff_tables(table_from_data(live.document), draft).summary if live else "",
        "uses": find_uses_of_tables([table])[table.pk],
        "tabs": _tabs(table, "table"),
    }
    return render_page(request, "flows/table.html", context, status=status)


def _tabs(table: DecisionTable, here: str) -> list[dict[str, object]]:
    places = (("table", "Table"), ("table_versions", "Versions"))
    return [
        {"href": reverse(name, kwargs={"key": table.key}), "label": label, "is_here": name.endswith(here)}
        for name, label in places
    ]
