"""Addresses of connections, flows, runs, incidents, reports and the audit trail, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from flows.api.audit import EventEvidenceView, EventsFileView, EventsView, EventView, SealsView
from flows.api.audit_samples import SamplePacksView, SamplesView, SampleView, SampleZipView
from flows.api.connection_environments import (
    EnvironmentNameView,
    EnvironmentSecretView,
    EnvironmentsView,
    EnvironmentTestView,
    EnvironmentView,
)
from flows.api.connections import ConnectionsView, ConnectionView
from flows.api.flows import ExportView, FlowsView, FlowView, ImportView, PublishView
from flows.api.messages import MessagesView
from flows.api.reports import CycleReportView, LateReportView, OpenReportView, StepsReportView, TeamsReportView
from flows.api.reveals import RevealRunView
from flows.api.runs import (
    CancelView,
    CloseView,
    IncidentsView,
    LoopResultsView,
    RetryView,
    RunsView,
    RunView,
    SkipView,
    StepsView,
)
from flows.api.starting import StartView
from flows.api.tables import TableCsvView, TableDecideView, TableDraftView, TablePublishView, TablesView, TableView

CONNECTION = "connections/<slug:team>/<slug:key>"
ENVIRONMENT = f"{CONNECTION}/environments/<slug:environment>"

urlpatterns = [
    path("connections", ConnectionsView.as_view(), name="api_connections"),
    path(CONNECTION, ConnectionView.as_view(), name="api_connection"),
    path(f"{CONNECTION}/environments", EnvironmentsView.as_view(), name="api_connection_environments"),
    path(ENVIRONMENT, EnvironmentView.as_view(), name="api_connection_environment"),
    path(f"{ENVIRONMENT}/rename", EnvironmentNameView.as_view(), name="api_connection_environment_rename"),
    path(f"{ENVIRONMENT}/secret", EnvironmentSecretView.as_view(), name="api_connection_environment_secret"),
    path(f"{ENVIRONMENT}/test", EnvironmentTestView.as_view(), name="api_connection_environment_test"),
    path("flows", FlowsView.as_view(), name="api_flows"),
    path("flows/import", ImportView.as_view(), name="api_flow_import"),
    path("flows/<slug:key>", FlowView.as_view(), name="api_flow"),
    path("flows/<slug:key>/export", ExportView.as_view(), name="api_flow_export"),
    path("flows/<slug:key>/publish", PublishView.as_view(), name="api_flow_publish"),
    path("flows/<slug:key>/start", StartView.as_view(), name="api_flow_start"),
    path("tables", TablesView.as_view(), name="api_tables"),
    path("tables/<slug:key>", TableView.as_view(), name="api_table"),
    path("tables/<slug:key>/draft", TableDraftView.as_view(), name="api_table_draft"),
    path("tables/<slug:key>/csv", TableCsvView.as_view(), name="api_table_csv"),
    path("tables/<slug:key>/publish", TablePublishView.as_view(), name="api_table_publish"),
    path("tables/<slug:key>/try", TableDecideView.as_view(), name="api_table_try"),
    path("runs", RunsView.as_view(), name="api_runs"),
    path("runs/<uuid:run_id>", RunView.as_view(), name="api_run"),
    path("runs/<uuid:run_id>/steps", StepsView.as_view(), name="api_run_steps"),
    path("runs/<uuid:run_id>/visits/<uuid:visit_id>/results", LoopResultsView.as_view(), name="api_loop_results"),
    path("runs/<uuid:run_id>/cancel", CancelView.as_view(), name="api_run_cancel"),
    path("messages", MessagesView.as_view(), name="api_messages"),
    path("runs/<uuid:run_id>/reveal", RevealRunView.as_view(), name="api_run_reveal"),
    path("audit/events", EventsView.as_view(), name="api_audit_events"),
    path("audit/events/export", EventsFileView.as_view(), name="api_audit_events_export"),
    path("audit/events/<int:event_id>", EventView.as_view(), name="api_audit_event"),
    path("audit/events/<int:event_id>/evidence", EventEvidenceView.as_view(), name="api_audit_event_evidence"),
    path("audit/seals", SealsView.as_view(), name="api_audit_seals"),
    path("audit/samples", SamplesView.as_view(), name="api_audit_samples"),
    path("audit/samples/<uuid:sample_id>", SampleView.as_view(), name="api_audit_sample"),
    path("audit/samples/<uuid:sample_id>/packs", SamplePacksView.as_view(), name="api_audit_sample_packs"),
    path("audit/samples/<uuid:sample_id>/zip", SampleZipView.as_view(), name="api_audit_sample_zip"),
    path("reports/open", OpenReportView.as_view(), name="api_report_open"),
    path("reports/cycle", CycleReportView.as_view(), name="api_report_cycle"),
    path("reports/late", LateReportView.as_view(), name="api_report_late"),
    path("reports/steps", StepsReportView.as_view(), name="api_report_steps"),
    path("reports/teams", TeamsReportView.as_view(), name="api_report_teams"),
    path("incidents", IncidentsView.as_view(), name="api_incidents"),
    path("incidents/<uuid:incident_id>/retry", RetryView.as_view(), name="api_incident_retry"),
    path("incidents/<uuid:incident_id>/skip", SkipView.as_view(), name="api_incident_skip"),
    path("incidents/<uuid:incident_id>/close", CloseView.as_view(), name="api_incident_close"),
]
