"""Saving and removing views of the inbox. The inbox itself also shows flows, and lies with their pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.errors import CaseInvalid
from cases.operations.views import drop_view, save_view
from integrator.people.access import get_reader, signed_in

PAGE = "inbox"


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keeps the filters that are set under a name."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    try:
        view = save_view(person=get_reader(request), page=PAGE, name=name, query=query, now=timezone.now())
    except CaseInvalid as error:
        messages.error(request, error.message)
        return redirect(reverse(PAGE))
    messages.success(request, f"“{view.name}” is kept.")
    return redirect(f"{reverse(PAGE)}?{view.query}")


@signed_in
@require_POST
def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    """Drops one of one's own."""
    if not drop_view(person=get_reader(request), view_id=view_id):
        raise Http404
    messages.success(request, "The view is removed. The tasks are where they were.")
    return redirect(reverse(PAGE))
