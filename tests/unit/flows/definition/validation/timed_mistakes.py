"""Mistakes in triggers that a clock, an event, a list or a person starts: text, severity, field, words."""

from __future__ import annotations

TIMED_MISTAKES = [
    *[
        (f"trigger: {{kind: {kind}, {rest}}}", "error", field, words)
        for kind, rest, field, words in [
            (
                "schedule",
                "missed: once",
                "trigger",
                "A schedule needs either 'cron:', such as",
            ),
            ("schedule", "cron: 0 8 * * *, every: PT5M", "trigger", "Remove one of the two."),
            ("schedule", "cron: 0 8 * *", "trigger.cron", "A cron line has five fields"),
            ("schedule", "cron: 61 8 * * *", "trigger.cron", "'61' is not a minute: it runs from 0 to 59."),
            ("schedule", "cron: 0 24 * * *", "trigger.cron", "'24' is not an hour: it runs from 0 to 23."),
            ("schedule", "cron: 0 8 0 * *", "trigger.cron", "'0' is not a day of the month"),
            ("schedule", "cron: 0 8 * 13 *", "trigger.cron", "'13' is not a month"),
            ("schedule", "cron: 0 8 * * moon", "trigger.cron", "'moon' is not a day of the week"),
            ("schedule", "cron: 0 8 30 2 *", "trigger.cron", "never comes: no month it names has such a day."),
            ("schedule", "cron: 0 18-8 * * *", "trigger.cron", "ends before it begins."),
            ("schedule", "every: 5 minutes", "trigger.every", "This is no ISO 8601 duration"),
            ("schedule", "every: PT0S", "trigger.every", "'every' must be a second at least."),
            ("schedule", "cron: 0 8 * * *, zone: Vienna", "trigger.zone", "Did you mean 'Europe/Vienna'?"),
            ("schedule", "cron: 0 8 * * *, zone: Europe/Viena", "trigger.zone", "Did you mean 'Europe/Vienna'?"),
            ("schedule", "cron: 0 8 * * *, zone: new york", "trigger.zone", "Did you mean 'America/New_York'?"),
            ("schedule", "cron: 0 8 * * *, zone: zzzz", "trigger.zone", "Write it like Europe/Vienna or UTC."),
            ("schedule", "cron: 0 8 * * *, missed: twice", "trigger.missed", "'twice' is not a choice for 'missed'."),
            ("schedule", "cron: 0 8 * * *, input: 5", "trigger.input", "'input' must be a mapping"),
            ("schedule", "cron: 0 8 * * *, input: {a: = body.x}", "trigger.input.a", "body"),
            (
                "schedule",
                "cron: 0 8 * * *, path: x",
                "trigger.path",
                "'path' is not a setting of",
            ),
            ("manual", "schema: {type: array}", "trigger.schema.type", "A form has fields"),
            (
                "manual",
                "schema: {type: object, properties: {scans: {type: array, items: {type: string, format: file}}}}",
                "trigger.schema",
                "'scans.*' is a file inside of another field",
            ),
            ("manual", "business_key: order", "trigger.business_key", "'business_key' must be an expression"),
            ("event", "filter: = true", "trigger", "The trigger 'event' needs 'event'."),
            (
                "event",
                "event: case.close",
                "trigger.event",
                "Did you mean 'case.closed'?",
            ),
            ("event", "event: trigger.failed", "trigger.event", "Events about triggers start nothing."),
            ("event", "event: case.closed, filter: yes", "trigger.filter", "'filter' must be an expression"),
            ("event", "event: case.closed, filter: = trigger.x", "trigger.filter", "trigger"),
            ("poll", "url: 'https://a.example/', cursor: = body.n", "trigger", "The trigger 'poll' needs 'every'."),
            ("poll", "every: PT5M, cursor: = body.n", "trigger", "The poll has no address."),
            (
                "poll",
                "every: PT5M, dedupe: = body.id, url: a.example",
                "trigger.url",
                "is not a web address.",
            ),
            (
                "poll",
                "every: PT5M, url: 'https://a.example/', cursor_parameter: n, dedupe: = body.id",
                "trigger.cursor_parameter",
                "'cursor_parameter' sends a cursor, but there is none.",
            ),
            ("poll", "every: PT5M, url: 'https://a.example/', dedupe: = item.id", "trigger.dedupe", "item"),
        ]
    ],
    (
        "trigger: {kind: poll, every: PT5M, url: 'https://a.example/'}",
        "warning",
        "trigger",
        "Every asking starts",
    ),
]
