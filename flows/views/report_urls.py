"""Addresses of reports and of who has what. Include at the root."""

from __future__ import annotations

from django.urls import path

from flows.views import reports, workload

urlpatterns = [
    path("reports/", reports.show_reports, name="reports"),
    path("reports/files/<slug:what>.csv", reports.export_report, name="report_csv"),
    path("workload/", workload.show_workload, name="workload"),
]
