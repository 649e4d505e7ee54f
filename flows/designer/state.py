"""The state of a draft as JSON: the document, what the canvas draws of each step, problems, people. It changes nothing.

The shape is the one that the pages and the canvas read; see ``docs/frontend.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.definition.flow_file import file_data
from flows.definition.graph import reachable_steps
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import FlowDefinition, Step
from flows.definition.outline import outline_trigger
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.words import say_port
from flows.designer.finding_words import say_all
from flows.models import Flow
from flows.queries.drafts import DesignerDraft, Present, list_present
from flows.queries.named_people import with_people_named
from flows.registry import kind_specs, trigger_specs
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action, can

DOING = {
    "canvas": "on the canvas",
    "outline": "in the outline",
    "text": "in the text",
    "publish": "about to publish",
    "reading": "reading",
}


def tell_state(shown: DesignerDraft, person: Person, *, now: datetime) -> dict[str, Any]:
    """The whole state for one reader; queries for who is there and for the live version's publisher."""
    flow, draft = shown.flow, shown.draft
    return {
        "flow": {"key": flow.key, "name": shown.definition.name, "team": flow.team.slug},
        "draft": draft.pk or 0,
        "revision": shown.revision,
        "saved_at": to_rfc3339(draft.updated_at) if shown.is_stored else None,
        "document": {"steps": {}, **file_data(shown.definition)},
        **tell_nodes(with_people_named(shown.definition)),
        "problems": [
            tell_problem(one) for one in say_all(shown.findings, shown.definition, kind_specs(), trigger_specs())
        ],
        "undo": shown.undo_label,
        "redo": shown.redo_label,
        "may": {
            "edit": flow.archived_at is None and can(person, Action.FLOW_DRAFT, flow.team_id),
            "publish": flow.archived_at is None and shown.may_publish,
        },
        "live": tell_live(flow),
        "base_version": draft.base_version.number if draft.base_version else None,
        "people": tell_people(list_present(flow, now=now), shown.definition, person),
    }


def tell_nodes(definition: FlowDefinition) -> dict[str, Any]:
    """``nodes`` and ``trigger``: what the views draw of each step."""
    kinds = kind_specs()
    scopes, reached = compute_scopes(definition, kinds), reachable_steps(definition)
    nodes = {
        key: _tell_node(step, kinds.get(step.kind), scopes, is_reachable=key in reached)
        for key, step in definition.steps.items()
    }
    return {"nodes": nodes, "trigger": _tell_trigger(definition)}


def tell_problem(finding: Finding) -> dict[str, Any]:
    """One finding; ``path`` leads to its place in the document, ``field`` is that path below the step in words."""
    told: dict[str, Any] = {
        "step": finding.step or ("trigger" if _path(finding)[:1] == ["trigger"] else None),
        "field": finding.field,
        "severity": finding.severity,
        "message": finding.message,
        "path": _path(finding),
        "code": finding.code,
    }
    fix = getattr(finding, "fix", None)
    return {**told, "fix": fix} if fix else told


def tell_live(flow: Flow) -> dict[str, Any] | None:
    """The live version, None before the first."""
    live = flow.live_version
    if live is None:
        return None
    return {
        "version": live.number,
        "published_at": to_rfc3339(live.published_at),
        "published_by": str(live.published_by) if live.published_by else None,
    }


def tell_people(present: Sequence[Present], definition: FlowDefinition | None, me: Person) -> list[dict[str, Any]]:
    """Who has the flow open, oneself too."""
    return [
        {
            "name": str(one.person),
            "initials": say_initials(str(one.person)),
            "doing": _say_doing(one, definition),
            "step": one.step or None,
            "is_me": one.person.pk == me.pk,
        }
        for one in present
    ]


def say_initials(name: str) -> str:
    """At most two letters."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def _tell_node(step: Step, spec: KindSpec | None, scopes: Scopes, *, is_reachable: bool) -> dict[str, Any]:
    exits = (*spec.exits(step), "error") if spec else ("next", "error")
    ports = tuple(dict.fromkeys((*exits[:-1], *(port for port in step.links if port != "error"), "error")))
    return {
        "title": step.title,
        "icon": spec.icon if spec else "help",
        "kind": step.kind,
        "kind_label": spec.label if spec else step.kind,
        "group": spec.group if spec else "logic",
        "text": spec.describe(step) if spec else f"Unknown kind '{step.kind}'",
        "exits": [{"port": port, "label": say_port(port)} for port in ports],
        "opens_scope": bool(spec and spec.opens_scope),
        "closes_scope": bool(spec and spec.closes_scope),
        "scope": list(scopes.openers_of(step.key)),
        "reachable": is_reachable,
    }


def _tell_trigger(definition: FlowDefinition) -> dict[str, Any] | None:
    line = outline_trigger(definition, trigger_specs())
    if line is None:
        return None
    return {
        "title": line.title,
        "icon": line.icon,
        "kind": line.kind,
        "kind_label": line.kind_label,
        "group": "trigger",
        "text": line.text,
        "exits": [{"port": "next", "label": "next"}],
        "opens_scope": False,
        "closes_scope": False,
        "scope": [],
        "reachable": True,
    }


def _path(finding: Finding) -> list[Any]:
    path: Mapping[str, Any] = finding.details
    return list(path.get("path", ()))


def _say_doing(present: Present, definition: FlowDefinition | None) -> str:
    words = DOING.get(present.page, f"in {present.page}")
    if present.step == "trigger":
        return f"{words}, at the start"
    step = definition.steps.get(present.step) if definition else None
    return f"{words}, at {step.title}" if step else words
