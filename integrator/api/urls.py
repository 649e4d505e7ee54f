"""Addresses of the API's own pages. Include at ``api/`` after ``api/v1/``: the last one takes whatever is left."""

from __future__ import annotations

from django.urls import path, re_path

from integrator.api.calendars import CalendarsView, CalendarView, TeamCalendarView
from integrator.api.me import MeView
from integrator.api.people import PeopleView
from integrator.api.people_care import (
    DeactivatePersonView,
    EverybodyView,
    PersonView,
    ReactivatePersonView,
    RoleOfPersonView,
    RolesOfPersonView,
)
from integrator.api.rights_report import RightsReportView
from integrator.api.schema import DocsView, SchemaView, UnknownAddressView
from integrator.api.substitutes import EndSubstituteView, SubstitutesView
from integrator.api.teams import RoleInTeamView, RolesInTeamView, TeamAboveView, TeamLeadView, TeamsView, TeamView

urlpatterns = [
    path("v1/me", MeView.as_view(), name="api_me"),
    path("v1/audit/rights", RightsReportView.as_view(), name="api_rights_report"),
    path("v1/people", PeopleView.as_view(), name="api_people"),
    path("v1/people/all", EverybodyView.as_view(), name="api_people_all"),
    path("v1/people/of/<str:username>", PersonView.as_view(), name="api_person"),
    path("v1/people/of/<str:username>/roles", RolesOfPersonView.as_view(), name="api_person_roles"),
    path("v1/people/of/<str:username>/roles/<int:membership_id>", RoleOfPersonView.as_view(), name="api_person_role"),
    path("v1/people/of/<str:username>/deactivate", DeactivatePersonView.as_view(), name="api_person_deactivate"),
    path("v1/people/of/<str:username>/reactivate", ReactivatePersonView.as_view(), name="api_person_reactivate"),
    path("v1/teams", TeamsView.as_view(), name="api_teams"),
    path("v1/teams/<slug:slug>", TeamView.as_view(), name="api_team"),
    path("v1/teams/<slug:slug>/roles", RolesInTeamView.as_view(), name="api_team_roles"),
    path("v1/teams/<slug:slug>/roles/<int:membership_id>", RoleInTeamView.as_view(), name="api_team_role"),
    path("v1/teams/<slug:slug>/lead", TeamLeadView.as_view(), name="api_team_lead"),
    path("v1/teams/<slug:slug>/above", TeamAboveView.as_view(), name="api_team_above"),
    path("v1/calendars", CalendarsView.as_view(), name="api_calendars"),
    path("v1/calendars/<slug:key>", CalendarView.as_view(), name="api_calendar"),
    path("v1/teams/<slug:slug>/calendar", TeamCalendarView.as_view(), name="api_team_calendar"),
    path("v1/substitutes", SubstitutesView.as_view(), name="api_substitutes"),
    path("v1/substitutes/<uuid:substitution_id>/end", EndSubstituteView.as_view(), name="api_substitute_end"),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    re_path(r"", UnknownAddressView.as_view(), name="api_unknown"),
]
