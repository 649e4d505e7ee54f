"""What a mail says: an alert as text and as simple HTML, with headers that nobody else can write into (RFC 5322)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.template.loader import render_to_string

SUBJECT_MAX = 150
_BARE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\Z")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class AddressUnusable(ValueError):
    """This is no e-mail address that mail can be sent to."""


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """What is told: plain texts of any content. ``link`` is absolute or empty; ``alert_url`` likewise."""

    message_id: str
    title: str
    body: str
    severity: str
    severity_label: str
    type_label: str
    team: str
    link: str
    alert_url: str
    sent_at: datetime
    to_outsider: bool = False


def build_message(content: MailContent, *, sender: str, recipient: str) -> EmailMessage:
    """This will make the mail. Raises AddressUnusable for either address."""
    name, bare = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = make_address(bare, name)
    message["To"] = make_address(recipient)
    message["Subject"] = make_subject(content)
    message["Date"] = format_datetime(content.sent_at)
    message["Message-ID"] = f"<{content.message_id}@{bare.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    message["X-Auto-Response-Suppress"] = "All"
    if content.severity == "critical":
        message["Importance"] = "high"
    parts: Mapping[str, object] = {"content": content}
    message.set_content(render_to_string("notifications/mail.txt", dict(parts)).strip() + "\n")
    message.add_alternative(render_to_string("notifications/mail.html", dict(parts)), subtype="html")
    return message


def make_subject(content: MailContent) -> str:
    """One line, with what it is when it matters: ``Critical: The ERP is down``."""
    title = " ".join(_INVISIBLE.sub(" ", content.title).split())
    short = title if len(title) <= SUBJECT_MAX else f"{title[: SUBJECT_MAX - 1]}…"
    return short if content.severity == "info" else f"{content.severity_label}: {short}"


def make_address(bare: str, name: str = "") -> Address:
    """The address for a header. Raises AddressUnusable for what is no plain address."""
    if not _BARE.match(bare):
        raise AddressUnusable(bare)
    return Address(display_name=_INVISIBLE.sub(" ", name).strip(), addr_spec=bare)
