"""Examples of what steps and triggers give, for kinds to name in their specs. Pure; none of them is ever recorded."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.kind import ExampleCall
from flows.definition.model import JSON
from flows.definition.sampling.samples import SAMPLE_CASE, SAMPLE_TIME
from flows.definition.sampling.schema import make_sample

_MAIL: Mapping[str, JSON] = {
    "message_id": "<1@mail.example.org>",
    "from": "ana@example.org",
    "from_name": "Ana",
    "to": ["office@example.org"],
    "cc": [],
    "reply_to": ["ana@example.org"],
    "subject": "An example",
    "case_number": None,
    "date": SAMPLE_TIME,
    "in_reply_to": None,
    "references": [],
    "automatic": "",
    "headers": {},
    "text": "Good morning",
    "html": "",
    "attachments": [],
}


def give_settings(call: ExampleCall) -> JSON:
    """The settings themselves, as ``set`` does."""
    return dict(call.settings)


def give_value(call: ExampleCall) -> JSON:
    """The setting ``value``."""
    return call.settings.get("value")


def give_first_exit(call: ExampleCall) -> JSON:
    """``{port}``: the first one that is linked."""
    return {"port": next(iter(call.step.links), None)}


def give_message(call: ExampleCall) -> JSON:
    """A message with the awaited name and key."""
    return {"name": call.settings.get("message"), "key": call.settings.get("key"), "data": {}}


def give_answered(call: ExampleCall) -> JSON:
    """What the caller was told."""
    return {"status": call.settings.get("status") or 200, "json": call.settings.get("json")}


def give_http(call: ExampleCall) -> JSON:
    """An answer without a body that could be guessed."""
    return {"status": 200, "headers": {"content_type": "application/json"}, "body": {}}


def give_case(call: ExampleCall) -> JSON:
    """The case with what the step says of it."""
    case: dict[str, JSON] = {**SAMPLE_CASE, **(call.case or {})}
    for name in ("type", "title", "priority", "team", "status"):
        if isinstance(call.settings.get(name), str):
            case[name] = call.settings[name]
    data = call.settings.get("data")
    if isinstance(data, Mapping):
        case["data"] = {**case["data"], **data}
    return case


def give_task(call: ExampleCall) -> JSON:
    """The first outcome, with the form filled in."""
    outcomes = call.settings.get("outcomes")
    outcome = outcomes[0] if isinstance(outcomes, list) and outcomes else "done"
    data = make_sample(call.step.settings.get("form")) or {}
    return {"outcome": outcome, "data": data, "comment": "Looks right", "by": "ana"}


def give_approval(call: ExampleCall) -> JSON:
    """One approval."""
    decision = {"by": "lee", "comment": "Looks right", "at": SAMPLE_TIME}
    decided = {"approver": "team:legal", "for": None, "outcome": "approved", **decision}
    return {"outcome": "approved", "comments": [decision], "decisions": [decided]}


def give_alert(call: ExampleCall) -> JSON:
    """The alert's id, and how many people got it."""
    return {"alert": "0198c0de-0000-7000-8000-000000000001", "people": 1}


def give_mail(settings: Mapping[str, JSON]) -> JSON:
    """A message as the trigger ``email`` hands it over."""
    return dict(_MAIL)


def give_event(settings: Mapping[str, JSON]) -> JSON:
    """An event of the log as the trigger ``event`` hands it over."""
    name = str(settings.get("event") or "case.closed").replace("*", "closed")
    kind = name.partition(".")[0]
    return {
        "id": 1,
        "name": name,
        "at": SAMPLE_TIME,
        "actor": "person:1",
        "subject": {"type": kind, "id": "C-2026-000123"},
        "data": {},
        "changes": {},
        "team": "example",
    }


def give_planned(settings: Mapping[str, JSON]) -> JSON:
    """A due time with the ``input`` of the schedule."""
    given = settings.get("input")
    return {**(given if isinstance(given, Mapping) else {}), "planned_at": SAMPLE_TIME}
