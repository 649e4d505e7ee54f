"""``/api/v1/alerts``: one's own, narrowed, read and acknowledged; every answer is held to the schema."""

from __future__ import annotations

import uuid

import pytest

from notifications.models import Delivery
from tests.support.alerts import send_alert
from tests.support.api import Api
from tests.support.cases import Office


class TestAlerts:
    def test_lists_ones_own_newest_first(self, office: Office) -> None:
        first = send_alert(office, ["lee", "bo"], title="First")
        second = send_alert(office, "lee", title="Second", severity="critical", link="/cases/C-2026-000001/")
        found = Api(person=office.lee).get("alerts").json()["results"]
        assert {row["id"] for row in found} == {str(first.pk), str(second.pk)}
        row = next(row for row in found if row["title"] == "Second")
        assert (row["state"], row["link"], row["severity"], row["team"], row["type"], row["run"]) == (
            "unread", "/cases/C-2026-000001/", "critical", "marketing", "erp-down", None,
        )  # fmt: skip

    def test_narrows_and_refuses_what_it_does_not_know(self, office: Office) -> None:
        send_alert(office, "lee", severity="critical")
        api = Api(person=office.lee)
        for query, count in (("state=unread", 1), ("state=read", 0), ("severity=info", 0), ("type=erp-down", 1)):
            assert len(api.get(f"alerts?{query}").json()["results"]) == count
        assert api.get("alerts?state=open").status_code == 400
        assert api.get("alerts?severity=x").status_code == 400

    def test_reads_all_of_ones_own_at_once(self, office: Office) -> None:
        for title in ("First", "Second"):
            send_alert(office, ["lee", "bo"], title=title)
        lee = Api(person=office.lee)
        assert [lee.post("alerts/read", {}).json() for _ in range(2)] == [{"read": 2}, {"read": 0}]
        assert lee.get("alerts?state=unread").json()["results"] == []
        assert len(Api(person=office.bo).get("alerts?state=unread").json()["results"]) == 2
        assert lee.post("alerts/read", {"all": True}).status_code == 400

    def test_reads_and_acknowledges_again_without_harm(self, office: Office) -> None:
        alert = send_alert(office, "lee")
        api = Api(person=office.lee)
        assert api.get(f"alerts/{alert.pk}").json()["state"] == "unread"
        assert api.post(f"alerts/{alert.pk}/read").json()["state"] == "read"
        first = api.post(f"alerts/{alert.pk}/acknowledge").json()
        again = api.post(f"alerts/{alert.pk}/acknowledge").json()
        assert first["state"] == "acknowledged"
        assert first == again
        assert api.post(f"alerts/{alert.pk}/read").json()["state"] == "acknowledged"

    @pytest.mark.parametrize("name", ["bo", "adm", "aud"])
    def test_hides_what_was_not_sent_to_one(self, office: Office, name: str) -> None:
        alert = send_alert(office, "lee")
        api = Api(person=office.people[name])
        assert api.get("alerts").json()["results"] == []
        for verb, path in (("get", ""), ("post", "/read"), ("post", "/acknowledge")):
            hidden = getattr(api, verb)(f"alerts/{alert.pk}{path}")
            absent = getattr(api, verb)(f"alerts/{uuid.uuid4()}{path}")
            assert (hidden.status_code, hidden.content) == (404, absent.content)
        assert set(Delivery.objects.filter(channel="in_app").values_list("state", flat=True)) == {"sent"}

    def test_refuses_members_it_does_not_know(self, office: Office) -> None:
        alert = send_alert(office, "lee")
        assert Api(person=office.lee).post(f"alerts/{alert.pk}/read", {"state": "unread"}).status_code == 400
