"""Every read of flows, runs, incidents and stored requests. Visibility is applied here, never remembered by a view."""

from flows.queries.causes import Cause, Causes, group_open_incidents
from flows.queries.flows import get_draft, get_flow_for, get_live_definition, get_version, list_flows, list_versions
from flows.queries.incidents import count_open_incidents, get_incident_for, list_incidents, list_open_incidents
from flows.queries.lateness import LateThing, list_late
from flows.queries.loops import LoopProgress, describe_results, get_open_loops, list_loop_results
from flows.queries.pulse import get_last_sequence, get_run_revision, list_asked, list_children
from flows.queries.requests import (
    count_requests,
    get_request_for,
    get_request_of_run,
    list_requests,
    list_same_reason,
)
from flows.queries.runs import RUN_STATUSES, get_run_for, list_runs
from flows.queries.shapes import (
    describe_flow,
    describe_incident,
    describe_run,
    describe_runs,
    describe_version,
    describe_visit,
)
from flows.queries.visits import EffectView, VisitFilter, VisitView, list_loop_visits, list_visits, view_visits
from flows.queries.waiting import describe_waiting, list_open_incident_ids

__all__ = [
    "RUN_STATUSES",
    "Cause",
    "Causes",
    "EffectView",
    "LateThing",
    "LoopProgress",
    "VisitFilter",
    "VisitView",
    "count_open_incidents",
    "count_requests",
    "describe_flow",
    "describe_incident",
    "describe_results",
    "describe_run",
    "describe_runs",
    "describe_version",
    "describe_visit",
    "describe_waiting",
    "get_draft",
    "get_flow_for",
    "get_incident_for",
    "get_last_sequence",
    "get_live_definition",
    "get_open_loops",
    "get_request_for",
    "get_request_of_run",
    "get_run_for",
    "get_run_revision",
    "get_version",
    "group_open_incidents",
    "list_asked",
    "list_children",
    "list_flows",
    "list_incidents",
    "list_late",
    "list_loop_results",
    "list_loop_visits",
    "list_open_incident_ids",
    "list_open_incidents",
    "list_requests",
    "list_runs",
    "list_same_reason",
    "list_versions",
    "list_visits",
    "view_visits",
]
