"""Opening a case by hand: choose the type, fill in its fields, get the number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import CaseDuplicate, CaseError, CaseForbidden, CaseNotFound
from cases.models import Priority
from cases.operations.starting import StartedCase, start_case
from cases.queries.cases import find_same_cases
from cases.queries.types import list_offered_types, list_teams_to_open_in
from cases.views.form_filling import FilledForm
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.rights import Action, can_anywhere


@needs(Action.CASE_CHANGE)
@require_safe
def choose_type(request: HttpRequest) -> HttpResponse:
    """The types of which this person may open a case."""
    follows = request.GET.get("follows", "").replace("\x00", "")[:40]
    person = get_reader(request)
    may_offer = can_anywhere(person, Action.CASE_TYPE_MANAGE)
    return render_page(
        request,
        "cases/new.html",
        {"types": list_offered_types(person), "may_offer": may_offer, "follows": follows},
    )


@needs(Action.CASE_CHANGE)
@require_http_methods(["GET", "POST"])
def open_new(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a new case. One that is open with the same number of theirs is pointed out first."""
    person = get_reader(request)
    case_type = next((row for row in list_offered_types(person) if row.key == key), None)
    if case_type is None:
        raise Http404
    is_sent = request.method == "POST"
    filled = FilledForm(case_type.fields, request.POST if is_sent else None)
    typed = {
        name: request.POST.get(name, "").replace("\x00", "") for name in ("title", "team", "priority", "business_key")
    }
    follows = (request.POST if is_sent else request.GET).get("follows", "").replace("\x00", "")[:40]
    same: list[Any] = []
    if is_sent and not filled.add_row():
        new = StartedCase(
            type_key=key,
            title=typed["title"],
            team=typed["team"],
            priority=typed["priority"],
            business_key=typed["business_key"],
            data=filled.data or {},
            anyway=request.POST.get("anyway") == "true",
            follows=follows,
        )
        try:
            case = start_case(new=new, person=person, now=timezone.now())
        except CaseDuplicate as error:
            same = find_same_cases(person, type_key=key, business_key=new.business_key.strip())
            filled.errors = [error.message]
        except (CaseForbidden, CaseNotFound) as error:
            raise PermissionDenied from error
        except CaseError as error:
            filled.take_error(error)
        else:
            messages.success(request, f"The case is open. Its number is {case.number}.")
            return redirect("case", number=case.number)
    context = {
        "type": case_type,
        "filled": filled,
        "typed": typed,
        "follows": follows,
        "same": same,
        "teams": [(team.slug, team.name) for team in list_teams_to_open_in(person)],
        "priorities": Priority.choices,
    }
    return render_page(request, "cases/new_of.html", context, status=400 if filled.is_faulty else 200)
