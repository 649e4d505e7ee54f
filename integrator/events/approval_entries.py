"""The events of an approval beside its decision: another amount, one more approver, taken back. Part of the list."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

APPROVALS: tuple[Entry, ...] = (
    (
        "approval.restarted",
        "Approval asked again",
        "The amount[ of “{title}”] changed from {old} to {new}, so it is asked again where this amount needs it",
        "origin:text! old:text! new:text! title:text currency:text levels:list",
        {"origin": "0198c", "old": "9,000.00 EUR", "new": "12,000.00 EUR", "currency": "EUR", "levels": ["1"]},
    ),
    (
        "approval.approver_added",
        "Approver added",
        "{actor} asked {who} as well, {place} the others[: {reason}]",
        "origin:text! who:text! ref:text place:text! reason:text title:text level:text",
        {"origin": "0198c", "who": "Fin", "ref": "fin", "place": "before", "reason": "It touches the budget."},
    ),
    (
        "approval.withdrawn",
        "Approval withdrawn",
        "{actor} withdrew the approval[ of “{title}”][: {reason}]",
        "origin:text! title:text reason:text withdrawn:object",
        {
            "origin": "0198c",
            "title": "New laptop",
            "reason": "The offer was taken back.",
            "withdrawn": {"by": "mo", "reason": "The offer was taken back.", "at": "2026-11-19T10:00:00Z"},
        },
    ),
)
