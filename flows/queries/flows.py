"""Flows, versions and drafts as one person may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.errors import NotFound
from flows.models import Draft, Flow, FlowTag, FlowVersion, Incident, Run
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

FLOW_STATES = ("live", "draft", "paused", "archived")


def flows_visible_to(person: Person, action: Action = Action.FLOW_READ) -> QuerySet[Flow]:
    """The flows of the teams in which the person may do ``action``."""
    return limit_to_teams(Flow.objects.all(), team_ids_where(person, action))


def list_flows(person: Person, *, team: str = "", q: str = "", tag: str = "", state: str = "") -> QuerySet[Flow]:
    """This will give the flows by name, each with what a list shows of it; one query. Page with ``("name", "id")``.

    Beside team, live version and trigger a row has ``last_run_id``, ``last_status``, ``last_started_at`` (None without
    a run) and ``open_incidents``. ``q`` is part of the name or key; ``state`` one of ``FLOW_STATES``. Archived flows
    show only when asked for.
    """
    flows = _in_state(flows_visible_to(person), state)
    if tag:
        flows = flows.filter(Exists(FlowTag.objects.filter(flow=OuterRef("pk"), name=tag)))
    if team:
        flows = flows.filter(team__slug=team)
    if q.strip():
        flows = flows.filter(Q(name__icontains=q.strip()) | Q(key__icontains=q.strip()))
    last = Run.objects.filter(flow=OuterRef("pk")).order_by("-started_at", "-id")
    flows = flows.annotate(
        last_run_id=Subquery(last.values("id")[:1]),
        last_status=Subquery(last.values("status")[:1]),
        last_started_at=Subquery(last.values("started_at")[:1]),
        open_incidents=Coalesce(Subquery(_count_incidents(), output_field=IntegerField()), 0),
    )
    return _with_parts(flows).order_by("name", "id")


def get_flow_for(person: Person, key: str) -> Flow:
    """This will give the flow with team, live version and trigger. Raises NotFound, for strangers too."""
    flow = _with_parts(flows_visible_to(person)).filter(key=key).first()
    if flow is None:
        raise NotFound("flow")
    return flow


def list_versions(flow: Flow) -> QuerySet[FlowVersion]:
    """This will give the published versions without their documents, newest first; page with ``("-number",)``."""
    return flow.versions.select_related("published_by").defer("document").order_by("-number", "-id")


def get_version(flow: Flow, number: int) -> FlowVersion:
    """This will give one published version. Raises NotFound."""
    version = flow.versions.select_related("published_by").filter(number=number).first()
    if version is None:
        raise NotFound("version")
    return version


def get_live_definition(flow: Flow) -> FlowDefinition | None:
    """This will give what the flow does now; None when nothing is published yet. One query."""
    if flow.live_version_id is None:
        return None
    return definition_from_data(FlowVersion.objects.only("document").get(pk=flow.live_version_id).document)


def get_draft(flow: Flow, author: Person | None) -> Draft | None:
    """This will give the draft of this author (None: of the command line); None without one."""
    return Draft.objects.filter(flow=flow, author=author).select_related("base_version", "author").first()


def _in_state(flows: QuerySet[Flow], state: str) -> QuerySet[Flow]:
    if state == "archived":
        return flows.filter(archived_at__isnull=False)
    flows = flows.filter(archived_at__isnull=True)
    if state == "draft":
        return flows.filter(live_version__isnull=True)
    if state in {"live", "paused"}:
        return flows.filter(live_version__isnull=False, paused_at__isnull=state == "live")
    return flows


def _count_incidents() -> QuerySet[Incident, Any]:
    rows = Incident.objects.filter(
        team_id=OuterRef("team_id"), run__flow=OuterRef("pk"), closed_at__isnull=True, answer=""
    )
    return rows.order_by().values("run__flow").annotate(total=Count("id")).values("total")


def _with_parts(flows: QuerySet[Flow]) -> QuerySet[Flow]:
    return flows.select_related("team", "live_version__published_by", "trigger").defer("live_version__document")
