"""The list of teams and the page of one: its lead and who holds which role. An admin of one team sees that one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrator.events.actors import Actor
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.errors import PeopleError
from integrator.people.forms import LeadForm, MemberForm, ParentForm, TeamCalendarForm, TeamForm, add_people_error
from integrator.people.models import BusinessCalendar, Membership, Person, Team
from integrator.people.operations import (
    add_membership,
    add_team,
    remove_membership,
    set_lead,
    set_parent,
    set_team_calendar,
)
from integrator.people.queries import get_team, group_by_person, list_active_people, list_memberships, list_teams
from integrator.people.rights import Action, can, team_ids_where


@needs(Action.TEAM_MANAGE)
@require_safe
def show_teams(request: HttpRequest) -> HttpResponse:
    """Every team the reader manages, with lead and size."""
    teams = list_teams(team_ids_where(request.user, Action.TEAM_MANAGE))
    can_add = can(request.user, Action.TEAM_MANAGE)
    return render_page(request, "people/teams.html", {"teams": teams, "can_add": can_add})


@needs(Action.TEAM_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new team; only for those who manage every team."""
    if not can(request.user, Action.TEAM_MANAGE):
        raise PermissionDenied
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            team = add_team(**form.cleaned_data, actor=Actor.person(get_reader(request)))
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{team} is added. Now add its people.")
            return redirect("team", slug=team.slug)
    return render_page(request, "people/team_add.html", {"form": form}, status=400 if form.is_bound else 200)


@needs(Action.TEAM_MANAGE)
@require_safe
def show_team(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead, people and their roles."""
    return render_team(request, read_team(request, slug))


@needs(Action.TEAM_MANAGE)
@require_POST
def give_role(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives a person a role in this team."""
    team = read_team(request, slug)
    form = MemberForm(request.POST, people=list_active_people())
    if form.is_valid():
        person: Person = form.cleaned_data["person"]
        try:
            membership = add_membership(
                person_id=person.pk,
                team_id=team.pk,
                role=form.cleaned_data["role"],
                actor=Actor.person(get_reader(request)),
            )
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{membership}.")
            return redirect("team", slug=slug)
    return render_team(request, team, member_form=form, status=400)


@needs(Action.TEAM_MANAGE)
@require_POST
def take_role(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Takes a role in this team away."""
    team = read_team(request, slug)
    if not Membership.objects.filter(pk=membership_id, team=team).exists():
        raise Http404
    try:
        remove_membership(membership_id=membership_id, actor=Actor.person(get_reader(request)))
    except PeopleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The role is taken away. It acts at once.")
    return redirect("team", slug=slug)


@needs(Action.TEAM_MANAGE)
@require_POST
def name_lead(request: HttpRequest, slug: str) -> HttpResponse:
    """Names who the team escalates to."""
    team = read_team(request, slug)
    form = LeadForm(request.POST, people=list_active_people())
    if form.is_valid():
        lead: Person | None = form.cleaned_data["lead"]
        try:
            set_lead(team_id=team.pk, person_id=lead.pk if lead else None, actor=Actor.person(get_reader(request)))
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{lead} leads {team} now." if lead else f"{team} has no lead now.")
            return redirect("team", slug=slug)
    return render_team(request, team, lead_form=form, status=400)


@needs(Action.TEAM_MANAGE)
@require_POST
def choose_parent(request: HttpRequest, slug: str) -> HttpResponse:
    """Names the team above."""
    team = read_team(request, slug)
    form = ParentForm(request.POST, teams=Team.objects.exclude(pk=team.pk))
    if form.is_valid():
        parent: Team | None = form.cleaned_data["parent"]
        try:
            actor = Actor.person(get_reader(request))
            set_parent(team_id=team.pk, parent_id=parent.pk if parent else None, actor=actor)
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{parent} is above {team} now." if parent else f"No team is above {team} now.")
            return redirect("team", slug=slug)
    return render_team(request, team, parent_form=form, status=400)


@needs(Action.TEAM_MANAGE)
@require_POST
def choose_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Says by which calendar the team works."""
    team = read_team(request, slug)
    form = TeamCalendarForm(request.POST, calendars=BusinessCalendar.objects.all())
    if form.is_valid():
        chosen: BusinessCalendar | None = form.cleaned_data["calendar"]
        set_team_calendar(team_id=team.pk, key=chosen.key if chosen else "", actor=Actor.person(get_reader(request)))
        messages.success(request, f"{team} works by {chosen or 'the default calendar'} now.")
        return redirect("team", slug=slug)
    return render_team(request, team, calendar_form=form, status=400)


def read_team(request: HttpRequest, slug: str) -> Team:
    """The team, or 404 when the reader does not manage it."""
    team = get_team(slug, team_ids_where(request.user, Action.TEAM_MANAGE))
    if team is None:
        raise Http404
    return team


def render_team(request: HttpRequest, team: Team, *, status: int = 200, **refused: Form) -> HttpResponse:
    """The page of one team; a form that was ``refused`` stands in place of its fresh one."""
    people = list_active_people()
    context = {
        "team": team,
        "members": group_by_person(list_memberships(team)),
        "member_form": MemberForm(people=people),
        "lead_form": LeadForm(people=people, initial={"lead": team.lead_id}),
        "parent_form": ParentForm(teams=Team.objects.exclude(pk=team.pk), initial={"parent": team.parent_id}),
        "calendar_form": TeamCalendarForm(
            calendars=BusinessCalendar.objects.all(), initial={"calendar": team.calendar_id}
        ),
    }
    return render_page(request, "people/team.html", {**context, **refused}, status=status)
