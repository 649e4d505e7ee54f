"""The rights report for auditors: who held which role on a day, from the event log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrator.events.queries import record_audit_read
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.models import Team
from integrator.people.rights import Action
from integrator.people.rights_report import end_of_day, export_report, list_report

ROWS_SHOWN = 500


class ReportForm(forms.Form):
    """Which day, team and person. Every field may stay empty: today, all."""

    on = forms.DateField(required=False, label="At the end of", widget=forms.DateInput(attrs={"type": "date"}))
    team = forms.ChoiceField(required=False, label="Team")
    person = forms.CharField(
        required=False, max_length=150, label="Person", widget=forms.TextInput(attrs={"placeholder": "user name"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.order_by("name", "id").values_list("slug", "name")
        self.fields["team"].choices = [("", "Any"), *teams]  # type: ignore[attr-defined]  # it is a choice field

    def read(self) -> dict[str, Any]:
        """``{at, team, who}``; a field that cannot be read counts as empty and says why beside itself."""
        self.is_valid()
        typed, now = self.cleaned_data, timezone.now()
        who = str(typed.get("person") or "").strip().lower().replace("\x00", "")
        return {"at": end_of_day(typed.get("on"), now), "team": typed.get("team") or "", "who": who}


@needs(Action.EVENT_READ)
@require_safe
def show_rights_report(request: HttpRequest) -> HttpResponse:
    """The roles held on a day."""
    person, form = get_reader(request), ReportForm(request.GET)
    wanted = form.read()
    rows = list_report(person, wanted["at"], team=wanted["team"], who=wanted["who"])
    filters = {"report": "rights", "on": wanted["at"].isoformat(), "team": wanted["team"], "person": wanted["who"]}
    record_audit_read(person=person, filters={name: value for name, value in filters.items() if value})
    context = {"form": form, "at": wanted["at"], "rows": rows[:ROWS_SHOWN], "more": max(0, len(rows) - ROWS_SHOWN)}
    return render_page(request, "audit/rights.html", context)


@needs(Action.EVENT_EXPORT)
@require_POST
def export_rights_report(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    wanted = ReportForm(request.POST).read()
    text = export_report(get_reader(request), wanted["at"], team=wanted["team"], who=wanted["who"])
    headers = {"Content-Disposition": 'attachment; filename="rights-report.csv"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
