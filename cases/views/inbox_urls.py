"""Addresses of the inbox that need nothing of flows."""

from __future__ import annotations

from django.urls import URLPattern, path

from cases.views import inbox, seeing

urlpatterns: list[URLPattern] = [
    path("inbox/<uuid:task_id>/why/", seeing.explain_this_task, name="task_why"),
    path("inbox/<uuid:task_id>/watch/", seeing.watch_this_task, name="task_watch"),
    path("cases/<str:number>/why/", seeing.explain_this_case, name="case_why"),
    path("cases/<str:number>/watch/", seeing.watch_this_case, name="case_watch"),
    path("cases/<str:number>/confidential/", seeing.make_confidential, name="case_confidential"),
    path("inbox/views/", inbox.save, name="inbox_view_save"),
    path("inbox/views/<int:view_id>/remove/", inbox.remove, name="inbox_view_remove"),
]
