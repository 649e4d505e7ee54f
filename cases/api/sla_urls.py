"""Addresses of SLA policies and clocks, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from cases.api.sla import CaseClockView, PoliciesView, PolicyView, RecountsView, TaskClockView, TaskDueView

urlpatterns = [
    path("sla/policies", PoliciesView.as_view(), name="api_sla_policies"),
    path("sla/policies/<slug:key>", PolicyView.as_view(), name="api_sla_policy"),
    path("sla/recounts", RecountsView.as_view(), name="api_sla_recounts"),
    path("tasks/<uuid:task_id>/clock", TaskClockView.as_view(), name="api_task_clock"),
    path("tasks/<uuid:task_id>/due", TaskDueView.as_view(), name="api_task_due"),
    path("cases/<slug:number>/clock", CaseClockView.as_view(), name="api_case_clock"),
]
