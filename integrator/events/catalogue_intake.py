"""The entries of the catalogue about what comes in: requests and messages. ``catalogue_entries.py`` has the others."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

INTAKE: tuple[Entry, ...] = (
    (
        "request.accepted",
        "Request accepted",
        "A request was accepted[ from {actor}]",
        "path:text",
        {"path": "invoices"},
    ),
    (
        "request.refused",
        "Request refused",
        "A request was refused[: {reason}]",
        "path:text reason:text status:integer",
        {"path": "invoices", "reason": "signed with another secret", "status": 401},
    ),
    (
        "request.sampled",
        "Request kept as a sample",
        "A request was kept as a sample for the design, and started nothing",
        "path:text digest:text",
        {"path": "invoices", "digest": "9f86d081"},
    ),
    ("request.duplicate", "Request repeated", "The same request came again", "path:text", {"path": "invoices"}),
    (
        "request.duplicate_differs",
        "Request repeated with other content",
        "The same request came again with other content",
        "first_digest:text digest:text",
        {"first_digest": "9f86d081", "digest": "60303ae2"},
    ),
    (
        "request.delivered",
        "Request delivered as a message",
        "A request was a message that the run waited for[: {reason}]",
        "path:text reason:text",
        {"path": "payments", "reason": "A run waited for the message “paid” for 4711."},
    ),
    (
        "request.joined",
        "Request joined a case",
        "A further request came for the case[: {reason}]",
        "path:text reason:text case:text",
        {"path": "exceptions", "reason": "It joined the open case C-2026-000123.", "case": "C-2026-000123"},
    ),
    (
        "request.ignored",
        "Request ignored",
        "A further request came for the case and changed nothing[: {reason}]",
        "path:text reason:text case:text",
        {"path": "exceptions", "reason": "The case is open already.", "case": "C-2026-000123"},
    ),
    ("request.replayed", "Request replayed", "{actor} replayed a request", "original:text", {"original": "41"}),
    (
        "message.delivered",
        "Message delivered",
        "The message[ “{name}”] came",
        "name:text step:text",
        {"name": "payment", "step": "paid"},
    ),
    (
        "message.parked",
        "Message kept",
        "The message[ “{name}”] came before anything waited for it and is kept",
        "name:text",
        {"name": "payment"},
    ),
    (
        "message.late",
        "Message too late",
        "The message[ “{name}”] changed nothing here[: {reason}]",
        "name:text step:text reason:text",
        {"name": "payment", "step": "paid", "reason": "The wait had ended."},
    ),
    (
        "message.expired",
        "Message expired",
        "Nothing waited for the message[ “{name}”] in time, so it is not kept any longer",
        "name:text",
        {"name": "payment"},
    ),
    (
        "message.duplicate",
        "Message repeated",
        "The message[ “{name}”] came again and changed nothing",
        "name:text",
        {"name": "payment"},
    ),
    (
        "message.duplicate_differs",
        "Message repeated with other content",
        "The message[ “{name}”] came again with other content and changed nothing",
        "name:text first_digest:text digest:text",
        {"name": "payment", "first_digest": "9f86d081", "digest": "60303ae2"},
    ),
)
