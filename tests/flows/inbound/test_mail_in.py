"""Messages that a mail system hands over: raw and in base64, proved, each once, with its attachments."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from flows.models import Run, RunInput, StoredRequest
from integrator.files.models import FileUse
from integrator.lib.signing import sign_mailgun
from integrator.people.roles import Role
from tests.support.files import MULTIPART, PDF_BYTES, count_spooled, make_body
from tests.support.hooks import SECRET, listen_to, post, sign, store_secret
from tests.support.mail import make_mail
from tests.support.run_pages import person_with

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_store")]
FLOW = """
format: 1
flow: orders
name: Orders
team: marketing
trigger:
  kind: email
  path: orders
  auth: {{kind: {auth}}}
  {more}
steps:
  keep: {{kind: set, with: {{got: "= trigger.body.subject"}}}}
"""
RFC822 = "message/rfc822"


def listen(auth: str = "none", more: str = "") -> None:
    listen_to(FLOW.format(auth=auth, more=more))


def hand_over(raw: bytes | None = None, **more: Any) -> HttpResponse:
    return post("orders", make_mail().as_bytes() if raw is None else raw, content_type=RFC822, **more)


def trigger_of(response: HttpResponse) -> dict[str, Any]:
    assert response.status_code == 202, response.content
    told = json.loads(response.content)
    found: dict[str, Any] = json.loads(RunInput.objects.get(run_id=told["run"]).trigger)
    return found


class TestMailIn:
    def test_takes_a_raw_message(self) -> None:
        listen()
        body = trigger_of(hand_over())["body"]
        assert (body["from"], body["subject"], body["message_id"]) == (
            "ana@example.org",
            "An order",
            "<1@example.org>",
        )

    def test_takes_a_message_in_base64(self) -> None:
        listen()
        raw = base64.encodebytes(make_mail().as_bytes()).decode()
        assert trigger_of(post("orders", {"raw": raw}))["body"]["subject"] == "An order"

    def test_takes_the_same_message_once(self) -> None:
        listen()
        first, second = hand_over(), hand_over()
        assert json.loads(second.content) == {**json.loads(first.content), "duplicate": True}
        assert Run.objects.count() == 1

    def test_keeps_attachments_with_the_run(self) -> None:
        listen()
        message = make_mail()
        message.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="a.pdf")
        trigger = trigger_of(hand_over(message.as_bytes()))
        assert trigger["files"] == trigger["body"]["attachments"]
        assert FileUse.objects.get(is_sure=True).subject_type == "run"

    def test_takes_messages_larger_than_other_calls_may_be(self) -> None:
        listen()
        message = make_mail()
        message.add_attachment(b"x" * 2_000_000, maintype="application", subtype="octet-stream", filename="a.bin")
        assert trigger_of(hand_over(message.as_bytes()))["body"]["attachments"][0]["bytes"] == 2_000_000

    def test_checks_the_signature_over_the_raw_bytes(self) -> None:
        store_secret()
        listen("standard_webhooks, secret: partner")
        raw = make_mail().as_bytes()
        assert hand_over(raw, headers=sign(raw)).status_code == 202
        assert hand_over(raw + b" ", headers=sign(raw)).status_code == 401
        assert hand_over(raw).status_code == 401

    def test_lets_in_who_has_the_password(self) -> None:
        store_secret("pw", name="relay")
        listen("bearer, secret: relay")
        assert hand_over(headers={"Authorization": "Bearer pw"}).status_code == 202
        assert hand_over(headers={"Authorization": "Bearer no"}).status_code == 401

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "words"),
        [
            (b"hello", RFC822, 400, "It is no e-mail"),
            (b'{"raw": 5}', "application/json", 400, "it is the message in base64"),
            (b'{"raw": "%%"}', "application/json", 400, "must be the whole message in base64"),
            (b"{", "application/json", 400, ""),
            (b"a=b", "application/x-www-form-urlencoded", 415, "Send message/rfc822"),
            (b"From: a@b.example\n\n" + b"x" * 27_000_000, RFC822, 413, "26,214,400 is the most"),
        ],
        ids=["no mail", "no text", "no base64", "no JSON", "a form", "large"],
    )
    def test_refuses_what_is_no_message_and_keeps_why(
        self, body: bytes, content_type: str, status: int, words: str
    ) -> None:
        listen()
        response = post("orders", body, content_type=content_type)
        assert response.status_code == status
        assert words in response.content.decode()
        assert words in StoredRequest.objects.get().reason
        assert not Run.objects.exists()

    def test_takes_automatic_mail_without_starting_anything(self) -> None:
        listen()
        message = make_mail()
        message["Auto-Submitted"] = "auto-replied"
        response = hand_over(message.as_bytes())
        told = json.loads(response.content)
        assert (response.status_code, told["run"]) == (202, None)
        assert "a machine sent it" in told["ignored"]
        assert StoredRequest.objects.get().code == "email.automatic"

    def test_has_no_due_times_on_the_flows_page(self) -> None:
        listen()
        page = person_with(Role.VIEWER)[1].get("/flows/orders/").content.decode()
        assert "When a mail system hands a message to /hooks/orders, a run starts." in page
        assert "Last time" not in page


class TestMailgun:
    """Forms as routes of Mailgun post them, after the documented example."""

    HEADERS = (
        ("Received", "by luna.mailgun.net with SMTP mgrt 8788212249833; Fri, 26 Apr 2013 18:50:30 +0000"),
        ("Message-Id", "<517ACC75.5010709@example.net>"),
        ("Mime-Version", "1.0"),
        ("Content-Type", 'multipart/mixed; boundary="------------020601070403020003080006"'),
        ("Date", "Fri, 26 Apr 2013 11:50:29 -0700"),
        ("From", "Bob <bob@example.net>"),
        ("To", "Alice <orders@example.org>"),
        ("Subject", "Re: An order"),
        ("In-Reply-To", "<1@example.org>"),
    )

    def fields(self, *, secret: str = SECRET, at: datetime | None = None) -> list[tuple[str, str]]:
        signed = sign_mailgun(secret, at or datetime.now(UTC), "06c96bafc3f42a66b9edd546347a2fe18dc23461fe80dc52f0")
        return [
            ("recipient", "orders@example.org"),
            ("sender", "bob@example.net"),
            ("message-headers", json.dumps([list(pair) for pair in self.HEADERS])),
            ("body-plain", "Hi Alice,\n\nzwölf Stück, please.\n"),
            ("body-html", "<p>Hi Alice,</p>"),
            ("attachment-count", "1"),
            *signed.items(),
        ]

    def send(self, fields: list[tuple[str, str]]) -> HttpResponse:
        body = make_body(fields=fields, files=[("attachment-1", "a.pdf", PDF_BYTES)])
        return post("orders", body, content_type=MULTIPART)

    def test_hands_over_a_message_with_its_attachments(self) -> None:
        store_secret()
        listen("mailgun, secret: partner")
        trigger = trigger_of(self.send(self.fields()))
        body = trigger["body"]
        assert (body["from"], body["from_name"], body["subject"]) == ("bob@example.net", "Bob", "Re: An order")
        assert (body["message_id"], body["in_reply_to"]) == ("<517ACC75.5010709@example.net>", "<1@example.org>")
        assert body["text"].startswith("Hi Alice,\n\nzwölf Stück")
        assert [(file["name"], file["type"]) for file in body["attachments"]] == [("a.pdf", "application/pdf")]
        assert trigger["files"] == body["attachments"]
        assert count_spooled() == 0
        again = self.send(self.fields())
        assert json.loads(again.content)["duplicate"] is True
        assert Run.objects.count() == 1

    def test_comes_whole_or_without_files_too(self) -> None:
        store_secret()
        listen("mailgun, secret: partner")
        whole = [("body-mime", make_mail().as_string()), *self.fields()[-3:]]
        assert trigger_of(self.send(whole))["body"]["subject"] == "An order"
        plain = post("orders", urlencode(self.fields()).encode(), content_type="application/x-www-form-urlencoded")
        assert trigger_of(plain)["body"]["attachments"] == []

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"secret": "another"}, "signed with another secret"),
            ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, "clock"),
        ],
    )
    def test_is_refused_with_another_signature(self, more: dict[str, Any], reason: str) -> None:
        store_secret()
        listen("mailgun, secret: partner")
        assert self.send(self.fields(**more)).status_code == 401
        assert reason in StoredRequest.objects.get().reason.lower()
        assert count_spooled() == 0

    def test_is_refused_without_signature_and_with_headers_that_are_none(self) -> None:
        store_secret()
        listen("mailgun, secret: partner")
        assert self.send(self.fields()[:-1]).status_code == 401
        assert hand_over().status_code == 401
        fields = [
            ("message-headers", "x") if name == "message-headers" else (name, text) for name, text in self.fields()
        ]
        refused = self.send(fields)
        assert (refused.status_code, json.loads(refused.content)["errors"][0]["pointer"]) == (400, "/message-headers")
        assert not Run.objects.exists()
        assert count_spooled() == 0
