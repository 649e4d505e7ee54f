"""The registry of addresses by right: every URL and verb with the action it needs; ``find_unlisted`` says what lacks.

A part adds its addresses to ``ROUTES`` and its URL module to ``COVERED``; the personas then try each of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver
from django.utils import timezone

from cases.models import SlaPolicy
from flows.models import Connection, ConnectionEnvironment, DecisionTable, Flow
from integrator.people.rights import Action
from tests.support.calendar_routes import CALENDAR_ROUTES
from tests.support.case_routes import CASE_ROUTES
from tests.support.people_routes import PEOPLE_ROUTES
from tests.support.personas import Personas
from tests.support.route import Route

COVERED = (
    "flows.designer.api.urls",
    "flows.designer.data_urls",
    "flows.designer.inspector_urls",
    "integrator.people.urls",
    "integrator.api.urls",
    "flows.views.connections_urls",
    "flows.views.decision_tables_urls",
    "flows.views.work_urls",
    "cases.views.approvals_urls",
    "cases.views.tasks_urls",
    "cases.views.cases_urls",
    "integrator.files.urls",
    "cases.views.inbox_urls",
    "notifications.urls",
    "notifications.api.urls",
    "integrator.files.api_urls",
    "cases.views.sla_urls",
    "cases.api.sla_urls",
)


def _connection(personas: Personas) -> dict[str, Any]:
    row, _ = Connection.objects.get_or_create(team=personas.team, key="erp", defaults={"name": "ERP"})
    ConnectionEnvironment.objects.get_or_create(connection=row, name="live")
    return {"team": personas.team.slug, "key": row.key}


def _environment(personas: Personas) -> dict[str, Any]:
    address = _connection(personas)
    row = Connection.objects.get(team=personas.team, key=address["key"])
    ConnectionEnvironment.objects.get_or_create(connection=row, name="staging")
    return {**address, "environment": "staging"}


def _table(personas: Personas) -> dict[str, Any]:
    DecisionTable.objects.get_or_create(
        key="triage",
        defaults={"name": "Triage", "team": personas.team, "document": EMPTY_TABLE, "changed_at": timezone.now()},
    )
    return {"key": "triage"}


def _flow(personas: Personas) -> dict[str, Any]:
    Flow.objects.get_or_create(key="drawn", defaults={"name": "Drawn", "team": personas.team})
    return {"key": "drawn"}


def _drawn_step(personas: Personas) -> dict[str, Any]:
    return {**_flow(personas), "step": "nowhere"}


def _drawn_field(personas: Personas) -> dict[str, Any]:
    return {**_flow(personas), "field": "name"}


def _new_secret(personas: Personas) -> dict[str, Any]:
    return {**_flow(personas), "what": "secret"}


def _flow_step(personas: Personas) -> dict[str, Any]:
    return {**_flow(personas), "step": "ask"}


def _no_approval(personas: Personas) -> dict[str, Any]:
    return {"approval_id": uuid.UUID(int=0)}


def _no_task(personas: Personas) -> dict[str, Any]:
    return {"task_id": uuid.UUID(int=0)}


def _no_case(personas: Personas) -> dict[str, Any]:
    return {"number": "C-2026-999999"}


def _policy(personas: Personas) -> dict[str, Any]:
    named = {"name": "Office", "subject": "task", "budget": "P1D", "criteria": "office", "changed_at": timezone.now()}
    SlaPolicy.objects.get_or_create(key="office", defaults={**named, "team": personas.team})
    return {"key": "office"}


def _no_clock(personas: Personas) -> dict[str, Any]:
    return {"clock_id": uuid.UUID(int=0)}


def _no_file(personas: Personas) -> dict[str, Any]:
    return {"file_id": uuid.UUID(int=0)}


def _no_substitution(personas: Personas) -> dict[str, Any]:
    return {"substitution_id": uuid.UUID(int=0)}


def _no_alert(personas: Personas) -> dict[str, Any]:
    return {"alert_id": uuid.UUID(int=0)}


EMPTY_TABLE = {"table": "triage", "name": "Triage", "inputs": [], "outputs": [], "rows": []}
ONE_CONNECTION: dict[str, Any] = {"action": Action.CONNECTION_MANAGE, "is_scoped": True, "kwargs": _connection}
ONE_ENVIRONMENT: dict[str, Any] = {**ONE_CONNECTION, "kwargs": _environment}
ONE_TABLE: dict[str, Any] = {"is_scoped": True, "kwargs": _table}
ONE_DRAFT: dict[str, Any] = {"action": Action.FLOW_DRAFT, "is_scoped": True, "kwargs": _flow}
ONE_POLICY: dict[str, Any] = {"action": Action.SLA_MANAGE, "is_scoped": True, "kwargs": _policy}
EVERYBODY: dict[str, Any] = {"action": Action.TOKEN_OWN}  # what they see there is tried beside each view

ROUTES: tuple[Route, ...] = (
    *PEOPLE_ROUTES,
    Route(name="substitutes", verbs={"get": 200, "post": 400}, **EVERYBODY),
    Route(name="substitute_end", verbs={"post": 404}, kwargs=_no_substitution, **EVERYBODY),
    Route(name="api_substitutes", verbs={"get": 200, "post": 415}, action=None, is_machine=True),
    Route(name="api_substitute_end", verbs={"post": 415}, kwargs=_no_substitution, action=None, is_machine=True),
    Route(name="sla_policies", verbs={"get": 200}, action=Action.SLA_MANAGE),
    Route(name="sla_policy_add", verbs={"get": 200, "post": 400}, action=Action.SLA_MANAGE),
    Route(name="sla_policy", verbs={"get": 200, "post": 400}, **ONE_POLICY),
    Route(name="sla_policy_remove", verbs={"post": 302}, **ONE_POLICY),
    Route(name="sla_clock", verbs={"get": 404}, kwargs=_no_clock, **EVERYBODY),
    Route(name="sla_clock_due", verbs={"post": 404}, kwargs=_no_clock, **EVERYBODY),
    Route(name="reports", verbs={"get": 200}, action=Action.CASE_READ),
    Route(name="report_csv", verbs={"get": 200}, action=Action.CASE_EXPORT, kwargs=lambda personas: {"what": "steps"}),
    Route(name="workload", verbs={"get": 200}, action=Action.TASK_REASSIGN),
    Route(name="sla_report", verbs={"get": 200}, action=Action.CASE_READ),
    Route(name="sla_report_csv", verbs={"get": 200}, action=Action.CASE_EXPORT),
    Route(name="api_sla_policies", verbs={"get": 200, "post": 415}, action=Action.SLA_MANAGE, is_machine=True),
    Route(name="api_sla_policy", verbs={"get": 200, "put": 415, "delete": 204}, is_machine=True, **ONE_POLICY),
    Route(name="api_rights_report", verbs={"get": 200}, action=Action.EVENT_READ, is_machine=True),
    Route(name="api_sla_recounts", verbs={"get": 200}, action=Action.SLA_MANAGE, is_machine=True),
    Route(name="api_task_clock", verbs={"get": 404}, kwargs=_no_task, is_machine=True, **EVERYBODY),
    Route(name="api_task_due", verbs={"post": 404}, kwargs=_no_task, is_machine=True, **EVERYBODY),
    Route(name="api_case_clock", verbs={"get": 404}, kwargs=_no_case, is_machine=True, **EVERYBODY),
    Route(name="rights_report", verbs={"get": 200}, action=Action.EVENT_READ),
    Route(name="rights_report_export", verbs={"post": 200}, action=Action.EVENT_EXPORT),
    Route(name="tokens", verbs={"get": 200, "post": 400}, action=Action.TOKEN_OWN),
    Route(name="token_revoke", verbs={"post": 404}, kwargs=lambda personas: {"token_id": 0}, action=Action.TOKEN_OWN),
    Route(name="api_me", verbs={"get": 200}, action=None, is_machine=True),
    Route(name="designer_kinds", verbs={"get": 200}, action=Action.FLOW_DRAFT),
    Route(name="draft_state", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_edits", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_undo", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_redo", verbs={"post": 400}, **ONE_DRAFT),
    Route(
        name="draft_step",
        verbs={"get": 404, "post": 404},
        action=Action.FLOW_DRAFT,
        is_scoped=True,
        kwargs=_drawn_step,
    ),
    Route(
        name="draft_step_field",
        verbs={"get": 404},
        action=Action.FLOW_DRAFT,
        is_scoped=True,
        kwargs=lambda personas: {**_drawn_step(personas), "field": "name"},
    ),
    Route(name="draft_curl", verbs={"post": 404}, action=Action.FLOW_DRAFT, is_scoped=True, kwargs=_drawn_step),
    Route(name="draft_trigger", verbs={"get": 200, "post": 404}, **ONE_DRAFT),
    Route(
        name="draft_trigger_field",
        verbs={"get": 404},
        action=Action.FLOW_DRAFT,
        is_scoped=True,
        kwargs=_drawn_field,
    ),
    Route(name="draft_settings", verbs={"get": 200, "post": 404}, **ONE_DRAFT),
    Route(
        name="draft_settings_field",
        verbs={"get": 200},
        action=Action.FLOW_DRAFT,
        is_scoped=True,
        kwargs=_drawn_field,
    ),
    Route(
        name="draft_new",
        verbs={"get": 200, "post": 400},
        action=Action.SECRET_SET,
        is_scoped=True,
        kwargs=_new_secret,
    ),
    Route(name="draft_people", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_pulse", verbs={"get": 200}, action=Action.FLOW_READ, is_scoped=True, kwargs=_flow),
    Route(name="draft_try", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_try_begin", verbs={"post": 200}, body=lambda personas: {"reach": "all"}, **ONE_DRAFT),
    Route(name="draft_try_answer", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_try_step", verbs={"get": 200}, **{**ONE_DRAFT, "kwargs": _flow_step}),
    Route(name="draft_try_clear", verbs={"post": 200}, **ONE_DRAFT),
    Route(name="draft_try_pin", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_try_real", verbs={"get": 200, "post": 400}, **ONE_DRAFT),
    Route(name="draft_tests", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_tests_keep", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_tests_take", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_tests_drop", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_data", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_sample", verbs={"post": 200}, **ONE_DRAFT),
    Route(
        name="draft_step_sample",
        verbs={"post": 200},
        action=Action.FLOW_DRAFT,
        is_scoped=True,
        kwargs=_drawn_step,
    ),
    Route(name="draft_listening", verbs={"post": 302}, **ONE_DRAFT),
    Route(name="draft_picker", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_completions", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_mapping", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_expression", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_outline", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_problems", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_text", verbs={"get": 200}, **ONE_DRAFT),
    Route(name="draft_text_check", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="draft_text_forget", verbs={"post": 200}, **ONE_DRAFT),
    Route(name="draft_text_fragment", verbs={"post": 400}, **ONE_DRAFT),
    Route(name="connections", verbs={"get": 200}, action=Action.CONNECTION_READ),
    Route(name="connection_add", verbs={"get": 200, "post": 400}, action=Action.CONNECTION_MANAGE),
    Route(name="webhook_secret", verbs={"post": 400}, action=Action.SECRET_SET),
    Route(name="connection", verbs={"get": 200, "post": 400}, **ONE_CONNECTION),
    Route(name="connection_secret", verbs={"post": 400}, **ONE_CONNECTION),
    Route(name="connection_remove", verbs={"post": 302}, **ONE_CONNECTION),
    Route(name="connection_test", verbs={"post": 400}, **ONE_CONNECTION),
    Route(name="connection_approve", verbs={"post": 302}, **ONE_CONNECTION),
    Route(name="connection_environments", verbs={"get": 200, "post": 400}, **ONE_CONNECTION),
    Route(name="connection_environment_rename", verbs={"post": 400}, **ONE_ENVIRONMENT),
    Route(name="connection_environment_remove", verbs={"post": 302}, **ONE_ENVIRONMENT),
    Route(name="connection_approved", verbs={"get": 302}, action=Action.CONNECTION_MANAGE),
    Route(name="connection_curl", verbs={"get": 200, "post": 400}, action=Action.FLOW_READ),
    Route(name="tables", verbs={"get": 200}, action=Action.TABLE_READ),
    Route(name="table_add", verbs={"get": 200, "post": 400}, action=Action.TABLE_DRAFT),
    Route(name="table", verbs={"get": 200}, action=Action.TABLE_READ, **ONE_TABLE),
    Route(name="table_versions", verbs={"get": 200}, action=Action.TABLE_READ, **ONE_TABLE),
    Route(name="table_csv", verbs={"get": 200}, action=Action.TABLE_READ, **ONE_TABLE),
    Route(name="table_publish", verbs={"post": 409}, action=Action.TABLE_PUBLISH, **ONE_TABLE),
    Route(name="table_check", verbs={"post": 400}, action=Action.TABLE_DRAFT, **ONE_TABLE),
    Route(name="table_draft", verbs={"post": 400}, action=Action.TABLE_DRAFT, **ONE_TABLE),
    Route(name="table_try", verbs={"post": 400}, action=Action.TABLE_DRAFT, **ONE_TABLE),
    Route(name="table_read_csv", verbs={"post": 400}, action=Action.TABLE_DRAFT, **ONE_TABLE),
    Route(name="home", verbs={"get": 200}, **EVERYBODY),
    Route(name="inbox_view_save", verbs={"post": 302}, **EVERYBODY),
    Route(name="inbox_view_remove", verbs={"post": 404}, kwargs=lambda personas: {"view_id": 0}, **EVERYBODY),
    Route(name="task_why", verbs={"get": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="task_watch", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="case_why", verbs={"get": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_watch", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_confidential", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="inbox_bulk", verbs={"post": 400}, **EVERYBODY),
    Route(name="inbox", verbs={"get": 200}, **EVERYBODY),
    Route(name="task", verbs={"get": 404, "post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="task_news", verbs={"get": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="task_claim", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="task_release", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    *(
        Route(name=f"task_{what}", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY)
        for what in ("undo", "hand_on", "give_back", "comment", "draft", "mark", "ask", "reopen", "invite")
    ),
    Route(
        name="task_question_withdraw",
        verbs={"post": 404},
        kwargs=lambda personas: {**_no_task(personas), "request_id": uuid.UUID(int=0)},
        **EVERYBODY,
    ),
    Route(
        name="task_revoke_guest",
        verbs={"post": 404},
        kwargs=lambda personas: {**_no_task(personas), "pass_id": uuid.UUID(int=0)},
        **EVERYBODY,
    ),
    Route(name="task_attach", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="case_attach", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="approval", verbs={"get": 404}, kwargs=_no_approval, **EVERYBODY),
    Route(name="approval_amount", verbs={"post": 404}, kwargs=_no_approval, **EVERYBODY),
    Route(name="approval_approvers", verbs={"post": 404}, kwargs=_no_approval, **EVERYBODY),
    Route(name="approval_withdraw", verbs={"post": 404}, kwargs=_no_approval, **EVERYBODY),
    Route(name="approval_evidence", verbs={"post": 404}, kwargs=_no_approval, **EVERYBODY),
    Route(name="task_evidence", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="case_evidence", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="task_reveal", verbs={"post": 404}, kwargs=_no_task, **EVERYBODY),
    Route(name="case_reveal", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="cases", verbs={"get": 200}, **EVERYBODY),
    *CASE_ROUTES,
    *CALENDAR_ROUTES,
    Route(name="case", verbs={"get": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_news", verbs={"get": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="case_priority", verbs={"post": 404}, kwargs=_no_case, **EVERYBODY),
    Route(name="file", verbs={"get": 404}, kwargs=_no_file, **EVERYBODY),
    Route(name="file_preview", verbs={"get": 404}, kwargs=_no_file, **EVERYBODY),
    Route(name="file_inline", verbs={"get": 404}, kwargs=_no_file, **EVERYBODY),
    Route(name="alerts", verbs={"get": 200}, **EVERYBODY),
    Route(name="alerts_newest", verbs={"get": 200}, **EVERYBODY),
    Route(name="alerts_read", verbs={"post": 302}, **EVERYBODY),
    Route(name="alert", verbs={"get": 404}, kwargs=_no_alert, **EVERYBODY),
    Route(name="alert_read", verbs={"post": 404}, kwargs=_no_alert, **EVERYBODY),
    Route(name="alert_acknowledge", verbs={"post": 404}, kwargs=_no_alert, **EVERYBODY),
    Route(name="api_alerts", verbs={"get": 200}, action=None, is_machine=True),
    Route(name="api_alerts_read", verbs={"post": 415}, action=None, is_machine=True),
    Route(name="api_alert", verbs={"get": 404}, kwargs=_no_alert, action=None, is_machine=True),
    Route(name="api_alert_read", verbs={"post": 404}, kwargs=_no_alert, action=None, is_machine=True),
    Route(name="api_alert_acknowledge", verbs={"post": 404}, kwargs=_no_alert, action=None, is_machine=True),
    Route(name="api_files", verbs={"post": 400}, action=None, is_machine=True),
    Route(name="api_file", verbs={"get": 404}, kwargs=_no_file, action=None, is_machine=True),
    Route(name="api_file_content", verbs={"get": 404}, kwargs=_no_file, action=None, is_machine=True),
    Route(name="api_schema", verbs={"get": 200}, action=None, is_machine=True),
    Route(name="api_docs", verbs={"get": 200}, action=None, is_machine=True),
    Route(name="api_unknown", verbs={"get": 404, "post": 404}, action=None, is_machine=True),
)


def find_unlisted() -> list[str]:
    """Names of addresses in the covered modules that ``ROUTES`` does not have; one without a name is a fault too."""
    listed = {route.name for route in ROUTES}
    found = (pattern for module in COVERED for pattern in walk(import_module(module).urlpatterns))
    return [str(pattern.name or pattern.pattern) for pattern in found if pattern.name not in listed]


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Every address beneath."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern
