"""The events round publishing: (name, label, sentence, fields, sample). ``catalogue.py`` says how they read."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

_ASKED = {"flow": "invoice", "digest": "9f86d081", "request": "0198c0de"}

PUBLISHING: tuple[Entry, ...] = (
    (
        "flow.publish_asked",
        "Publishing asked for",
        "{actor} asked to publish[ {flow}][: {note}]",
        "flow:text! digest:text! request:text! note:text despite_tests:text",
        {**_ASKED, "note": "Legal is asked too"},
    ),
    (
        "flow.publish_approved",
        "Publishing approved",
        "{actor} agreed to publish[ version {version}][ of {flow}][: {comment}]",
        "flow:text! digest:text! request:text! version:integer comment:text",
        {**_ASKED, "version": 3, "comment": "Looked at with Legal"},
    ),
    (
        "flow.publish_declined",
        "Publishing declined",
        "{actor} declined to publish[ {flow}][: {comment}]",
        "flow:text! digest:text! request:text! comment:text",
        {**_ASKED, "comment": "Finance has to be asked first"},
    ),
    (
        "flow.publish_withdrawn",
        "Publishing no longer asked for",
        "{actor} took back the request to publish[ {flow}]",
        "flow:text! digest:text! request:text!",
        _ASKED,
    ),
    ("flow.archived", "Flow archived", "{actor} archived the flow[ {flow}]", "flow:text!", {"flow": "invoice"}),
    (
        "flow.brought_back",
        "Flow brought back",
        "{actor} brought the flow[ {flow}] back from the archive",
        "flow:text!",
        {"flow": "invoice"},
    ),
    (
        "flow.settings_changed",
        "Settings of a flow changed",
        "{actor} changed the settings of the flow[ {flow}]",
        "flow:text! tags:list needs_second_person:flag",
        {"flow": "invoice", "tags": ["finance"], "needs_second_person": True},
    ),
    (
        "flow.replayed",
        "Past runs replayed with a draft",
        "{actor} went through {total} past runs of the flow[ {flow}] with a draft",
        "flow:text! total:integer!",
        {"flow": "invoice", "total": 40},
    ),
)
