"""The events about triggers, a part of the literal list in ``catalogue_entries.py``."""

from __future__ import annotations

from typing import Any

Entry = tuple[str, str, str, str, dict[str, Any]]

TRIGGERS: tuple[Entry, ...] = (
    (
        "trigger.missed",
        "Due times missed",
        "Nothing ran when the flow[ {flow}] was due[ at {planned_at}][. {reason}]",
        "flow:text planned_at:text started:integer reason:text",
        {
            "flow": "report",
            "planned_at": "2026-01-05T08:00:00Z",
            "started": 1,
            "reason": "One run stands for all of them.",
        },
    ),
    (
        "trigger.failed",
        "Trigger failed",
        "What starts the flow[ {flow}] failed[: {reason}]",
        "flow:text reason:text code:text",
        {"flow": "orders", "reason": "erp.example did not answer within 30 s.", "code": "outbound.timeout"},
    ),
    (
        "trigger.recovered",
        "Trigger works again",
        "What starts the flow[ {flow}] works again",
        "flow:text",
        {"flow": "a"},
    ),
    (
        "trigger.asked",
        "Asked now",
        "{actor} had what starts the flow[ {flow}] asked without waiting",
        "flow:text",
        {"flow": "orders"},
    ),
    (
        "trigger.loop_stopped",
        "Loop of events stopped",
        "The flow[ {flow}] was not started by[ {event}]: flows started each other {depth} times in a row",
        "flow:text event:text event_id:integer depth:integer",
        {"flow": "echo", "event": "case.opened", "event_id": 4711, "depth": 5},
    ),
)
