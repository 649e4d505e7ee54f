"""Addresses of the pages about people. Include at the root."""

from __future__ import annotations

from django.urls import path

from integrator.people.views import calendars, people, rights_report, substitutes, teams, tokens

urlpatterns = [
    path("settings/people/", people.show_people, name="people"),
    path("settings/people/add/", people.add, name="person_add"),
    path("settings/people/of/<str:username>/", people.show_person, name="person"),
    path("settings/people/of/<str:username>/roles/", people.give_role, name="person_give_role"),
    path("settings/people/of/<str:username>/roles/<int:membership_id>/", people.take_role, name="person_take_role"),
    path("settings/people/of/<str:username>/state/", people.change_state, name="person_state"),
    path("settings/people/of/<str:username>/password/", people.make_new_password, name="person_password"),
    path("settings/teams/", teams.show_teams, name="teams"),
    path("settings/teams/add/", teams.add, name="team_add"),
    path("settings/teams/of/<slug:slug>/", teams.show_team, name="team"),
    path("settings/teams/of/<slug:slug>/roles/", teams.give_role, name="team_give_role"),
    path("settings/teams/of/<slug:slug>/roles/<int:membership_id>/", teams.take_role, name="team_take_role"),
    path("settings/teams/of/<slug:slug>/lead/", teams.name_lead, name="team_lead"),
    path("settings/teams/of/<slug:slug>/above/", teams.choose_parent, name="team_above"),
    path("settings/teams/of/<slug:slug>/calendar/", teams.choose_calendar, name="team_calendar"),
    path("settings/calendars/", calendars.show_calendars, name="calendars"),
    path("settings/calendars/add/", calendars.add, name="calendar_add"),
    path("settings/calendars/of/<slug:key>/", calendars.edit, name="calendar"),
    path("settings/calendars/of/<slug:key>/remove/", calendars.remove, name="calendar_remove"),
    path("settings/substitutes/", substitutes.show_substitutes, name="substitutes"),
    path("settings/substitutes/<uuid:substitution_id>/end/", substitutes.end, name="substitute_end"),
    path("audit/rights/", rights_report.show_rights_report, name="rights_report"),
    path("audit/rights/export/", rights_report.export_rights_report, name="rights_report_export"),
    path("settings/tokens/", tokens.show_tokens, name="tokens"),
    path("settings/tokens/<int:token_id>/revoke/", tokens.revoke, name="token_revoke"),
]
