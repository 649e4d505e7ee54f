"""Settings → SLA policies: the list with what is being counted anew, and the page of one with a line to try it on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import SlaPolicy
from cases.sla.book import policy_of
from cases.sla.errors import SlaError
from cases.sla.forms import PolicyForm, TrialForm
from cases.sla.operations.policies import add_policy, change_policy, remove_policy
from cases.sla.queries.policies import (
    describe_recount,
    find_policy,
    list_policies,
    list_recounts,
    may_change,
    try_policy,
)
from cases.sla.words import say_policy
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.queries import list_teams
from integrator.people.rights import Action, can, team_ids_where

LIST, ONE = "cases/sla_policies.html", "cases/sla_policy.html"


@needs(Action.SLA_MANAGE)
@require_safe
def show_policies(request: HttpRequest) -> HttpResponse:
    """Every policy in a sentence, and how far counting anew is; that part by itself for htmx."""
    rows = list_policies(get_reader(request))
    recounts = [describe_recount(row) for row in list_recounts()]
    context = {
        "policies": [{"row": row, "sentence": say_policy(policy_of(row))} for row in rows],
        "recounts": recounts,
        "is_counting": any(row["ended_at"] is None for row in recounts),
    }
    return render_page(request, LIST, context, fragment="recounts")


@needs(Action.SLA_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new policy."""
    form = _make_form(request, None)
    if form.is_bound and form.is_valid():
        try:
            row = add_policy(
                key=form.cleaned_data["key"], data=form.data_given, person=get_reader(request), now=timezone.now()
            )
        except SlaError as error:
            _add_error(form, error)
        else:
            messages.success(
                request,
                f"{row} is added. It counts for what is asked from now on, and clocks that run are counted anew.",
            )
            return redirect("sla_policy", key=row.key)
    return render_page(request, ONE, {"form": form, "may_change": True}, status=400 if form.is_bound else 200)


@needs(Action.SLA_MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The policy's form, its sentence, and when something would be due."""
    row = _get(request, key)
    reader = get_reader(request)
    form = _make_form(request, row)
    if form.is_bound and form.is_valid():
        try:
            change_policy(key=key, data=form.data_given, person=reader, now=timezone.now())
        except SlaError as error:
            _add_error(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['name']} is changed. Open clocks are counted anew.")
            return redirect("sla_policy", key=key)
    context = {"form": form, "policy": row, "may_change": may_change(reader, row), **_tell(request, row)}
    return render_page(request, ONE, context, fragment="trial", status=400 if form.is_bound else 200)


@needs(Action.SLA_MANAGE)
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Removes a policy."""
    row = _get(request, key)
    try:
        remove_policy(key=key, person=get_reader(request), now=timezone.now())
    except SlaError as error:
        messages.error(request, error.message)
        return redirect("sla_policy", key=key)
    messages.success(request, f"{row} is removed.")
    return redirect("sla_policies")


def _get(request: HttpRequest, key: str) -> SlaPolicy:
    row = find_policy(get_reader(request), key)
    if row is None:
        raise Http404
    return row


def _make_form(request: HttpRequest, row: SlaPolicy | None) -> PolicyForm:
    reader = get_reader(request)
    return PolicyForm(
        request.POST if request.method == "POST" else None,
        teams=list(list_teams(team_ids_where(reader, Action.SLA_MANAGE))),
        everywhere=can(reader, Action.SLA_MANAGE) or (row is not None and row.team is None),
        row=row,
    )


def _add_error(form: PolicyForm, error: SlaError) -> None:
    field = str(error.details.get("field"))
    named = {"budget": "days", "ladder": "rung_1_percent", "pause_reasons": "waiting_statuses"}.get(field, field)
    form.add_error(named if named in form.fields else None, error.message)


def _tell(request: HttpRequest, row: SlaPolicy) -> dict[str, Any]:
    """The sentence, and a try: by default something that is opened late on a Friday."""
    trial_form = TrialForm(request.GET if "opened" in request.GET else None)
    now = timezone.localtime()
    friday = (now + timedelta(days=(4 - now.weekday()) % 7)).replace(hour=16, minute=0, second=0, microsecond=0)
    opened = trial_form.get_opened() or friday.replace(tzinfo=None)
    trial_form = TrialForm(initial={"opened": opened.strftime("%Y-%m-%dT%H:%M")})
    trial = try_policy(budget=row.budget, is_working=row.is_working_time, team_id=row.team_id, opened=opened)
    return {"sentence": say_policy(policy_of(row)), "trial": trial, "trial_form": trial_form}
