"""Broken and automatic messages, wrong settings and TLS, with a real Dovecot: told in words, holding up no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows.models import Run
from flows.operations.intake import accepting
from flows.operations.intake.arrivals import Arrival
from flows.operations.triggering.landing_each import FAULT
from integrator.files.models import File
from integrator.people.roles import Role
from tests.support.cases import events_of
from tests.support.dovecot import Box
from tests.support.mail import make_mail
from tests.support.mailboxes import pass_times, refusals, watch
from tests.support.run_pages import person_with
from tests.support.triggers import NOW, bodies_of, let_pass, state_of, work

pytestmark = pytest.mark.django_db(transaction=True)


class TestBrokenMessages:
    def test_are_refused_with_the_reason_and_hold_up_no_other(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("looking", "parsing"):
            monkeypatch.setattr(f"flows.triggers.email.{module}.MAIL_MAX_BYTES", 100_000)
        nested = b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(60)
        )
        box.put(b"From: a@b.example\r\nSubject: c\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\r\n")
        box.put(b"From: a@b.example\r\nMessage-ID: <n@b>\r\n" + nested + b"\r\nx\r\n")
        box.put(b"no headers at all\r\n")
        box.put(make_mail("Large", number=7, text="x" * 70 + ("\n" + "y" * 70) * 2_000))
        box.put(make_mail("Whole", number=8))
        flow = watch(box)
        pass_times(2)
        assert [body["subject"] for body in bodies_of(flow)] == ["Whole"]
        charset, parts, nothing, large = refusals()
        assert "charset 'klingon'" in charset
        assert "nested deeper than 20" in parts
        assert "It is no e-mail" in nothing
        assert "100,000 is the most" in large
        assert len(events_of("request.refused")) == 4
        assert state_of(flow).error is None

    def test_take_a_message_without_a_subject(self, box: Box) -> None:
        message = make_mail()
        del message["Subject"]
        box.put(message)
        flow = watch(box)
        pass_times()
        assert [body["subject"] for body in bodies_of(flow)] == [""]

    def test_survive_a_fault_of_ours(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        def break_(raw: bytes) -> str:
            raise RecursionError

        box.put(make_mail())
        monkeypatch.setattr("flows.triggers.email.parsing.tell_automatic", break_)
        watch(box)
        pass_times(2)
        assert len(refusals()) == 1

    def test_survive_a_fault_when_they_are_stored(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        def accept_in(arrival: Arrival) -> Any:
            if arrival.facts.body["subject"] == "Poison":
                raise ValueError
            return accepting.accept_in(arrival)

        poison = make_mail("Poison")
        poison.add_attachment(b"a", maintype="text", subtype="csv", filename="a.csv")
        box.put(poison)
        box.put(make_mail("Whole", number=2))
        monkeypatch.setattr("flows.operations.triggering.landing_each.accept_in", accept_in)
        flow = watch(box)
        pass_times(2)
        assert [body["subject"] for body in bodies_of(flow)] == ["Whole"]
        assert refusals() == [FAULT]
        assert not File.objects.exists()

    def test_are_held_against_the_schema(self, box: Box) -> None:
        box.put(make_mail("Hello"))
        schema = {"type": "object", "properties": {"subject": {"type": "string", "pattern": "^Order"}}}
        flow = watch(box, more={"schema": schema})
        pass_times(2)
        assert bodies_of(flow) == []
        assert [reason.partition(":")[0] for reason in refusals()] == ["/subject"]


class TestAutomaticMail:
    @pytest.mark.parametrize(
        ("header", "value"), [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("Return-Path", "<>")]
    )
    def test_starts_nothing_and_says_why(self, header: str, value: str, box: Box) -> None:
        message = make_mail()
        message[header] = value
        box.put(message)
        flow = watch(box)
        pass_times(2)
        assert bodies_of(flow) == []
        (reason,) = refusals()
        assert reason.startswith("It started nothing, because it")
        assert "automatic: take" in reason

    def test_starts_runs_where_the_flow_takes_it(self, box: Box) -> None:
        message = make_mail()
        message["Auto-Submitted"] = "auto-generated"
        box.put(message)
        flow = watch(box, more={"automatic": "take"})
        pass_times()
        assert "a machine sent it" in bodies_of(flow)[0]["automatic"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("more", "mailbox", "code", "words"),
        [
            ({}, {"folder": "inboks"}, "email.folder", "has no folder 'inboks'. Did you mean 'INBOX'?"),
            ({}, {"folder": "Orders"}, "email.folder", "The folders there are 'INBOX'. Write one of"),
            ({"after": "move:Done"}, {}, "email.folder", "Write one of them in 'after'."),
            ({}, {"secret": "wrong"}, "email.sign_in", "in with the secret 'wrong'. Check 'user', and set"),
            ({}, {"secret": "other"}, "trigger.secret_missing", "There is no secret other."),
            ({}, {"tls": "implicit"}, "email.tls", "it does not speak TLS there. Write 'tls: starttls'"),
            ({}, {"tls": "starttls"}, "email.tls", "put the certificate that signed its own under 'trust'"),
            ({}, {"port": 1}, "email.unreachable", "the connection was refused"),
            ({}, {"host": "10.0.0.1"}, "outbound.refused", "An administrator can add it to INTEGRATOR_OUTBOUND_ALLOW."),
        ],
    )  # fmt: skip
    def test_say_what_to_do(
        self, more: dict[str, Any], mailbox: dict[str, Any], code: str, words: str, box: Box
    ) -> None:
        flow = watch(box, more=more, **mailbox)
        pass_times()
        error = state_of(flow).error
        assert (error["code"], words in error["message"]) == (code, True), error
        assert not Run.objects.exists()

    def test_say_that_a_server_waits_for_tls(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flows.triggers.email.session.GREETING_S", 1.0)
        flow = watch(box, port=box.server.encrypted)
        pass_times()
        assert "then write 'tls: implicit'" in state_of(flow).error["message"]

    def test_refuse_a_private_host_that_is_not_allowed(self, box: Box, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ()
        flow = watch(box)
        pass_times()
        assert state_of(flow).error["code"] == "outbound.refused"

    def test_are_over_when_they_are_mended(self, box: Box) -> None:
        box.put(make_mail())
        watch(box, folder="Orders")
        pass_times()
        flow = watch(box)
        let_pass(NOW + timedelta(minutes=5))
        work()
        assert (state_of(flow).error, len(bodies_of(flow))) == (None, 1)

    def test_are_told_on_the_flows_page(self, box: Box) -> None:
        watch(box, folder="inboks")
        pass_times()
        page = person_with(Role.VIEWER)[1].get("/flows/timed/").content.decode()
        assert f"the folder inboks of {box.user} is looked into, and each new message starts a run." in page
        assert "Did you mean &#x27;INBOX&#x27;?" in page


class TestEncryption:
    @pytest.mark.parametrize("tls", ["implicit", "starttls"])
    def test_trusts_the_certificate_that_is_given(self, tls: str, box: Box) -> None:
        box.put(make_mail())
        port = box.server.encrypted if tls == "implicit" else box.server.plain
        flow = watch(box, tls=tls, port=port, trust=box.server.ca_pem)
        pass_times()
        assert (state_of(flow).error, len(bodies_of(flow))) == (None, 1)
