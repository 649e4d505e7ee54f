"""Listening flows for tests, and calls to them as a partner would make them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from flows.definition.flow_file import parse_flow_file
from flows.models import FlowVersion
from flows.operations.intake import forget_listeners
from flows.operations.publishing.triggers import put_trigger_live_in
from integrator.events.actors import SYSTEM
from integrator.lib.signing import sign_standard_webhook
from integrator.people.models import Team
from integrator.secrets.store import set_secret
from tests.support.flows import make_team, make_version

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FLOW = """\
format: 1
flow: {key}
name: Orders
team: marketing
trigger:
  kind: webhook
  path: {path}
{settings}
{more}
steps:
  open_case:
    kind: case.open
    with: {{type: order, title: "Order"}}
    next: pause
  pause: {{kind: wait, with: {{for: PT1H}}}}
"""
SIGNED = '  auth: {kind: standard_webhooks, secret: partner}\n  dedupe: "= body.id"\n  business_key: "= body.id"'


def listen(settings: str = "  auth: {kind: none}", *, path: str = "orders", more: str = "") -> FlowVersion:
    """Publish a flow that opens a case at ``/hooks/{path}``; ``settings`` are further lines of its trigger."""
    return listen_to(FLOW.format(key=path, path=path, settings=settings, more=more))


def listen_to(text: str) -> FlowVersion:
    """Publish this flow file with its trigger."""
    version = make_version(text)
    with transaction.atomic():
        put_trigger_live_in(version.flow, parse_flow_file(text), now=datetime.now(UTC))
    forget_listeners()
    return version


def store_secret(value: str = SECRET, *, name: str = "partner", keep_old_s: float | None = None) -> Team:
    """Set a secret of the team that owns the flows."""
    team = make_team()
    set_secret(team=team, name=name, value=value, actor=SYSTEM, keep_old_s=keep_old_s)
    return team


def post(path: str = "orders", body: Any = None, *, client: Client | None = None, **more: Any) -> HttpResponse:
    """Post JSON (bytes as they are) to the hook; ``headers`` and ``content_type`` as the test client takes them."""
    data = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    more.setdefault("content_type", "application/json")
    return (client or Client()).post(f"/hooks/{path}", data=data, **more)  # type: ignore[return-value]


def sign(body: bytes, *, message_id: str = "msg_1", secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    return sign_standard_webhook(secret, message_id, at or datetime.now(UTC), body)
