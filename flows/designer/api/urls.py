"""Addresses of the designer's calls."""

from __future__ import annotations

from django.urls import path

from flows.designer.api import drafts

ONE = "flows/<slug:key>/draft/"

urlpatterns = [
    path("flows/designer/kinds/", drafts.show_kinds, name="designer_kinds"),
    path(f"{ONE}state/", drafts.show_state, name="draft_state"),
    path(f"{ONE}edits/", drafts.take_edit, name="draft_edits"),
    path(f"{ONE}undo/", drafts.undo, name="draft_undo"),
    path(f"{ONE}redo/", drafts.redo, name="draft_redo"),
    path(f"{ONE}pulse/", drafts.show_pulse, name="draft_pulse"),
]
