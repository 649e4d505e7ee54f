"""What happens to forms of the library."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

_WORDS = "form:text name:text"
FORMS: tuple[Entry, ...] = (
    ("form.added", "Form added", "{actor} added the form[ {form}]", _WORDS, {"form": "expenses"}),
    (
        "form.drafted",
        "Form changed",
        "{actor} changed the draft of the form[ {form}][: {changes}]",
        "form:text name:text revision:integer changes:text",
        {"form": "expenses", "revision": 4, "changes": "The field “Amount” is new (money)"},
    ),
    (
        "form.published",
        "Form published",
        "{actor} published[ version {version}] of the form[ {form}]",
        "form:text name:text version:integer digest:text note:text",
        {"form": "expenses", "version": 3},
    ),
    (
        "form.imported",
        "Form imported",
        "{actor} imported the form[ {form}]",
        "form:text name:text",
        {"form": "expenses"},
    ),
    (
        "form.exported",
        "Form exported",
        "{actor} exported the form[ {form}]",
        "form:text name:text",
        {"form": "expenses"},
    ),
)
