"""Settings → Case types: the list, and the page of one, for admins and for leads of its team."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import CaseTypeError
from cases.models import CaseType
from cases.operations.types import add_case_type, can_manage, change_case_type, get_type_to_change, remove_case_type
from cases.queries.types import list_managed_types
from cases.views.type_fields import TypeFields
from cases.views.type_forms import CaseTypeForm
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.models import Person, Team
from integrator.people.rights import Action, limit_to_teams, team_ids_where


@needs(Action.CASE_TYPE_MANAGE)
@require_safe
def show_types(request: HttpRequest) -> HttpResponse:
    """Every type; those of other teams are told of, but not changed."""
    person = get_reader(request)
    rows = [(row, can_manage(person, row)) for row in list_managed_types(person)]
    return render_page(request, "cases/types.html", {"rows": rows})


@needs(Action.CASE_TYPE_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new type."""
    person = get_reader(request)
    is_sent = request.method == "POST"
    form, fields = _make_form(request, None)
    if is_sent and not fields.is_edit and form.is_valid():
        try:
            row = add_case_type(key=form.cleaned_data["key"], data=form.data_given, person=person, now=timezone.now())
        except CaseTypeError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{row} is added.")
            return redirect("case_type", key=row.key)
    status = 400 if is_sent and not fields.is_edit else 200
    return render_page(request, "cases/type.html", {"form": form, "fields": fields}, status=status)


@needs(Action.CASE_TYPE_MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The form of one type. Cases that are open keep what they have."""
    person = get_reader(request)
    row = _get(person, key)
    is_sent = request.method == "POST"
    form, fields = _make_form(request, row)
    if is_sent and not fields.is_edit and form.is_valid():
        try:
            change_case_type(key=key, data=form.data_given, person=person)
        except CaseTypeError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{row} is changed. Cases that are open keep what they have.")
            return redirect("case_type", key=key)
    status = 400 if is_sent and not fields.is_edit else 200
    return render_page(request, "cases/type.html", {"form": form, "fields": fields, "row": row}, status=status)


@needs(Action.CASE_TYPE_MANAGE)
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Removes a type that no case ever had."""
    row = _get(get_reader(request), key)
    try:
        remove_case_type(key=key, person=get_reader(request))
    except CaseTypeError as error:
        messages.error(request, error.message)
        return redirect("case_type", key=key)
    messages.success(request, f"{row} is removed.")
    return redirect("case_types")


def _make_form(request: HttpRequest, row: CaseType | None) -> tuple[CaseTypeForm, TypeFields]:
    """The form and its rows of fields. While the rows are edited nothing is judged: the form shows what was typed."""
    person = get_reader(request)
    posted = request.POST if request.method == "POST" else None
    fields = TypeFields(person, row, posted)
    teams = _list_teams(person)
    if posted is None:
        return CaseTypeForm(row=row, teams=teams), fields
    typed = fields.put_into(posted)
    if not fields.is_edit:
        return CaseTypeForm(typed, row=row, teams=teams), fields
    form = CaseTypeForm(row=row, teams=teams)
    form.initial = {name: typed.get(name, "") for name in form.fields}
    return form, fields


def _get(person: Person, key: str) -> CaseType:
    try:
        return get_type_to_change(person, key)
    except CaseTypeError as error:
        raise Http404 from error


def _list_teams(person: Person) -> QuerySet[Team]:
    return limit_to_teams(
        Team.objects.order_by("name", "id"), team_ids_where(person, Action.CASE_TYPE_MANAGE), field="id"
    )
