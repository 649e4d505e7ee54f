"""The events about who follows what, who read a confidential one, and packs of samples. Part of the list."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

SEEING: tuple[Entry, ...] = (
    (
        "task.watched",
        "Task watched",
        "{actor} made {who} follow[ “{title}”]",
        "title:text who:text",
        {"title": "Review the contract", "who": "lia"},
    ),
    (
        "task.unwatched",
        "Task no longer watched",
        "{who} no longer follows[ “{title}”]",
        "title:text who:text",
        {"title": "Review the contract", "who": "lia"},
    ),
    (
        "case.watched",
        "Case watched",
        "{actor} made {who} follow the case[ {number}]",
        "number:text who:text",
        {"number": "C-2026-000123", "who": "lia"},
    ),
    (
        "case.unwatched",
        "Case no longer watched",
        "{who} no longer follows the case[ {number}]",
        "number:text who:text",
        {"number": "C-2026-000123", "who": "lia"},
    ),
    (
        "case.read",
        "Confidential case read",
        "{actor} read[ “{task}” in] the confidential case",
        "number:text task:text",
        {"number": "C-2026-000123"},
    ),
    (
        "audit.packs_asked",
        "Evidence packs asked for",
        "{actor} had evidence packs made for the sample[ {seed}]",
        "seed:text packs:integer!",
        {"seed": "2026-11", "packs": 25},
    ),
    (
        "audit.packs_made",
        "Evidence packs made",
        "{actor} made {packs} evidence packs for the sample[ {seed}][, {failed} could not be made]",
        "seed:text packs:integer! failed:integer",
        {"seed": "2026-11", "packs": 25},
    ),
)
