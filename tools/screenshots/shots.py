"""What is photographed: each page as a person for whom it matters. A path in braces names a place of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page as somebody sees it. ``person`` "" is somebody who is not signed in."""

    name: str
    person: str
    path: str


SEEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (("sign-in", "/accounts/login/"), ("status", "{status page}"), ("not-there", "/nowhere/")),
    "lee": (
        ("home", "/"),
        ("inbox", "/inbox/"),
        ("inbox-preview", "{preview}"),
        ("task", "{task}"),
        ("task-fresh", "{fresh task}"),
        ("task-asked", "{asked task}"),
        ("task-why", "{task}why/"),
        ("task-clock", "{clock}"),
        ("approval", "{approval}"),
        ("inbox-watched", "/inbox/?show=watched"),
        ("cases", "/cases/"),
        ("case", "{open case}"),
        ("case-closed", "{closed case}"),
        ("inbox-done", "/inbox/?show=done"),
        ("alerts", "/alerts/"),
        ("substitutes", "/settings/substitutes/"),
        ("sla-report", "/reports/sla/"),
        ("preferences", "/settings/me/"),
    ),
    "fin": (
        ("home", "/"),
        ("inbox", "/inbox/"),
        ("task-form", "{form task}"),
        ("task-library-form", "{library task}"),
        ("task-done", "{done task}"),
        ("substitutes", "/settings/substitutes/"),
    ),
    "ana": (
        ("home", "/"),
        ("inbox-empty", "/inbox/"),
        ("flows", "/flows/"),
        ("flow", "{flow}"),
        ("flow-canvas", "{flow}canvas/"),
        ("flow-versions", "{flow}versions/"),
        ("flow-version", "{flow}versions/1/"),
        ("flow-runs", "{flow}runs/"),
        ("flow-requests", "{flow}requests/"),
        ("designer-canvas", "{flow}draft/"),
        ("designer-canvas-step", "{flow}draft/?step=review"),
        ("designer-canvas-try", "{tried draft}?drawer=try"),
        ("designer-canvas-problems", "{draft}?drawer=problems"),
        ("designer-outline", "{flow}draft/outline/"),
        ("designer-outline-step", "{flow}draft/outline/?step=review"),
        ("designer-outline-data", "{flow}draft/outline/?step=reply&drawer=data"),
        ("designer-canvas-start", "{flow}draft/?step=trigger"),
        ("designer-text", "{flow}draft/text/"),
        ("designer-canvas-settings", "{flow}draft/?step=flow"),
        ("designer-blank", "{blank draft}"),
        ("designer-publish", "{flow}draft/publish/"),
        ("designer-merge", "{behind draft}merge/"),
        ("version-canvas", "{flow}versions/1/canvas/"),
        ("flow-back", "{flow}versions/1/restore/"),
        ("flow-publish", "{draft}publish/"),
        ("flow-settings", "{flow}settings/"),
        ("flow-copy", "{flow}clone/"),
        ("flow-new", "/flows/new/"),
        ("flow-import", "/flows/import/"),
        ("gallery", "/gallery/"),
        ("starter", "/gallery/collect-contributions/"),
        ("starter-tried", "/gallery/scheduled-pull/?try=1"),
        ("flow-paused", "/flows/product-feed/"),
        ("flow-by-hand", "{form flow}"),
        ("flow-start", "{start}"),
        ("flow-timed", "{timed flow}"),
        ("flow-polled", "{polled flow}"),
        ("connections", "/connections/"),
        ("connection", "/connections/of/operations/erp/"),
        ("connection-add", "/connections/add/"),
        ("connection-curl", "/connections/curl/"),
        ("tables", "/tables/"),
        ("table", "/tables/triage/"),
        ("forms", "/forms/"),
        ("form-builder", "{form}"),
        ("form-versions", "{form}versions/"),
        ("form-add", "/forms/add/"),
        ("run-stuck", "{stuck run}"),
        ("incident", "{incident}"),
        ("run-completed", "{completed run}"),
    ),
    "ops": (
        ("home", "/"),
        ("runs", "/runs/"),
        ("runs-failed", "/runs/?status=failed"),
        ("run-unbooked", "{unbooked run}"),
        ("run-canvas", "{unbooked run}canvas/"),
        ("run-outside", "{unbooked run}outside/"),
        ("run-events", "{unbooked run}events/"),
        ("run-failed", "{failed run}"),
        ("run-cancelled", "{cancelled run}"),
        ("run-timer", "{timer run}"),
        ("incidents", "/incidents/"),
        ("incident", "{unbooked incident}"),
        ("requests", "/requests/"),
        ("messages", "/messages/"),
        ("request-refused", "{refused request}"),
        ("request-accepted", "{accepted request}"),
        ("case", "{invoice case}"),
        ("cases", "/cases/?type=customer-dispute"),
        ("case-dispute", "{dispute}"),
        ("case-edit", "{dispute}edit/"),
        ("case-why", "{dispute}why/"),
        ("case-new", "/cases/new/"),
        ("case-new-dispute", "/cases/new/customer-dispute/"),
        ("connections", "/connections/"),
    ),
    "aud": (
        ("home", "/"),
        ("audit", "/audit/"),
        ("audit-decisions", "/audit/?name=task.decided"),
        ("audit-samples", "/audit/samples/"),
        ("audit-sample", "{sample}"),
        ("rights-report", "/audit/rights/"),
        ("sla-report", "/reports/sla/"),
        ("run-waiting", "{waiting run}"),
        ("request-repeated", "{repeated request}"),
    ),
    "admin": (
        ("home", "/"),
        ("people", "/settings/people/"),
        ("person", "/settings/people/of/ana/"),
        ("person-add", "/settings/people/add/"),
        ("teams", "/settings/teams/"),
        ("team", "/settings/teams/of/legal/"),
        ("team-add", "/settings/teams/add/"),
        ("case-types", "/settings/case-types/"),
        ("case-type", "/settings/case-types/of/customer-dispute/"),
        ("sla-policies", "/settings/sla/"),
        ("sla-policy", "/settings/sla/of/high-priority-cases/"),
        ("tokens", "/settings/tokens/"),
        ("request-unknown", "{unknown request}"),
        ("api-docs", "/api/docs/"),
        ("password", "/accounts/password/change/"),
        ("second-factor", "/accounts/2fa/"),
        ("admin", "/admin/"),
    ),
}  # fmt: skip


def list_shots(places: Mapping[str, str]) -> list[Shot]:
    """Every shot with its real path, by person. Raises KeyError for a place that the world has not."""
    return [
        Shot(name=f"{person or 'anybody'}-{name}", person=person, path=path.format_map(places))
        for person, rows in SEEN.items()
        for name, path in rows
    ]
