"""A worker killed while it hands a mail over: the alert was told once, and the mail comes under the same message id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.kill.conftest import GRACE_S, LEASE_S
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.mail_server import Mailbox, serve_mail
from tests.support.processes import wait_for

FLOW = """\
format: 1
flow: watch
name: Watch
team: marketing
trigger: {kind: webhook, path: watch, auth: {kind: none}}
steps:
  tell: {kind: notify.send, with: {to: lee, title: "= trigger.body.title", severity: critical}}
"""
STATES = "SELECT state, attempts FROM notifications_delivery WHERE channel = 'email'"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Takes mails at once, and says so only when it is told to."""
    with serve_mail() as box:
        box.may_answer.clear()
        yield box


@pytest.fixture
def made(tmp_path: Path, mailbox: Mailbox) -> Iterator[Installation]:
    """One flow that alerts, on SQLite, with that mail server."""
    mail = {
        "INTEGRATOR_EMAIL_HOST": "127.0.0.1",
        "INTEGRATOR_EMAIL_PORT": str(mailbox.port),
        "INTEGRATOR_EMAIL_TLS": "none",
        "INTEGRATOR_EMAIL_FROM": "flows@example.com",
    }
    with installations.embedded(tmp_path, flows=[FLOW], INTEGRATOR_LEASE_S=str(LEASE_S), **mail) as installation:
        yield installation


@pytest.mark.slow(sample=True)
class TestKilledInMidDelivery:
    def test_tells_once_and_mails_again_under_the_same_id(self, made: Installation, mailbox: Mailbox) -> None:
        up = made.start_up()
        sent = requests.post(f"{made.url}/hooks/watch", json={"title": "The ERP is down"}, timeout=10)
        assert sent.status_code == 202
        assert mailbox.began.wait(60), "no mail was begun"
        up.kill()
        assert made.query(STATES) == [("sending", 1)]
        mailbox.may_answer.set()
        made.start_up()
        wait_for(lambda: made.query(STATES) == [("sent", 2)], within_s=LEASE_S + 10 + GRACE_S, what="the second try")
        ids = [str(mail["Message-ID"]) for mail in mailbox.mails]
        assert (len(ids), len(set(ids))) == (2, 1)
        (alert,) = made.get("lee", "/api/v1/alerts")["results"]
        assert (alert["title"], alert["state"], alert["run"]) == ("The ERP is down", "unread", sent.json()["run"])
