"""The ledger of deliveries against a real mail server: once, again after what passes, never after what is for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrator.database.clock import get_database_now
from integrator.people.models import Person
from notifications.models import Delivery
from notifications.operations import deliver_all, delivering
from notifications.operations.delivering import claim_delivery, record_outcome, release_lost, send
from tests.support.alerts import send_alert
from tests.support.cases import Office, events_of
from tests.support.mail_server import Mailbox, serve_mail


def mail_of(name: str = "lee") -> Delivery:
    return Delivery.objects.get(channel="email", person__username=name)


def make_due() -> None:
    """The pause before the next try is over."""
    Delivery.objects.filter(state="queued").update(due_at=get_database_now() - timedelta(seconds=1))


def forget_worker() -> None:
    """The lease of who holds a delivery is over."""
    Delivery.objects.filter(state="sending").update(lease_until=get_database_now() - timedelta(seconds=1))


class TestDelivering:
    def test_hands_each_mail_over_once(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office, ["lee", "bo"], title="Der Ausfall – 100 €", body="Erste Zeile\nZweite")
        make_due()
        assert (deliver_all(), deliver_all()) == (2, 0)
        assert sorted(mailbox.recipients) == ["bo@example.org", "lee@example.org"]
        assert {str(mail["Subject"]) for mail in mailbox.mails} == {"Der Ausfall – 100 €"}
        assert (mail_of().state, mail_of().attempts) == ("sent", 1)

    def test_waits_longer_after_each_refusal_that_may_pass(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office)
        mailbox.answers = ["451 try later"] * 2
        make_due()
        deliver_all()
        first = mail_of()
        assert (first.state, first.error_code, first.attempts) == ("queued", "email.delayed", 1)
        assert "451 (try later)" in first.error
        assert deliver_all() == 0
        make_due()
        deliver_all()
        now = get_database_now()
        assert timedelta(seconds=20) < (mail_of().due_at or now) - now <= timedelta(seconds=30)
        make_due()
        deliver_all()
        assert (mail_of().state, mail_of().attempts, mail_of().error) == ("sent", 3, "")

    def test_gives_up_at_once_after_a_refusal_for_good(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office, correlation="run-1")
        mailbox.refused["lee@example.org"] = "550 no such user"
        make_due()
        deliver_all()
        assert (mail_of().state, mail_of().error_code) == ("failed", "email.refused")
        event = events_of("delivery.failed")[0]
        assert (event["person"], event["_correlation"]) == ("lee", "run-1")
        assert "550 (no such user)" in event["message"]

    def test_gives_up_after_the_last_try(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office)
        Delivery.objects.filter(channel="email").update(attempts=len(delivering.DELAYS_S))
        mailbox.answers = ["421 busy"]
        make_due()
        deliver_all()
        assert mail_of().state == "failed"
        assert len(events_of("delivery.failed")) == 1

    @pytest.mark.parametrize(
        ("change", "expected", "says"),
        [
            ({"port": 1}, ("queued", "email.delayed"), "could not be reached"),
            ({"host": "169.254.169.254"}, ("failed", "email.refused"), "never called"),
            ({"tls": "starttls"}, ("queued", "email.delayed"), "does not offer"),
            ({"user": "x", "password": "y"}, ("queued", "email.delayed"), "does not offer"),
        ],
    )
    def test_says_what_is_wrong_with_the_server(
        self, office: Office, settings: Any, change: dict[str, Any], expected: tuple[str, str], says: str
    ) -> None:
        settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
        with serve_mail() as box:
            settings.MAIL_SERVER = box.as_settings(**change)
            send_alert(office)
            make_due()
            deliver_all()
        assert (mail_of().state, mail_of().error_code) == expected
        assert says in mail_of().error
        assert box.mails == []

    def test_refuses_a_private_server_that_is_not_allowed(
        self, office: Office, mailbox: Mailbox, settings: Any
    ) -> None:
        settings.OUTBOUND_ALLOW = ()
        send_alert(office)
        make_due()
        deliver_all()
        assert mail_of().state == "failed"
        assert "INTEGRATOR_OUTBOUND_ALLOW" in mail_of().error
        assert not mailbox.began.is_set()

    def test_signs_in_where_the_server_wants_it(self, office: Office, settings: Any) -> None:
        with serve_mail(user="flows", password="p4ss") as box:
            settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
            settings.MAIL_SERVER = box.as_settings(user="flows", password="wrong")
            send_alert(office)
            make_due()
            deliver_all()
            assert "user name and password" in mail_of().error
            assert "wrong" not in mail_of().error
            settings.MAIL_SERVER = box.as_settings(user="flows", password="p4ss")
            make_due()
            deliver_all()
            assert (mail_of().state, len(box.mails)) == ("sent", 1)

    def test_skips_who_was_deactivated_and_what_no_address_is(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office, ["lee", "bo"])
        Person.objects.filter(username="lee").update(is_active=False)
        Person.objects.filter(username="bo").update(email="bo@example.org\nBcc: all@example.org")
        make_due()
        deliver_all()
        assert (mail_of("lee").state, mail_of("lee").error_code) == ("skipped", "email.person_gone")
        assert (mail_of("bo").state, mail_of("bo").error_code) == ("failed", "email.bad_address")
        assert mailbox.mails == []


class TestWorkersThatEnd:
    def test_are_followed_under_the_same_message_id(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office)
        make_due()
        claimed = claim_delivery()
        assert claimed is not None
        send(claimed)  # and here its worker ends: nothing is recorded
        assert deliver_all() == 0
        forget_worker()
        assert deliver_all() == 1
        assert mail_of().state == "sent"
        assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == 1
        assert len(mailbox.mails) == 2

    def test_record_nothing_when_they_come_back_late(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office)
        make_due()
        slow = claim_delivery()
        assert slow is not None
        forget_worker()
        release_lost()
        other = claim_delivery()
        assert other is not None
        assert record_outcome(slow, delivering.Outcome(state=delivering.State.FAILED, code="x", message="x")) is False
        assert record_outcome(other, send(other)) is True
        assert mail_of().state == "sent"
        assert events_of("delivery.failed") == []

    def test_do_not_do_so_for_ever(self, office: Office, mailbox: Mailbox) -> None:
        send_alert(office)
        for _ in range(len(delivering.DELAYS_S) + 1):
            make_due()
            assert claim_delivery() is not None
            forget_worker()
            release_lost()
        assert (mail_of().state, mail_of().error_code) == ("failed", "delivery.worker_lost")
