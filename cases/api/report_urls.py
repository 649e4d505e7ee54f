"""Addresses of the reports on people's work that need no run, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from cases.api.sla_report import SlaReportClocksView, SlaReportView
from cases.api.workload import WorkloadTasksView, WorkloadView

urlpatterns = [
    path("reports/sla", SlaReportView.as_view(), name="api_report_sla"),
    path("reports/sla/clocks", SlaReportClocksView.as_view(), name="api_report_sla_clocks"),
    path("reports/workload", WorkloadView.as_view(), name="api_report_workload"),
    path("reports/workload/tasks", WorkloadTasksView.as_view(), name="api_report_workload_tasks"),
]
