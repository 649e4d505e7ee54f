"""What happens to cases beside their status: types, checklists, links, notes, retention."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

CASES: tuple[Entry, ...] = (
    (
        "case_type.changed",
        "Case type changed",
        "{actor} changed[ {fields} of] the case type[ {name}]",
        "name:text key:text fields:list",
        {"name": "Customer dispute", "key": "dispute", "fields": ["statuses"]},
    ),
    (
        "case_type.removed",
        "Case type removed",
        "{actor} removed the case type[ {name}]",
        "name:text key:text",
        {"name": "Customer dispute", "key": "dispute"},
    ),
    (
        "case.contributions_asked",
        "Contributions asked for",
        "[{titles} were asked] to contribute",
        "number:text titles:list keys:list",
        {"number": "C-2026-000123", "titles": ["Finance", "Legal"], "keys": ["finance", "legal"]},
    ),
    (
        "case.contributed",
        "Contribution came in",
        "{actor} contributed[ for {title}][: “{comment}”]",
        "number:text key:text title:text comment:text data:any by:text",
        {"number": "C-2026-000123", "key": "finance", "title": "Finance", "comment": "4,160 € can be credited."},
    ),
    (
        "case.contribution_repeated",
        "Contribution changed nothing",
        "{actor} sent a contribution[ for {title}] that changed nothing[: {reason}]",
        "number:text key:text title:text reason:text code:text",
        {"number": "C-2026-000123", "key": "finance", "title": "Finance", "reason": "It was in already."},
    ),
    (
        "case.contributions_complete",
        "All contributions are in",
        "All required contributions are in",
        "number:text contributions:object round:integer",
        {"number": "C-2026-000123", "contributions": {"finance": {"credit": 4160}}, "round": 1},
    ),
    (
        "case.linked",
        "Cases linked",
        "{actor} linked the case[: it {words}][ {other}]",
        "number:text other:text kind:text words:text",
        {"number": "C-2026-000123", "other": "C-2026-000087", "kind": "relates", "words": "relates to"},
    ),
    (
        "case.unlinked",
        "Link between cases removed",
        "{actor} removed the link[ to {other}]",
        "number:text other:text kind:text",
        {"number": "C-2026-000123", "other": "C-2026-000087", "kind": "relates"},
    ),
    (
        "case.note_written",
        "Note written",
        "{actor} wrote a note beside the case",
        "number:text is_for_team:flag",
        {"number": "C-2026-000123", "is_for_team": True},
    ),
    (
        "case.note_removed",
        "Note removed",
        "{actor} removed a note beside the case",
        "number:text",
        {"number": "C-2026-000123"},
    ),
    (
        "case.party_added",
        "Party added",
        "{actor} made[ {who}] a party of the case[ as {role}]",
        "number:text who:text role:text",
        {"number": "C-2026-000123", "who": "Nordwind Trading", "role": "customer"},
    ),
    (
        "case.party_removed",
        "Party removed",
        "{actor} removed[ {who}] from the parties of the case[ as {role}]",
        "number:text who:text role:text",
        {"number": "C-2026-000123", "who": "Nordwind Trading", "role": "customer"},
    ),
    (
        "case.held",
        "Case held",
        "{actor} put the case on hold, so that its data stay[: {reason}]",
        "number:text reason:text",
        {"number": "C-2026-000123", "reason": "Court proceedings"},
    ),
    ("case.hold_lifted", "Hold lifted", "{actor} lifted the hold of the case", "number:text", {"number": "C-2026-1"}),
    (
        "case.erased",
        "Case erased",
        "The case’s data were erased[, {days} days after it was closed]",
        "number:text days:integer",
        {"number": "C-2026-000123", "days": 365},
    ),
)
