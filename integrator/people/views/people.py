"""The list of people and the page of one. For those who manage people; to everybody else it does not exist.

People belong to no team: who manages one team alone gives its roles on the team's page.
"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrator.database.keyset import CursorRefused, Page, get_keyset_page
from integrator.events.actors import Actor
from integrator.pages.filters import make_filter
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.errors import PeopleError
from integrator.people.forms import PersonForm, RoleForm, add_people_error
from integrator.people.models import Membership, Person, Team
from integrator.people.operations import (
    add_membership,
    add_person,
    deactivate_person,
    make_password,
    reactivate_person,
    remove_membership,
    set_password,
)
from integrator.people.queries import get_person, list_people, list_teams
from integrator.people.rights import ALL, Action

PAGE_ROWS = 50
STATE_CHOICES = [("active", "Active"), ("deactivated", "Deactivated")]


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_safe
def show_people(request: HttpRequest) -> HttpResponse:
    """The list, 50 a page, found by name and filtered by state."""
    find, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    page = get_people_page(list_people(find=find, state=state), request.GET.get("cursor", ""))
    filters = [make_filter("state", "State", state, STATE_CHOICES)]
    context = {"page": page, "filters": filters, "is_filtered": bool(find or state)}
    return render_page(request, "people/people.html", context, fragment="people-list")


def get_people_page(people: QuerySet[Person], cursor: str) -> Page[Person]:
    """One page; a cursor that nobody gave out counts as none."""
    try:
        return get_keyset_page(people, order=("username",), size=PAGE_ROWS, cursor=cursor)
    except CursorRefused:
        return get_keyset_page(people, order=("username",), size=PAGE_ROWS)


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_http_methods(["GET", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new person; a password made by us is shown once, in the answer."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        password = typed["password"] or make_password()
        try:
            person = add_person(
                username=typed["username"],
                name=typed["name"],
                email=typed["email"],
                password=password,
                actor=Actor.person(get_reader(request)),
            )
        except PeopleError as error:
            add_people_error(form, error)
        else:
            return answer_added(request, person, made_password="" if typed["password"] else password)
    return render_page(request, "people/person_add.html", {"form": form}, status=400 if form.is_bound else 200)


def answer_added(request: HttpRequest, person: Person, *, made_password: str) -> HttpResponse:
    """To the person's page, over the one showing of a password that we made."""
    if made_password:
        return render_page(request, "people/password_made.html", {"person": person, "password": made_password})
    messages.success(request, f"{person} is added. Now give them a role.")
    return redirect("person", username=person.username)


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_safe
def show_person(request: HttpRequest, username: str) -> HttpResponse:
    """Who it is, the roles held, and what can be done."""
    return render_person(request, read_person(username), RoleForm(teams=list_teams(ALL)))


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_POST
def give_role(request: HttpRequest, username: str) -> HttpResponse:
    """Gives a role in a team, or everywhere."""
    person = read_person(username)
    form = RoleForm(request.POST, teams=list_teams(ALL))
    if form.is_valid():
        team: Team | None = form.cleaned_data["team"]
        try:
            membership = add_membership(
                person_id=person.pk,
                team_id=team.pk if team else None,
                role=form.cleaned_data["role"],
                actor=Actor.person(get_reader(request)),
            )
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{membership}.")
            return redirect("person", username=username)
    return render_person(request, person, form, status=400)


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_POST
def take_role(request: HttpRequest, username: str, membership_id: int) -> HttpResponse:
    """Takes a role away."""
    person = read_person(username)
    if not Membership.objects.filter(pk=membership_id, person=person).exists():
        raise Http404
    try:
        remove_membership(membership_id=membership_id, actor=Actor.person(get_reader(request)))
    except PeopleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The role is taken away. It acts at once.")
    return redirect("person", username=username)


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_POST
def change_state(request: HttpRequest, username: str) -> HttpResponse:
    """Deactivates (``state=deactivated``) or reactivates (``state=active``)."""
    person, actor = read_person(username), Actor.person(get_reader(request))
    try:
        if request.POST.get("state") == "deactivated":
            deactivate_person(person_id=person.pk, actor=actor, now=timezone.now())
            messages.success(request, f"{person} is deactivated. Open sessions and tokens have ended.")
        elif request.POST.get("state") == "active":
            reactivate_person(person_id=person.pk, actor=actor)
            messages.success(request, f"{person} can sign in again. Earlier tokens stay revoked.")
        else:
            raise Http404
    except PeopleError as error:
        messages.error(request, error.message)
    return redirect("person", username=username)


@needs(Action.PEOPLE_MANAGE, everywhere=True)
@require_POST
@never_cache
def make_new_password(request: HttpRequest, username: str) -> HttpResponse:
    """Replaces a forgotten password by one that is shown once."""
    person, password = read_person(username), make_password()
    set_password(person_id=person.pk, password=password, actor=Actor.person(get_reader(request)))
    return render_page(request, "people/password_made.html", {"person": person, "password": password})


def read_person(username: str) -> Person:
    """The person, or 404."""
    person = get_person(username)
    if person is None:
        raise Http404
    return person


def render_person(request: HttpRequest, person: Person, form: RoleForm, *, status: int = 200) -> HttpResponse:
    """The page of one person."""
    context = {"person": person, "form": form, "memberships": person.memberships.all()}
    return render_page(request, "people/person.html", context, status=status)
