"""The events about SLA clocks and policies, a part of the literal list in ``catalogue_entries.py``."""

from __future__ import annotations

from typing import Any

from integrator.events.trigger_entries import Entry

_FIELDS = "what:text title:text task:text case:text priority:text due_at:text budget_s:integer"
_SAMPLE: dict[str, Any] = {
    "what": "task",
    "title": "Check the invoice",
    "task": "0198c",
    "case": "C-2026-000123",
    "priority": "urgent",
    "due_at": "2026-11-23T09:00:00Z",
    "budget_s": 28_800,
}

SLA: tuple[Entry, ...] = (
    (
        "sla.paused",
        "Clock paused",
        "The clock of[ “{title}”] stands[: {reason}]",
        f"{_FIELDS} reason:text",
        {**_SAMPLE, "reason": "waiting for the requester"},
    ),
    (
        "sla.resumed",
        "Clock goes on",
        "The clock of[ “{title}”] goes on[: {reason}]",
        f"{_FIELDS} reason:text",
        {**_SAMPLE, "reason": "Ana answered"},
    ),
    (
        "sla.warned",
        "Time is getting short",
        "[{percent} % of ]the time for[ “{title}”] has passed",
        f"{_FIELDS} percent:integer policy:text at:text",
        {**_SAMPLE, "percent": 75, "policy": "urgent-invoices", "at": "2026-11-20T15:00:00Z"},
    ),
    (
        "sla.breached",
        "Time was up",
        "The time for[ “{title}”] was up before it was done",
        f"{_FIELDS} percent:integer policy:text at:text",
        {**_SAMPLE, "percent": 100, "policy": "urgent-invoices", "at": "2026-11-23T09:00:00Z"},
    ),
    (
        "sla.escalated",
        "Went up the ladder",
        "“{title}” was late enough[ at {percent} %]: {words}",
        f"{_FIELDS} percent:integer policy:text at:text words:text do:text to:text people:list",
        {
            **_SAMPLE,
            "percent": 100,
            "policy": "urgent-invoices",
            "at": "2026-11-23T09:00:00Z",
            "words": "the team's lead is told",
            "do": "tell",
            "to": "lead",
            "people": ["lia"],
        },
    ),
    (
        "sla.recomputed",
        "Clock counted anew",
        "The time for[ “{title}”] was counted anew[: {reason}]",
        f"{_FIELDS} reason:text",
        {**_SAMPLE, "reason": "the priority is urgent now"},
    ),
    (
        "sla.annotated",
        "Breach noted",
        "“{title}” was told to be late; as its time is counted now it would not have been[: {reason}]",
        f"{_FIELDS} reason:text",
        {**_SAMPLE, "reason": "the calendar Bavaria was changed"},
    ),
    (
        "sla.recounted",
        "Clocks counted anew",
        "{total} open clocks were counted anew[, {changed} of them changed][: {reason}]",
        "reason:text total:integer changed:integer",
        {"reason": "the calendar Bavaria was changed", "total": 1200, "changed": 310},
    ),
    (
        "sla_policy.added",
        "SLA policy added",
        "{actor} added the SLA policy[ {name}]",
        "key:text name:text",
        {"key": "urgent-invoices", "name": "Urgent invoices"},
    ),
    (
        "sla_policy.changed",
        "SLA policy changed",
        "{actor} changed the SLA policy[ {name}]",
        "key:text name:text",
        {"key": "urgent-invoices", "name": "Urgent invoices"},
    ),
    (
        "sla_policy.removed",
        "SLA policy removed",
        "{actor} removed the SLA policy[ {name}]",
        "key:text name:text",
        {"key": "urgent-invoices", "name": "Urgent invoices"},
    ),
    (
        "task.reminded",
        "Reminded of a task",
        "Those who may answer[ “{title}”] were reminded[ at {percent} % of its time]",
        f"{_FIELDS} percent:integer policy:text at:text people:list",
        {**_SAMPLE, "percent": 50, "policy": None, "at": "2026-11-20T12:00:00Z", "people": ["lee", "lia"]},
    ),
    (
        "task.due_changed",
        "Due date changed",
        "{actor} changed when[ “{title}”] is due",
        f"{_FIELDS} reason:text",
        {**_SAMPLE, "reason": "The supplier answers on Tuesday."},
    ),
)
