"""Pages of the library of forms: the list, a new one, one from a file, versions, a copy, the file out, publishing."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.diffing import diff_forms
from cases.forms.errors import FormRefused
from cases.models import FormVersion
from cases.operations.forms import NewForm, add_form, copy_form, export_form, import_form, publish_form
from cases.queries.forms import find_uses_of_forms, get_form_for, list_form_teams, list_form_versions, list_forms
from cases.views.form_pages import frame_form, page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Team
from integrator.people.rights import Action, can_anywhere
from integrator.people.team_choice import offer_teams

MAX_FILE_CHARS = 200_000


class NewFormForm(forms.Form):
    """A form that does not exist yet."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), label="Team", empty_label=None)
    name = forms.CharField(max_length=200, label="Name", help_text="Such as Expense claim.")
    key = forms.SlugField(max_length=100, label="Key", help_text="Steps name it by this, such as expense-claim.")

    def __init__(self, *args: object, teams: QuerySet[Team]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's data
        offer_teams(self.fields["team"], teams)


class CopyForm(forms.Form):
    """A copy under another key."""

    name = forms.CharField(max_length=200, label="Name")
    key = forms.SlugField(max_length=100, label="Key")


class ImportForm(forms.Form):
    """A form from a file, pasted as text."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), label="Team", to_field_name="slug", empty_label=None)
    text = forms.CharField(
        max_length=MAX_FILE_CHARS,
        label="File",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "data"}),
        help_text="What “Take out as a file” gave, here or elsewhere. A form of that key gets it as its draft.",
    )

    def __init__(self, *args: object, teams: QuerySet[Team]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's data
        offer_teams(self.fields["team"], teams)


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version with what it changed against the one before; None for the first."""

    version: FormVersion
    changes: list[str] | None
    is_live: bool


@page_for(Action.FORM_READ)
@require_safe
def show_forms(request: HttpRequest) -> HttpResponse:
    """Every form that the reader may see, and where each is used."""
    person = get_reader(request)
    found = list(list_forms(person))
    uses = find_uses_of_forms(found)
    rows = [(row, len(row.draft.schema["properties"]), len(uses[row.pk])) for row in found]
    context = {"rows": rows, "can_add": can_anywhere(person, Action.FORM_DRAFT)}
    return render_page(request, "cases/forms/list.html", context)


@page_for(Action.FORM_DRAFT)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The page for a new form."""
    person = get_reader(request)
    form = NewFormForm(request.POST if request.method == "POST" else None, teams=list_form_teams(person))
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            new = NewForm(team_id=typed["team"].pk, key=typed["key"], name=typed["name"])
            row = add_form(new, person=person, now=timezone.now())
        except FormRefused as error:
            form.add_error(str(error.details.get("field", "key")), error.message)
        else:
            return redirect("form_builder", key=row.key)
    return render_page(request, "cases/forms/add.html", {"form": form}, status=400 if form.is_bound else 200)


@page_for(Action.FORM_DRAFT)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """The page that takes a form from a file."""
    person = get_reader(request)
    form = ImportForm(request.POST if request.method == "POST" else None, teams=list_form_teams(person))
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            found = import_form(text=typed["text"], team_slug=typed["team"].slug, person=person, now=timezone.now())
        except FormRefused as error:
            form.add_error("text", error.message)
        else:
            messages.success(request, f"“{found.form.name}” was taken in as a draft. Publish it when it is right.")
            return redirect("form_builder", key=found.form.key)
    return render_page(request, "cases/forms/import.html", {"form": form}, status=400 if form.is_bound else 200)


@page_for(Action.FORM_DRAFT)
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, key: str) -> HttpResponse:
    """The page that makes a copy under another key."""
    person = get_reader(request)
    row = get_form_for(person, key)
    start = {"name": f"{row.name} (copy)"[:200], "key": f"{row.key}-copy"[:100]}
    form = CopyForm(request.POST) if request.method == "POST" else CopyForm(initial=start)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            new = copy_form(key=key, new_key=typed["key"], name=typed["name"], person=person, now=timezone.now())
        except FormRefused as error:
            form.add_error(str(error.details.get("field", "key")), error.message)
        else:
            return redirect("form_builder", key=new.key)
    context = {"form": form, "form_row": row}
    return render_page(request, "cases/forms/copy.html", context, status=400 if form.is_bound else 200)


@page_for(Action.FORM_READ)
@require_safe
def show_versions(request: HttpRequest, key: str) -> HttpResponse:
    """The versions, the newest first, each with what it changed."""
    row = get_form_for(get_reader(request), key)
    versions = list(list_form_versions(row))
    rows = [
        VersionRow(
            version=version,
            changes=diff_forms(versions[at + 1].schema, version.schema) if at + 1 < len(versions) else None,
            is_live=version.pk == row.live_version_id,
        )
        for at, version in enumerate(versions)
    ]
    draft = diff_forms(versions[0].schema, row.draft.schema) if versions else []
    context = {**frame_form(request, row, "form_versions"), "rows": rows, "draft_changes": draft}
    return render_page(request, "cases/forms/versions.html", context)


@page_for(Action.FORM_READ)
@require_safe
def take_out(request: HttpRequest, key: str) -> HttpResponse:
    """The draft as a file."""
    text = export_form(key=key, person=get_reader(request))
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}.form.json"'
    return answer


@page_for(Action.FORM_PUBLISH)
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Makes the draft live as the page showed it."""
    revision = request.POST.get("revision", "")
    try:
        result = publish_form(
            key=key,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            note=request.POST.get("comment", ""),
            person=get_reader(request),
            now=timezone.now(),
        )
    except FormRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, result.message)
    return redirect("form_builder", key=key)
