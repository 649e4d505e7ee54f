"""Addresses of the data picker, samples and expressions."""

from __future__ import annotations

from django.urls import URLPattern, path

from flows.designer.data import drawer, expressions, listening, mapper, picker

DRAFT = "flows/<slug:key>/draft/"

urlpatterns: list[URLPattern] = [
    path(f"{DRAFT}data/", drawer.show_data, name="draft_data"),
    path(f"{DRAFT}data/sample/", drawer.change_trigger_sample, name="draft_sample"),
    path(f"{DRAFT}data/steps/<str:step>/", drawer.change_step_sample, name="draft_step_sample"),
    path(f"{DRAFT}data/listen/", listening.change_listening, name="draft_listening"),
    path(f"{DRAFT}data/picker/", picker.show_picker, name="draft_picker"),
    path(f"{DRAFT}data/completions/", picker.list_completions, name="draft_completions"),
    path(f"{DRAFT}data/mapping/", mapper.write_rows, name="draft_mapping"),
    path(f"{DRAFT}expression/", expressions.preview, name="draft_expression"),
]
