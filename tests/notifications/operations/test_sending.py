"""Sending an alert: what is kept, for whom, on which channels; and that it comes with its transaction or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.lib.ids import new_uuid
from integrator.lib.veil import make_veil, veiled
from integrator.people.models import Person
from notifications.audience import resolve_audience
from notifications.models import Alert, Delivery
from notifications.operations import NewAlert, send_alert_in
from tests.support.alerts import send_alert
from tests.support.cases import NOW, Office, events_of


def states(alert: Alert) -> dict[tuple[str, str], str]:
    rows = alert.deliveries.values_list("person__username", "channel", "state")
    return {(name, channel): state for name, channel, state in rows}


class TestSending:
    def test_reaches_each_person_in_the_product_at_once(self, office: Office) -> None:
        alert = send_alert(office, "team:legal")
        assert states(alert) == {
            (name, channel): state
            for name in ("lee", "lia", "vi")
            for channel, state in (("in_app", "sent"), ("email", "skipped"))
        }

    def test_says_in_words_that_no_mail_server_is_set_up(self, office: Office) -> None:
        alert = send_alert(office)
        mail = alert.deliveries.get(channel="email")
        assert (mail.error_code, mail.error[:27]) == ("email.no_server", "No mail server is set up, s")

    def test_queues_a_mail_where_there_is_a_server_and_an_address(self, office: Office, settings: Any) -> None:
        settings.MAIL_SERVER = {"host": "mail.example.com"}
        Person.objects.filter(username="vi").update(email="")
        alert = send_alert(office, ["lee", "vi"])
        assert states(alert)["lee", "email"] == "queued"
        assert states(alert)["vi", "email"] == "skipped"

    def test_tells_of_it_in_one_event(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "bo"], severity="critical", correlation="run-1")
        event = events_of("alert.sent")[0]
        assert (event["people"], event["severity"], event["_correlation"]) == (["bo", "lee"], "critical", "run-1")
        assert Event.objects.get(name="alert.sent").subject_id == str(alert.pk)

    def test_comes_with_its_transaction_or_not_at_all(self, office: Office) -> None:
        class Undone(Exception):
            pass

        def send_and_fail() -> None:
            with transaction.atomic():
                send_alert(office)
                raise Undone

        with pytest.raises(Undone):
            send_and_fail()
        assert not Alert.objects.exists()
        assert not Delivery.objects.exists()

    def test_keeps_nothing_that_lies_under_a_veil(self, office: Office) -> None:
        with veiled(make_veil(["AT61-1904-3002"])):
            alert = send_alert(
                office, title="IBAN AT61-1904-3002", body="is AT61-1904-3002.", link="https://x.example/AT61-1904-3002"
            )
        alert.refresh_from_db()
        assert "AT61" not in f"{alert.title}{alert.body}{alert.link}{events_of('alert.sent')}"
        assert alert.title == "IBAN ••••"

    def test_tells_nobody_who_was_deactivated_meanwhile(self, office: Office) -> None:
        first = send_alert(office)
        people = resolve_audience(["lee", "bo"])
        Person.objects.filter(username="bo").update(is_active=False)
        new = NewAlert(
            alert_id=new_uuid(),
            type_key="erp-down",
            title="x",
            people=people,
            team_id=first.team_id,
        )
        with transaction.atomic():
            alert = send_alert_in(new, actor=SYSTEM, now=NOW)
        assert {name for name, _ in states(alert)} == {"lee"}
