"""The events of alerts: (name, label, sentence, fields, sample). ``catalogue.py`` says how they read."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

ALERTS: tuple[Entry, ...] = (
    (
        "alert_type.added",
        "Alert type added",
        "{actor} added the alert type[ {name}]",
        "key:text name:text",
        {"key": "erp-down", "name": "Erp down"},
    ),
    (
        "alert.asked",
        "Alert asked for",
        "An alert was asked for[: “{title}”]",
        "type:text! title:text! body:text link:text severity:text people:list!",
        {
            "type": "sla-warning",
            "title": "Check the invoice: the time is getting short",
            "body": "",
            "link": "/inbox/0198c/",
            "severity": "warning",
            "people": [12, 14],
        },
    ),
    (
        "alert.sent",
        "Alert sent",
        "The alert[ “{title}”] was sent[ to {people}]",
        "title:text type:text severity:text count:integer people:list",
        {"title": "The ERP is down", "type": "erp-down", "severity": "critical", "count": 2, "people": ["lee", "lia"]},
    ),
    (
        "alert.acknowledged",
        "Alert acknowledged",
        "{actor} acknowledged the alert[ “{title}”]",
        "title:text type:text severity:text",
        {"title": "The ERP is down", "type": "erp-down", "severity": "critical"},
    ),
    (
        "delivery.failed",
        "Alert not delivered",
        "The alert[ “{title}”] did not reach[ {person}][ by {channel}][: {message}]",
        "title:text channel:text person:text code:text message:text attempts:integer",
        {
            "title": "The ERP is down",
            "channel": "E-mail",
            "person": "lee",
            "code": "email.refused",
            "message": "The mail server answered 550 (no such user).",
            "attempts": 1,
        },
    ),
)
