"""The events of the life of one task, for ``catalogue_entries``: (name, label, sentence, fields, sample)."""

from __future__ import annotations

from collections.abc import Mapping

from integrator.events.trigger_entries import Entry

_TITLE = {"title": "Review the contract"}

TASK_LIFE: tuple[Entry, ...] = (
    (
        "task.answered",
        "Task answered, to be undone",
        "{actor} {outcome}[ for {for}], which can be undone for some seconds",
        "origin:text! outcome:text! comment:text by:text for:text show:list show_sha256:text until:text",
        {"origin": "0198c", "outcome": "approved", "by": "lia", "for": "Legal", "until": "2026-11-19T10:04:15Z"},
    ),
    ("task.undone", "Answer undone", "{actor} undid “{outcome}”", "title:text outcome:text", {"outcome": "approved"}),
    ("task.delegated", "Task delegated", "{actor} delegated[ “{title}”][ to {to}]", "title:text to:text", {"to": "bo"}),
    (
        "task.given_back",
        "Delegated task given back",
        "[“{title}” ]is with {to} again[: {reason}]",
        "title:text to:text reason:text",
        {**_TITLE, "to": "lee", "reason": None},
    ),
    (
        "task.proposed",
        "Answer proposed",
        "{actor} proposed “{outcome}”[ to {to}][: “{comment}”]",
        "title:text outcome:text comment:text to:text",
        {"outcome": "approved", "to": "lee"},
    ),
    (
        "task.commented",
        "Task commented",
        "{actor} wrote: “{text}”",
        "title:text text:text mentions:list people:list",
        {"text": "Ask @bo first."},
    ),
    (
        "case.commented",
        "Case commented",
        "{actor} wrote: “{text}”",
        "number:text text:text mentions:list people:list",
        {"text": "Ask @bo first."},
    ),
    (
        "task.changed",
        "Task changed",
        "{actor} changed[ the {fields} of] the task",
        "fields:list",
        {"fields": ["priority"]},
    ),
    (
        "task.information_requested",
        "Information requested",
        "{actor} asked {to}: “{question}”",
        "title:text question:text! to:text! due_at:text",
        {"question": "Which cost centre?", "to": "ana"},
    ),
    (
        "task.information_given",
        "Information given",
        "{actor} answered “{question}”[: “{answer}”]",
        "title:text question:text! answer:text by:text",
        {"question": "Which cost centre?", "answer": "4711"},
    ),
    (
        "task.information_withdrawn",
        "Question withdrawn",
        "The question “{question}” was withdrawn[: {reason}]",
        "title:text question:text! reason:text",
        {"question": "Which cost centre?", "reason": "The task was answered meanwhile."},
    ),
    (
        "task.reopening_asked",
        "Reopening asked for",
        "{actor} asked {to} to reopen it[: “{reason}”]",
        "title:text to:any reason:text",
        {"to": ["lia"], "reason": "The amount was wrong."},
    ),
    (
        "task.reopened",
        "Task reopened",
        "{actor} opened[ “{title}”] again",
        "title:text outcome:text reason:text",
        {**_TITLE, "outcome": "approved"},
    ),
    (
        "task.guest_invited",
        "Guest invited",
        "{email} was invited to answer[ “{title}”]",
        "title:text email:text! pass:text! until:text",
        {"email": "kim@example.com", "pass": "0198c", "until": "2026-12-03T10:00:00Z"},
    ),
    (
        "task.guest_revoked",
        "Invitation revoked",
        "{actor} revoked the invitation of {email}",
        "title:text email:text! pass:text!",
        {"email": "kim@example.com", "pass": "0198c"},
    ),
)

# (name, kind of the task) → the sentence where the outcome is no verb of who gave it: "Lee answered “not liable”".
SENTENCES_OF_KINDS: Mapping[tuple[str, str], str] = {
    (name, kind): f"{{actor}} answered “{{outcome}}”[ for {{for}}]{end}"
    for name, end in (("task.decided", "[: “{comment}”]"), ("task.answered", ", which can be undone for some seconds"))
    for kind in ("assign", "information")
}
