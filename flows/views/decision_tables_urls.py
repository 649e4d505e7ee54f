"""Addresses of the decision table pages."""

from __future__ import annotations

from django.urls import path

from flows.views import decision_table_calls, decision_tables

ONE = "tables/<slug:key>/"

urlpatterns = [
    path("tables/", decision_tables.show_tables, name="tables"),
    path("tables/add/", decision_tables.add, name="table_add"),
    path(ONE, decision_tables.show_table, name="table"),
    path(f"{ONE}versions/", decision_tables.show_versions, name="table_versions"),
    path(f"{ONE}publish/", decision_tables.publish, name="table_publish"),
    path(f"{ONE}csv/", decision_tables.export_csv, name="table_csv"),
    path(f"{ONE}check/", decision_table_calls.check, name="table_check"),
    path(f"{ONE}draft/", decision_table_calls.save, name="table_draft"),
    path(f"{ONE}try/", decision_table_calls.try_one, name="table_try"),
    path(f"{ONE}read-csv/", decision_table_calls.take_csv, name="table_read_csv"),
]
