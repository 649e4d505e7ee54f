"""Who acts for me, for whom I act, and, for leads and admins, the same of their people."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.errors import PeopleError, SubstitutionForbidden, SubstitutionMissing
from integrator.people.forms import add_people_error
from integrator.people.operations import end_substitution, name_substitute
from integrator.people.queries import describe_substitution_state, list_active_people, list_substitutions
from integrator.people.substitute_forms import SubstituteForm

FIELD_BY_DETAIL = {"ends_at": "last_day", "starts_at": "first_day"}
NAMES_OFFERED = 500


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show_substitutes(request: HttpRequest) -> HttpResponse:
    """The list and the form."""
    person, now = get_reader(request), timezone.now()
    today = timezone.localtime(now).date()
    form = SubstituteForm(request.POST if request.method == "POST" else None, reader=person, today=today)
    status = 200
    if form.is_bound:
        status = _name(request, form)
        if status == 200:
            return redirect("substitutes")
    page = get_page(request, list_substitutions(person), order=("-starts_at",))
    rows = [(row, describe_substitution_state(row, now=now)) for row in page.rows]
    names = list_active_people().exclude(pk=person.pk).values_list("username", "name")[:NAMES_OFFERED]
    context = {"page": page, "rows": rows, "form": form, "names": names}
    return render_page(request, "people/substitutes.html", context, status=status)


def _name(request: HttpRequest, form: SubstituteForm) -> int:
    """The status: 200 when it is done, else the form says why it is not."""
    if not form.is_valid():
        return 400
    person, now = get_reader(request), timezone.now()
    try:
        row = name_substitute(form.read(now), by=person, now=now)
    except PeopleError as error:
        error.details["field"] = FIELD_BY_DETAIL.get(str(error.details.get("field")), error.details.get("field"))
        add_people_error(form, error)
        return 403 if isinstance(error, SubstitutionForbidden) else 400
    whom = "you" if row.person_id == person.pk else str(row.person)
    messages.success(request, f"{row.substitute} acts for {whom}. It ends by itself.")
    return 200


@signed_in
@require_POST
def end(request: HttpRequest, substitution_id: uuid.UUID) -> HttpResponse:
    """Ends one now."""
    try:
        row = end_substitution(substitution_id=substitution_id, by=get_reader(request), now=timezone.now())
    except SubstitutionMissing as error:
        raise Http404 from error
    messages.success(request, f"{row.substitute} no longer acts for {row.person}.")
    return redirect("substitutes")
