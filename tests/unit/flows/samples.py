"""Definitions and shapes that several tests of the definition use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.connectors.cases import specs as cases
from flows.connectors.http.spec import HTTP_REQUEST_SPEC
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, RetryPolicy, Step, TriggerDefinition
from flows.kinds import choose, for_each, join, parallel, set_fields, stop, validate, wait, wait_for
from flows.registry import trigger_specs

KINDS: Mapping[str, KindSpec] = {
    spec.key: spec
    for spec in (
        set_fields.SET.spec, choose.CHOOSE.spec, validate.VALIDATE.spec, parallel.PARALLEL.spec, join.JOIN.spec,
        wait.WAIT.spec, wait_for.WAIT_FOR.spec, for_each.FOR_EACH.spec, stop.STOP.spec,
        HTTP_REQUEST_SPEC, cases.CASE_OPEN_SPEC, cases.CASE_UPDATE_SPEC,
        cases.CASE_CLOSE_SPEC, cases.TASK_ASSIGN_SPEC, cases.TASK_APPROVE_SPEC,
    )
}  # fmt: skip

TRIGGERS = trigger_specs()

APPROVAL = """\
format: 1
flow: content-approval
name: Content approval round trip
team: marketing
trigger:
  kind: webhook                        # or schedule, manual, form, event, email, poll
  path: content-approval               # POST /hooks/content-approval
  auth: {kind: standard_webhooks, secret: demo-content}   # the name of a stored secret of the team
  schema: {type: object, required: [request_id, title, callback_url]}
  dedupe: "= body.request_id"
  business_key: "= body.request_id"
requested_by: "= body.requested_by"    # e-mail or user name; optional
steps:
  open_case:
    kind: case.open
    with: {type: content-approval, title: "= 'Approve: ' & trigger.body.title", priority: high}
    next: review
  review:
    kind: task.approve
    with:
      title: "= trigger.body.title"
      show:
        - {label: Asset, value: "= trigger.body.asset_url", as: link}
        - {label: Version, value: "= trigger.body.version", as: text}
      approvers: [team:legal, team:brand]
      rule: all
      due_in: P2D
    on: {approved: reply, rejected: reply}
  reply:
    kind: http.request
    with: {method: POST, url: "= trigger.body.callback_url", repeat: safe,
           json: {decision: "= steps.review.outcome", comments: "= steps.review.comments"}}
    retry: {max_attempts: 5, first_delay_s: 1, factor: 2, max_delay_s: 300}
    next: close
  close: {kind: case.close, with: {status: "= steps.review.outcome"}}
"""


def make_step(key: str, kind: str = "set", **fields: Any) -> Step:
    """A step that is valid as it stands unless ``fields`` say otherwise."""
    settings = fields.pop("settings", {"x": 1} if kind == "set" else {})
    return Step(key=key, kind=kind, settings=settings, **fields)


def make_flow(*steps: Step, **fields: Any) -> FlowDefinition:
    """A flow of these steps, the first one its start."""
    values: dict[str, Any] = {
        "key": "sample",
        "name": "Sample",
        "team": "operations",
        "start": steps[0].key,
        "steps": {step.key: step for step in steps},
        "trigger": TriggerDefinition(kind="webhook", settings={"path": "sample", "auth": {"kind": "none"}}),
    }
    return FlowDefinition(**{**values, **fields})


def make_retry(**fields: Any) -> RetryPolicy:
    """A retry rule."""
    return RetryPolicy(**fields)
