"""Addresses of flows drawn to be read."""

from __future__ import annotations

from django.urls import path

from flows.designer.pages import drawings

urlpatterns = [
    path("flows/<slug:key>/canvas/", drawings.show_flow_canvas, name="flow_canvas"),
    path("flows/<slug:key>/versions/<int:number>/canvas/", drawings.show_version_canvas, name="flow_version_canvas"),
    path("runs/<uuid:run_id>/canvas/", drawings.show_run_canvas, name="run_canvas"),
    path("runs/<uuid:run_id>/canvas/states/", drawings.show_run_overlay, name="run_overlay"),
]
