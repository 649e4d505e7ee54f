"""Addresses of the canvas, the outline and the text of a draft."""

from __future__ import annotations

from django.urls import URLPattern, path

from flows.designer.pages import canvas, outline, problems, text

ONE = "flows/<slug:key>/draft/"

urlpatterns: list[URLPattern] = [
    path(ONE, canvas.show_canvas, name="flow_draft"),
    path(f"{ONE}outline/", outline.show_outline, name="draft_outline"),
    path(f"{ONE}problems/", problems.show_problems, name="draft_problems"),
    path(f"{ONE}text/", text.show_text, name="draft_text"),
    path(f"{ONE}text/check/", text.check_text, name="draft_text_check"),
    path(f"{ONE}text/forget/", text.forget_text, name="draft_text_forget"),
    path(f"{ONE}text/fragment/", text.take_fragment, name="draft_text_fragment"),
]
