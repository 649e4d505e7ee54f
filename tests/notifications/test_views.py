"""The pages of one's alerts: only one's own, looked at without changing them, and acknowledged in sight of all."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Alert, Delivery
from tests.support.alerts import send_alert
from tests.support.cases import Office


def open_as(office: Office, name: str, address: str, **more: Any) -> Any:
    client = Client()
    client.force_login(office.people[name])
    return client.get(address, **more)


def post_as(office: Office, name: str, address: str, data: dict[str, str] | None = None, **more: Any) -> Any:
    client = Client()
    client.force_login(office.people[name])
    return client.post(address, data or {}, **more)


def of(alert: Alert, name: str = "alert") -> str:
    return reverse(name, kwargs={"alert_id": alert.pk})


def state_of(alert: Alert, name: str = "lee") -> str:
    return Delivery.objects.get(alert=alert, person__username=name, channel="in_app").state


class TestTheList:
    def test_shows_ones_own_unread_first_and_all_on_demand(self, office: Office) -> None:
        send_alert(office, "lee", title="For Lee")
        read = send_alert(office, "lee", title="Seen")
        send_alert(office, "bo", title="For Bo")
        post_as(office, "lee", of(read, "alert_read"))
        page = open_as(office, "lee", "/alerts/").content.decode()
        assert "For Lee" in page
        assert "Seen" not in page
        assert "For Bo" not in page
        assert "Seen" in open_as(office, "lee", "/alerts/?show=all").content.decode()

    def test_keeps_its_filters_in_the_address(self, office: Office) -> None:
        send_alert(office, "lee", title="Grave", severity="critical")
        send_alert(office, "lee", title="Small", type_key="deadline")
        for query, seen, hidden in (
            ("severity=critical", "Grave", "Small"),
            ("type=deadline", "Small", "Grave"),
            ("q=gra", "Grave", "Small"),
        ):
            page = open_as(office, "lee", f"/alerts/?{query}").content.decode()
            assert f">{seen}<" in page
            assert f">{hidden}<" not in page

    def test_says_what_it_is_when_there_is_nothing(self, office: Office) -> None:
        assert "Nothing new" in open_as(office, "lee", "/alerts/").content.decode()
        assert "No alert yet" in open_as(office, "lee", "/alerts/?show=all").content.decode()
        assert "Nothing found" in open_as(office, "lee", "/alerts/?q=x").content.decode()

    def test_marks_all_as_read(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "bo"])
        assert post_as(office, "lee", "/alerts/read/").status_code == 302
        assert (state_of(alert), state_of(alert, "bo")) == ("read", "sent")

    def test_takes_any_address_as_it_is(self, office: Office) -> None:
        for query in ("severity=x", "type=%00", "cursor=nonsense", "show=x", "q=%F0%9F%98%80"):
            assert open_as(office, "lee", f"/alerts/?{query}").status_code == 200


class TestTheBell:
    def test_counts_what_is_unread_on_every_page(self, office: Office) -> None:
        assert 'data-count="/alerts/" hidden' in open_as(office, "lee", "/").content.decode()
        send_alert(office, "lee")
        send_alert(office, "lee")
        page = open_as(office, "lee", "/").content.decode()
        assert page.count('data-count="/alerts/">2<') == 4  # menu, bell, the phone's bar and its menu
        assert open_as(office, "lee", reverse("counts")).json()["/alerts/"] == "2"

    def test_opens_the_newest(self, office: Office) -> None:
        for number in range(10):
            send_alert(office, "lee", title=f"Alert {number}")
        panel = open_as(office, "lee", "/alerts/newest/").content.decode()
        assert panel.count("alert-line") == 8
        assert "<html" not in panel
        assert "Nothing was told" in open_as(office, "bo", "/alerts/newest/").content.decode()


class TestOneAlert:
    def test_is_shown_without_changing_it(self, office: Office) -> None:
        alert = send_alert(office, "lee", body="First\n\n<script>x</script>", link="https://erp.example/?a=1&b=2")
        page = open_as(office, "lee", of(alert)).content.decode()
        assert "&lt;script&gt;" in page
        assert 'href="https://erp.example/?a=1&amp;b=2"' in page
        assert "No mail server is set up" in page
        assert state_of(alert) == "sent"

    def test_is_marked_as_read_by_a_post_that_tells_the_bell(self, office: Office) -> None:
        alert = send_alert(office, "lee")
        answer = post_as(office, "lee", of(alert, "alert_read"), headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "live:alert")
        assert "Read</span>" in answer.content.decode()
        assert state_of(alert) == "read"

    def test_shows_all_who_has_acknowledged_it(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "bo"], severity="critical")
        answer = post_as(office, "bo", of(alert, "alert_acknowledge"), {"next": of(alert)})
        assert answer.headers["Location"] == of(alert)
        page = open_as(office, "lee", of(alert)).content.decode()
        assert "<dt>Bo</dt>" in page
        assert "Acknowledge</button>" in page

    def test_goes_back_to_no_other_site(self, office: Office) -> None:
        alert = send_alert(office, "lee")
        for address in ("https://evil.example/", "//evil.example", "javascript:x"):
            answer = post_as(office, "lee", of(alert, "alert_read"), {"next": address})
            assert answer.headers["Location"] == "/alerts/"

    @pytest.mark.parametrize("verb", ["alert", "alert_read", "alert_acknowledge"])
    def test_is_for_others_as_if_it_were_not(self, office: Office, verb: str) -> None:
        alert = send_alert(office, "lee")
        missing = reverse(verb, kwargs={"alert_id": uuid.uuid4()})
        call = open_as if verb == "alert" else post_as
        for name in ("bo", "adm", "aud"):
            hidden, absent = call(office, name, of(alert, verb)), call(office, name, missing)
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert hidden.content.decode().count("ERP") == 0

    def test_leads_to_its_run_only_who_may_see_runs(self, office: Office) -> None:
        alert = send_alert(office, ["lee", "ana"], correlation=str(uuid.uuid4()))
        assert "The run that sent it" in open_as(office, "ana", of(alert)).content.decode()
        assert "The run that sent it" not in open_as(office, "lee", of(alert)).content.decode()
