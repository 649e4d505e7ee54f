"""Addresses of trying a draft out."""

from __future__ import annotations

from django.urls import URLPattern, path

from flows.designer.trying import panel, real, test_list

TRY = "flows/<slug:key>/draft/try/"

urlpatterns: list[URLPattern] = [
    path(TRY, panel.show_panel, name="draft_try"),
    path(f"{TRY}begin/", panel.begin, name="draft_try_begin"),
    path(f"{TRY}answer/", panel.answer, name="draft_try_answer"),
    path(f"{TRY}steps/<slug:step>/", panel.show_step, name="draft_try_step"),
    path(f"{TRY}clear/", panel.clear, name="draft_try_clear"),
    path(f"{TRY}pin/", panel.pin, name="draft_try_pin"),
    path(f"{TRY}real/", real.try_for_real, name="draft_try_real"),
    path(f"{TRY}real/<uuid:run_id>/", real.show_state, name="draft_try_real_state"),
    path(f"{TRY}real/<uuid:run_id>/cancel/", real.cancel, name="draft_try_real_cancel"),
    path(f"{TRY}tests/", test_list.show_tests, name="draft_tests"),
    path(f"{TRY}tests/keep/", test_list.keep, name="draft_tests_keep"),
    path(f"{TRY}tests/take/", test_list.take, name="draft_tests_take"),
    path(f"{TRY}tests/drop/", test_list.drop, name="draft_tests_drop"),
]
