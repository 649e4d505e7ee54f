"""Reading and acknowledging one's alerts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.errors import AlertNotFound
from notifications.operations import acknowledge_alert, mark_all_read, mark_read
from notifications.queries import AlertFilter, count_unread, find_alerts, list_acknowledgements
from tests.support.alerts import send_alert
from tests.support.cases import NOW, Office, events_of

LATER = NOW + timedelta(minutes=5)


class TestReading:
    def test_is_noted_once_for_oneself_alone(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "bo"])
        assert mark_read(alert_id=alert.pk, person=office.lee, now=NOW).read_at == NOW
        assert mark_read(alert_id=alert.pk, person=office.lee, now=LATER).read_at == NOW
        assert (count_unread(office.lee), count_unread(office.bo)) == (0, 1)

    def test_all_at_once_leaves_what_others_have(self, office: Office) -> None:
        send_alert(office, ["lee", "bo"])
        send_alert(office, "lee")
        assert mark_all_read(person=office.lee, now=NOW) == 2
        assert (count_unread(office.lee), count_unread(office.bo)) == (0, 1)


class TestAcknowledging:
    def test_is_told_to_all_who_were_told_once(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "bo"], correlation="run-1")
        first = acknowledge_alert(alert_id=alert.pk, person=office.lee, now=NOW)
        again = acknowledge_alert(alert_id=alert.pk, person=office.lee, now=LATER)
        assert (first.state, first.read_at, again.acknowledged_at) == ("acknowledged", NOW, NOW)
        assert [event["_correlation"] for event in events_of("alert.acknowledged")] == ["run-1"]
        of_bo = find_alerts(office.bo).get()
        assert [(row.person, row.at) for row in list_acknowledgements(of_bo)] == [(office.lee, NOW)]
        assert of_bo.state == "sent"

    def test_keeps_when_it_was_read(self, office: Office) -> None:
        alert = send_alert(office)
        mark_read(alert_id=alert.pk, person=office.lee, now=NOW)
        done = acknowledge_alert(alert_id=alert.pk, person=office.lee, now=LATER)
        assert (done.read_at, done.acknowledged_at) == (NOW, LATER)

    def test_is_for_those_alone_who_were_told(self, office: Office) -> None:
        alert = send_alert(office, "lee")
        for person in (office.bo, office.adm, office.aud):
            with pytest.raises(AlertNotFound):
                acknowledge_alert(alert_id=alert.pk, person=person, now=NOW)
            with pytest.raises(AlertNotFound):
                mark_read(alert_id=alert.pk, person=person, now=NOW)


class TestFinding:
    def test_narrows_by_state_severity_type_and_text(self, office: Office) -> None:
        down = send_alert(office, severity="critical", body="Nothing answers.")
        send_alert(office, type_key="deadline", title="Due soon")
        mark_read(alert_id=down.pk, person=office.lee, now=NOW)

        def titles(**wanted: str) -> list[str]:
            return sorted(row.alert.title for row in find_alerts(office.lee, AlertFilter(**wanted)))

        assert titles() == ["Due soon", "The ERP is down"]
        assert titles(state="unread") == ["Due soon"]
        assert titles(state="read") == titles(severity="critical") == titles(q="ANSWERS") == ["The ERP is down"]
        assert titles(type="deadline") == ["Due soon"]
        assert titles(type="deadline", severity="critical") == []
