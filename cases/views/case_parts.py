"""What people do on a case's page: edit, close, ask, contribute, link, note, parties, hold. Each leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import CaseError, CaseForbidden, CaseInvalid, CaseNotFound, EditConflict, PartNotFound
from cases.operations.beside import add_party, link_cases, remove_note, remove_party, unlink_cases, write_note
from cases.operations.changing import ask_somebody, edit_case, finish_case, get_case_to_change, hold_case
from cases.operations.contributing import contribute, get_contribution, refuse_others
from cases.operations.talking import comment_case
from cases.queries import get_case_for
from cases.views.edit_form import EditForm
from cases.views.form_filling import FilledForm
from cases.views.task_life import say_said
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person

T = TypeVar("T")


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Fields of the case. Where somebody changed the same one meanwhile both values are shown side by side."""
    person, number = get_reader(request), clean_number(number)
    case = or_refuse(lambda: get_case_to_change(person, number))
    form = EditForm(case, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            edit_case(number=number, person=person, edit=form.edit, now=timezone.now())
        except EditConflict as error:
            form.take_conflict(error)
            status = 409
        except CaseError as error:
            form.take_error(error)
            status = 400
        else:
            messages.success(request, "The case is changed.")
            return redirect("case", number=number)
    return render_page(request, "cases/edit.html", {"case": case, "form": form}, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def contribute_by_hand(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """The form of one contribution, for the asked and for those who may change the case."""
    person, number = get_reader(request), clean_number(number)
    case = or_refuse(lambda: get_case_for(person, number))
    row = or_refuse(lambda: get_contribution(case, key))
    or_refuse(lambda: refuse_others(person, case, row))
    filled = FilledForm(row.form, request.POST if request.method == "POST" else None)
    comment = request.POST.get("comment", "")
    if request.method == "POST" and not filled.add_row():
        try:
            taken = contribute(
                number=number, key=key, person=person, data=filled.data, comment=comment, now=timezone.now()
            )
        except CaseInvalid as error:
            filled.take_error(error)
        else:
            told = taken.reason[1] if taken.reason else f"Your contribution for {row.title} is in."
            (messages.success if taken.counted else messages.warning)(request, told)
            return redirect("case", number=number)
    context = {"case": case, "row": row, "filled": filled, "comment": comment}
    return render_page(request, "cases/contribute.html", context, status=400 if filled.is_faulty else 200)


@signed_in
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Closes the case with the chosen final status."""
    given = request.POST.get("status", "")
    return _do(
        request,
        number,
        lambda person, case: finish_case(number=case, person=person, status=given, now=timezone.now()),
        f"The case is closed as {given}.",
    )


@signed_in
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Asks somebody to do something in the case."""
    asked = [name.strip() for name in request.POST.get("to", "").split(",") if name.strip()]
    given = {
        "title": request.POST.get("title", "").strip(),
        "to": asked,
        "due_at": _read_due(request.POST.get("due_at", "")),
    }
    return _do(
        request,
        number,
        lambda person, case: ask_somebody(number=case, person=person, request=given, now=timezone.now()),
        f"{', '.join(asked)} is asked.",
    )


@signed_in
@require_POST
def hold(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps the data of the case, or lifts that."""
    reason = request.POST.get("reason", "")
    told = "The case's data stay until the hold is lifted." if reason.strip() else "The hold is lifted."
    return _do(request, number, lambda person, case: hold_case(number=case, person=person, reason=reason), told)


@signed_in
@require_POST
def comment(request: HttpRequest, number: str) -> HttpResponse:
    """Adds a comment, for everybody who sees the case."""
    person, number, text = get_reader(request), clean_number(number), request.POST.get("text", "")
    try:
        said = or_refuse(lambda: comment_case(number=number, person=person, text=text, now=timezone.now()))
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, say_said(said))
    return redirect("case", number=number)


@signed_in
@require_POST
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Links the case to another one."""
    other, kind = request.POST.get("case", "").replace("\x00", ""), request.POST.get("kind", "")
    return _do(
        request,
        number,
        lambda person, case: link_cases(number=case, other=other, kind=kind, person=person, now=timezone.now()),
        f"The case is linked to {other.strip().upper()}.",
    )


@signed_in
@require_POST
def unlink(request: HttpRequest, number: str, link_id: int) -> HttpResponse:
    """Removes a link from both cases."""
    told = "The link is removed."
    return _do(request, number, lambda person, case: unlink_cases(number=case, link_id=link_id, person=person), told)


@signed_in
@require_POST
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps a note, for the writer or the case's team."""
    text, for_team = request.POST.get("text", "").replace("\x00", ""), request.POST.get("for_team") == "true"
    return _do(
        request,
        number,
        lambda person, case: write_note(
            number=case, person=person, text=text, is_for_team=for_team, now=timezone.now()
        ),
        "The note is kept.",
    )


@signed_in
@require_POST
def forget_note(request: HttpRequest, number: str, note_id: int) -> HttpResponse:
    """Removes a note of one's own."""
    told = "The note is removed."
    return _do(request, number, lambda person, case: remove_note(number=case, note_id=note_id, person=person), told)


@signed_in
@require_POST
def party(request: HttpRequest, number: str) -> HttpResponse:
    """Adds a party."""
    who, role = (request.POST.get(name, "").replace("\x00", "") for name in ("who", "role"))
    return _do(
        request,
        number,
        lambda person, case: add_party(number=case, who=who, role=role, person=person, now=timezone.now()),
        f"{who.strip()} is a party of the case now.",
    )


@signed_in
@require_POST
def drop_party(request: HttpRequest, number: str, party_id: int) -> HttpResponse:
    """Removes a party."""
    told = "The party is removed."
    return _do(request, number, lambda person, case: remove_party(number=case, party_id=party_id, person=person), told)


def clean_number(number: str) -> str:
    """A number that may go to the database."""
    return number.replace("\x00", "")


def or_refuse(look: Callable[[], T]) -> T:
    """What ``look`` gives; 404 for strangers, 403 for who sees the case but may not do this."""
    try:
        return look()
    except (CaseNotFound, PartNotFound) as error:
        raise Http404 from error
    except CaseForbidden as error:
        raise PermissionDenied from error


def _do(request: HttpRequest, number: str, act: Callable[[Person, str], object], told: str) -> HttpResponse:
    person, number = get_reader(request), clean_number(number)
    try:
        or_refuse(lambda: act(person, number))
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return redirect("case", number=number)


def _read_due(text: str) -> datetime | None:
    """A local time of a control, in the reader's zone; None without one."""
    try:
        moment = parse_datetime(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (timezone.make_aware(moment) if timezone.is_naive(moment) else moment).astimezone(UTC)
