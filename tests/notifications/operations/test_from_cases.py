"""Alerts about people's work: who is called on hears of it, a guest's link goes out by mail and is kept nowhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from cases.models import GuestPass
from cases.operations import comment_case, comment_task, invite_guest, revoke_guest
from cases.operations.invitations import make_token
from integrator.database.clock import get_database_now
from integrator.people.models import Person
from notifications.models import Alert, Delivery
from notifications.operations import deliver_all
from tests.support.cases import NOW, Office, ask_work, make_case
from tests.support.mail_server import Mailbox

pytestmark = pytest.mark.django_db


def make_due() -> None:
    Delivery.objects.filter(state="queued").update(due_at=get_database_now() - timedelta(seconds=1))


class TestMentions:
    def test_tell_those_who_may_see_it(self, office: Office) -> None:
        task = ask_work(office, ["lee", "lia"])
        comment_task(task_id=task.pk, person=office.lee, text="@lia and @sam, look", now=NOW)
        alert = Alert.objects.get()
        assert (alert.title, alert.link) == ("Lee wrote to you about “Mend it”", f"/inbox/{task.pk}/")
        assert {row.person for row in alert.deliveries.all()} == {office.lia}

    def test_of_cases_lead_to_the_case(self, office: Office) -> None:
        case = make_case(office)
        comment_case(number=case.number, person=office.ana, text="@mo look", now=NOW)
        assert Alert.objects.get().link == f"/cases/{case.number}/"

    def test_of_oneself_tell_nobody(self, office: Office) -> None:
        task = ask_work(office, "lee")
        comment_task(task_id=task.pk, person=office.lee, text="@lee to do", now=NOW)
        assert not Alert.objects.exists()


class TestGuestMails:
    @pytest.fixture(autouse=True)
    def _address(self, settings: object) -> None:
        settings.BASE_URL = "https://flows.example"  # type: ignore[attr-defined]

    def test_bring_a_link_that_opens_the_task(self, office: Office, mailbox: Mailbox) -> None:
        task = ask_work(office, "lee")
        row = invite_guest(task_id=task.pk, person=office.mo, email="kim@example.com", now=NOW)
        make_due()
        deliver_all()
        assert mailbox.recipients == ["kim@example.com"]
        text = mailbox.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        link = re.search(r"https://flows\.example(/guest/\S+)", text)
        assert link is not None
        assert link[1] == f"/guest/{make_token(row)}/"
        assert "/alerts/" not in text
        GuestPass.objects.update(expires_at=get_database_now() + timedelta(days=1))
        assert "Mend it" in Client().get(link[1]).content.decode()
        sign = make_token(row).rpartition(".")[2]
        kept = [str(list(model.objects.values())) for model in (Alert, Delivery, GuestPass)]
        assert sign not in " ".join(kept)

    def test_are_not_sent_for_a_link_that_was_taken_back(self, office: Office, mailbox: Mailbox) -> None:
        task = ask_work(office, "lee")
        row = invite_guest(task_id=task.pk, person=office.mo, email="kim@example.com", now=NOW)
        revoke_guest(task_id=task.pk, pass_id=row.pk, person=office.mo, now=NOW)
        make_due()
        deliver_all()
        assert mailbox.mails == []
        assert Delivery.objects.get().error_code == "email.link_over"

    def test_show_in_nobody_s_alerts(self, office: Office, mailbox: Mailbox) -> None:
        invite_guest(task_id=ask_work(office, "lee").pk, person=office.mo, email="kim@example.com", now=NOW)
        assert Person.objects.filter(email="kim@example.com").count() == 0
        assert Delivery.objects.get().person is None
