"""Addresses of SLA policies, clocks and their report."""

from __future__ import annotations

from django.urls import URLPattern, path

from cases.views import sla, sla_clocks, sla_report

urlpatterns: list[URLPattern] = [
    path("settings/sla/", sla.show_policies, name="sla_policies"),
    path("settings/sla/add/", sla.add, name="sla_policy_add"),
    path("settings/sla/of/<slug:key>/", sla.edit, name="sla_policy"),
    path("settings/sla/of/<slug:key>/remove/", sla.remove, name="sla_policy_remove"),
    path("clocks/<uuid:clock_id>/", sla_clocks.show_clock, name="sla_clock"),
    path("clocks/<uuid:clock_id>/due/", sla_clocks.move_due, name="sla_clock_due"),
    path("reports/sla/", sla_report.show_report, name="sla_report"),
    path("reports/sla.csv", sla_report.export_report, name="sla_report_csv"),
]
