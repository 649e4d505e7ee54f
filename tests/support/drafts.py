"""Drafts for tests: a live flow of three steps, people who may change it, and edits of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.models import FlowVersion
from flows.operations.drafts import Edit, EditResult, apply_edit
from integrator.events.models import Event
from integrator.people.models import Person
from tests.support.flows import make_version

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHAIN = """\
format: 1
flow: chain
name: Chain
team: marketing
trigger: {kind: webhook, path: chain, auth: {kind: none}}
steps:
  ask:
    kind: task.approve
    with: {title: "= trigger.body.title", approvers: [team:legal], rule: all}
    on: {approved: tell, rejected: tell}
  tell:
    kind: set
    with: {words: "= steps.ask.outcome"}
    next: done
  done: {kind: stop, with: {output: "= steps.tell.words"}}
"""


def make_live(text: str = CHAIN) -> FlowVersion:
    """The flow, published."""
    return make_version(text)


def make_edit(*ops: dict[str, Any], base: int = 0, **more: Any) -> Edit:
    """An edit with an id of its own."""
    return Edit(id=more.pop("id", None) or uuid.uuid4(), base=base, ops=ops, **more)


def edit_draft(
    person: Person, *ops: dict[str, Any], base: int = 0, after_s: float = 0, key: str = "chain", **more: Any
) -> EditResult:
    """Apply one edit, so many seconds after noon."""
    now = NOON + timedelta(seconds=after_s)
    return apply_edit(key=key, person=person, edit=make_edit(*ops, base=base, **more), now=now)


def set_op(step: str, name: str, value: Any) -> dict[str, Any]:
    """The operation that sets one setting of a step."""
    return {"op": "set", "target": f"steps/{step}", "path": ["with", name], "value": value}


def add_op(key: str, after: str = "", port: str = "next", kind: str = "set") -> dict[str, Any]:
    """The operation that adds a step."""
    where = {"after": {"step": after, "port": port}} if after else {}
    return {"op": "add_step", "key": key, "kind": kind, "with": {"x": 1}, **where}


def names_of_events() -> list[str]:
    """The events about flows, oldest first."""
    return list(Event.objects.filter(subject_type="flow").order_by("id").values_list("name", flat=True))
