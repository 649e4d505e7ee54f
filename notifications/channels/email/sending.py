"""Sends one delivery by e-mail: what it says from the alert, to whom from the person, by the server of the settings.

MailFailed            the code and words of what went wrong; ``retryable`` for what may pass by itself
MailSkipped           email.no_server  email.no_address  email.person_gone  email.link_over
"""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from integrator.lib.outbound_http import OutboundPolicy
from notifications.channels.email.message import AddressUnusable, MailContent, build_message
from notifications.channels.email.server import MailError, MailServer, hand_over
from notifications.models import Delivery


class MailFailed(Exception):
    """It was tried and came to nothing."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.retryable = code, message, retryable


class MailSkipped(Exception):
    """There is no way to send it, and nothing to try."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


NO_SERVER = ("email.no_server", "No mail server is set up, so this was told in Integrator only.")
NO_ADDRESS = ("email.no_address", "This person has no e-mail address, so this was told in Integrator only.")


def find_hindrance(address: str) -> tuple[str, str] | None:
    """Why no mail can go to this address at all, as code and words; None when one can."""
    if not address:
        return NO_ADDRESS
    return None if settings.MAIL_SERVER else NO_SERVER


def send_mail(delivery: Delivery, *, timeout_s: float) -> None:
    """This will hand the mail of a delivery to the server. Raises MailFailed, MailSkipped."""
    person = delivery.person
    if person is not None and not person.is_active:
        raise MailSkipped("email.person_gone", "This person is deactivated.")
    recipient = person.email if person is not None else delivery.address
    hindrance = find_hindrance(recipient)
    if hindrance is not None:
        raise MailSkipped(*hindrance)
    options: dict[str, Any] = dict(settings.MAIL_SERVER)
    server = MailServer(**options)
    try:
        message = build_message(describe_mail(delivery), sender=server.sender, recipient=recipient)
    except AddressUnusable as error:
        text = f"{error} is not an address that mail can be sent to. Ask an administrator to correct it."
        raise MailFailed("email.bad_address", text) from error
    try:
        hand_over(
            message,
            sender=parseaddr(server.sender)[1],
            recipient=recipient,
            server=server,
            policy=OutboundPolicy(allow=tuple(settings.OUTBOUND_ALLOW)),
            timeout_s=timeout_s,
        )
    except MailError as error:
        raise MailFailed(error.code, error.message, retryable=error.retryable) from error


def describe_mail(delivery: Delivery) -> MailContent:
    """What the mail of this delivery says. Its message id stays the same at each try, so that repeats are known.

    Raises MailSkipped for a link that opens nothing any more.
    """
    alert = delivery.alert
    base = settings.BASE_URL.rstrip("/")
    link = alert.link if not alert.link.startswith("/") else f"{base}{alert.link}" if base else ""
    if delivery.link_of is not None:
        link = import_string(settings.OUTSIDE_LINK)(delivery.link_of)
        if not link:
            raise MailSkipped("email.link_over", "The link was used or taken back before it was sent.")
    return MailContent(
        message_id=f"alert.{delivery.pk}",
        title=alert.title,
        body=alert.body,
        severity=alert.severity,
        severity_label=alert.get_severity_display(),
        type_label=alert.type.label,
        team=alert.team.name,
        link=link,
        alert_url=f"{base}/alerts/{alert.pk}/" if base and delivery.person_id is not None else "",
        to_outsider=delivery.person_id is None,
        sent_at=alert.created_at,
    )
