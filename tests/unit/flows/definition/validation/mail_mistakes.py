"""Mistakes in e-mail triggers: text, severity, field, words."""

from __future__ import annotations

BOX = "host: imap.example.org, user: a@b.example, secret: box"

MAIL_MISTAKES = [
    *[
        (f"trigger: {{kind: email, {rest}}}", "error", field, words)
        for rest, field, words in [
            ("every: PT1M", "trigger", "needs either 'mailbox:', which is looked into, or 'path:'"),
            (f"mailbox: {{{BOX}}}, path: x", "trigger", "Remove one of the two."),
            (f"mailbox: {{{BOX}, connection: erp}}", "trigger.mailbox.connection", "Remove one of the two."),
            ("mailbox: imap.example.org", "trigger.mailbox", "'mailbox' must be a mapping such as"),
            ("mailbox: {user: a, secret: b}", "trigger.mailbox", "Add it, such as 'host: imap.example.org'."),
            (f"mailbox: {{{BOX}, pasword: x}}", "trigger.mailbox.pasword", "'pasword' is not a field of 'mailbox'."),
            (f"mailbox: {{{BOX}, port: '993'}}", "trigger.mailbox.port", "must be a whole number from 1 to 65535"),
            (f"mailbox: {{{BOX}, tls: starttsl}}", "trigger.mailbox.tls", "Did you mean 'starttls'?"),
            (f"mailbox: {{{BOX}, trust: x}}", "trigger.mailbox.trust", "begin with '-----BEGIN CERTIFICATE-----'."),
            (f"mailbox: {{{BOX}, folder: = body.x}}", "trigger.mailbox.folder", "'folder' must be a fixed text."),
            ("mailbox: {host: 'imaps://a.example', user: a, secret: b}", "trigger.mailbox.host", "Put the port under"),
            ("mailbox: {host: a.example, user: a, secret: pass word}", "trigger.mailbox.secret", "not the password"),
            (
                "mailbox: {host: a.example, user: a, secret: connection.erp}",
                "trigger.mailbox.secret",
                "Store another one",
            ),
            (f"mailbox: {{{BOX}}}, every: 1 minute", "trigger.every", "This is no ISO 8601 duration"),
            (f"mailbox: {{{BOX}}}, after: delete", "trigger.after", "Write keep, seen, or move:FOLDER."),
            (f"mailbox: {{{BOX}}}, after: 'move:'", "trigger.after", "needs the name of a folder"),
            (f"mailbox: {{{BOX}}}, after: 'move:INBOX'", "trigger.after", "the folder they are in"),
            (f"mailbox: {{{BOX}}}, timeout_s: 0", "trigger.timeout_s", "must be from 1 to 600 seconds."),
            (f"mailbox: {{{BOX}}}, auth: {{kind: none}}", "trigger.auth", "not for a mailbox. Remove it."),
            (f"mailbox: {{{BOX}}}, first: seen", "trigger.first", "'seen' is not a choice for 'first'."),
            (f"mailbox: {{{BOX}}}, automatic: yes", "trigger.automatic", "'yes' is not a choice for 'automatic'."),
            (f"mailbox: {{{BOX}}}, on_existing: feed", "trigger.on_existing", "Add 'business_key:'"),
            (f"mailbox: {{{BOX}}}, business_key: order", "trigger.business_key", "must be an expression"),
            ("path: a b, auth: {kind: none}", "trigger.path", "such as 'orders-mail'."),
            ("path: a, auth: {kind: none}, after: seen", "trigger.after", "is for a mailbox that is looked into."),
            ("path: a, auth: {kind: bearer}", "trigger.auth", "needs 'secret'."),
            ("path: a, auth: {kind: none}, rate: {requests: 1}", "trigger.rate", "'rate' needs 'per_s'."),
        ]
    ],
    (f"trigger: {{kind: email, mailbox: {{{BOX}, tls: none}}}}", "warning", "trigger.mailbox.tls", "in plain"),
    ("trigger: {kind: email, path: a}", "warning", "trigger", "Anybody may start this flow"),
]
