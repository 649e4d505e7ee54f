"""Addresses of the inspector."""

from __future__ import annotations

from django.urls import URLPattern, path

from flows.designer.inspector import adding, curl, people, views

ONE = "flows/<slug:key>/draft/"

urlpatterns: list[URLPattern] = [
    path(f"{ONE}steps/<str:step>/", views.inspect_step, name="draft_step"),
    path(f"{ONE}steps/<str:step>/fields/<str:field>/", views.show_step_field, name="draft_step_field"),
    path(f"{ONE}steps/<str:step>/curl/", curl.fill_in, name="draft_curl"),
    path(f"{ONE}trigger/", views.inspect_trigger, name="draft_trigger"),
    path(f"{ONE}trigger/fields/<str:field>/", views.show_trigger_field, name="draft_trigger_field"),
    path(f"{ONE}settings/", views.inspect_flow, name="draft_settings"),
    path(f"{ONE}settings/fields/<str:field>/", views.show_flow_field, name="draft_settings_field"),
    path(f"{ONE}people/", people.search, name="draft_people"),
    path(f"{ONE}new/<str:what>/", adding.add, name="draft_new"),
]
