"""Pages and buttons that change a flow: import a file, publish a draft, export, pause. Each is one operation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition
from flows.definition.words import count_of, join_words
from flows.errors import FlowRefused, FlowsError, TeamNotFound
from flows.operations.publishing import export_flow, import_flow, pause_flow, resume_flow
from flows.queries.connections import list_teams_where
from flows.views.flow_adding import list_missing
from flows.views.refusals import page_for
from integrator.files.upload_handler import takes_files
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person, Team
from integrator.people.rights import Action

MAX_FILE_BYTES = 1_048_576


class ImportForm(forms.Form):
    """A flow file, uploaded or pasted, and the team that it goes to."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), to_field_name="slug", label="Team", required=False, empty_label="as the file says"
    )
    file = forms.FileField(required=False, label="Flow file", help_text="YAML or JSON, at most 1 MiB.")
    text = forms.CharField(
        required=False,
        strip=False,
        label="or paste it here",
        widget=forms.Textarea(attrs={"rows": 16, "class": "data", "spellcheck": "false"}),
    )

    def __init__(self, *given: Any, person: Person) -> None:
        super().__init__(*given)
        self.fields["team"].queryset = list_teams_where(person, Action.FLOW_IMPORT)  # type: ignore[attr-defined]

    @property
    def team_slug(self) -> str:
        """The team that was chosen, "": as the file says."""
        team = self.cleaned_data.get("team")
        return team.slug if team is not None else ""

    def clean(self) -> dict[str, Any]:
        """One of the two, small enough; ``source`` is its bytes."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError("The file is larger than 1 MiB. A flow file holds steps, not data.")
        source = upload.read() if upload is not None else str(cleaned.get("text") or "").encode()
        if not source.strip():
            raise forms.ValidationError("Choose a file or paste its text.")
        if len(source) > MAX_FILE_BYTES:
            raise forms.ValidationError("The text is longer than 1 MiB. A flow file holds steps, not data.")
        return {**cleaned, "source": source}


@takes_files
@page_for(Action.FLOW_IMPORT)
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """The form; what is wrong with a file is told with line, step and field, and nothing is lost."""
    person = get_reader(request)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*given, person=person)
    findings: list[dict[str, Any]] = []
    if form.is_bound and form.is_valid():
        try:
            source = form.cleaned_data["source"]
            result = import_flow(text=source, person=person, team=form.team_slug, now=timezone.now())
        except FlowsError as error:
            findings = list(error.details.get("findings", ()))
            form.add_error("team" if isinstance(error, TeamNotFound) else None, _refusal_words(error))
            form.data = {"text": source.decode("utf-8", errors="replace"), "team": form.team_slug}
        else:
            hints = f" {count_of(len(result.warnings), 'hint')} below." if result.warnings else ""
            messages.success(request, f"{result.flow} is kept as your draft.{hints} Publish it to make it live.")
            is_whole = not list_missing(file_definition(form), result.flow.team)
            return redirect("flow_draft" if is_whole else "flow_names", key=result.flow.key)
    context = {"form": form, "findings": findings}
    return render_page(request, "flows/flow_import.html", context, status=400 if form.is_bound else 200)


@page_for(Action.FLOW_READ)
@require_POST
def export_file(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """The flow's file, live or of one version. POST: an export is an event."""
    text = export_flow(key=key, person=get_reader(request), number=number)
    name = f"{key}-v{number}.yaml" if number else f"{key}.yaml"
    return HttpResponse(
        text,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@page_for(Action.FLOW_READ)
@require_POST
def change_pause(request: HttpRequest, key: str) -> HttpResponse:
    """Pauses (``state=paused``) or resumes (``state=live``)."""
    change = pause_flow if request.POST.get("state") == "paused" else resume_flow
    try:
        flow = change(key=key, person=get_reader(request), now=timezone.now())
    except FlowRefused as error:
        messages.error(request, error.message)
    else:
        words = "is paused. Nothing starts it until it is resumed" if flow.paused_at else "goes on again"
        messages.success(request, f"{flow} {words}.")
    return redirect("flow", key=key)


def file_definition(form: ImportForm) -> FlowDefinition:
    """What the file that was just imported says."""
    return parse_flow_file(form.cleaned_data["source"], team=form.team_slug)


def _refusal_words(error: FlowsError) -> str:
    if isinstance(error, TeamNotFound):
        yours = join_words(error.teams, "or")
        return f"The team that the file names is not here, or not one of yours. Choose {yours}, then import it again."
    if error.details.get("findings"):
        count = sum(finding.get("severity", "error") == "error" for finding in error.details["findings"])
        them = "it" if count == 1 else "them"
        return f"Nothing was changed: the file has {count_of(count, 'fault')}. Mend {them} and import the file again."
    return error.message
