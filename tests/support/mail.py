"""Messages for tests, and a flow whose cases they belong to."""

from __future__ import annotations

from email.message import EmailMessage

CASE_FLOW = """\
format: 1
flow: support
name: Support
team: marketing
trigger: {trigger}
steps:
  open_case:
    kind: case.open
    with: {{type: question, title: "= trigger.body.subject"}}
    next: answer
  answer:
    kind: wait_for
    with: {{message: support, key: "= case.number", timeout: P9D}}
    on: {{next: keep, timeout: keep}}
  keep: {{kind: set, with: {{got: "= steps.answer.data.text"}}}}
"""


def make_mail(subject: str = "An order", *, number: int = 1, text: str = "Please send one.") -> EmailMessage:
    """A plain message."""
    message = EmailMessage()
    message["From"] = "Ana <ana@example.org>"
    message["To"] = "orders@example.org"
    message["Subject"] = subject
    message["Message-ID"] = f"<{number}@example.org>"
    message["Date"] = "Thu, 19 Nov 2026 10:00:00 +0100"
    message.set_content(text)
    return message
