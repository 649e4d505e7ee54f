"""A worker sends what is due by itself, without a bell."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from notifications import bells
from notifications.loop import look, run_delivery_loop
from notifications.models import Delivery
from tests.support.alerts import send_alert
from tests.support.cases import make_office
from tests.support.mail_server import Mailbox
from tests.support.processes import wait_for


@pytest.mark.django_db(transaction=True)
class TestLoop:
    def test_sends_without_a_bell(self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
        def keep_still(*_: Any) -> None:
            """No broker hears it."""

        monkeypatch.setattr(bells.DELIVERIES, "ring", keep_still)
        assert not look()
        send_alert(make_office(), "lee")
        Delivery.objects.filter(state="queued").update(due_at="2020-01-01T00:00:00Z")
        assert look()
        stop = threading.Event()
        thread = threading.Thread(target=run_delivery_loop, args=(stop,))
        thread.start()
        try:
            wait_for(lambda: bool(mailbox.mails) and not look(), within_s=60, what="the mail")
        finally:
            stop.set()
            thread.join(60)
        assert Delivery.objects.get(channel="email").state == "sent"
