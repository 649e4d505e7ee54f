"""Mailboxes of a real Dovecot: each message once, with its files and its case, whoever dies when."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cases.models import Case
from flows.models import Run, StoredRequest
from flows.operations.publishing import import_flow
from integrator.files.models import File, FileUse
from tests.support.dovecot import Box
from tests.support.flows import settle
from tests.support.mail import CASE_FLOW, make_mail
from tests.support.mailboxes import pass_times, watch
from tests.support.triggers import NOW, bodies_of, let_pass, state_of, work

pytestmark = pytest.mark.django_db(transaction=True)


class TestMailbox:
    def test_starts_a_run_for_each_message_once(self, box: Box) -> None:
        box.put(make_mail("First"))
        flow = watch(box)
        pass_times()
        box.put(make_mail("Second", number=2))
        pass_times(2, first=1)
        assert state_of(flow).error is None
        assert [body["subject"] for body in bodies_of(flow)] == ["First", "Second"]
        first = bodies_of(flow)[0]
        assert (first["from"], first["from_name"], first["to"]) == ("ana@example.org", "Ana", ["orders@example.org"])
        assert first["message_id"] == "<1@example.org>"
        assert first["text"].strip() == "Please send one."
        assert first["date"] == "2026-11-19T09:00:00Z"

    def test_leaves_the_mailbox_as_it_is(self, box: Box) -> None:
        box.put(make_mail())
        flow = watch(box)
        pass_times(2)
        assert len(bodies_of(flow)) == 1
        assert "\\Seen" not in box.list_flags()[0]

    def test_marks_what_it_took_at_the_next_look(self, box: Box) -> None:
        box.put(make_mail())
        watch(box, more={"after": "seen"})
        pass_times()
        assert "\\Seen" not in box.list_flags()[0]
        pass_times(first=1)
        assert "\\Seen" in box.list_flags()[0]

    def test_moves_what_it_took(self, box: Box) -> None:
        box.make_folder("Done")
        box.put(make_mail())
        flow = watch(box, more={"after": "move:Done"})
        pass_times(3)
        assert (box.count(), box.count("Done"), len(bodies_of(flow))) == (0, 1, 1)

    def test_takes_only_unread_mail_at_first_and_all_later(self, box: Box) -> None:
        box.put(make_mail("Read"), flags="(\\Seen)")
        box.put(make_mail("Unread", number=2))
        flow = watch(box)
        pass_times()
        box.put(make_mail("Read elsewhere", number=3), flags="(\\Seen)")
        pass_times(first=1)
        assert [body["subject"] for body in bodies_of(flow)] == ["Unread", "Read elsewhere"]

    @pytest.mark.parametrize(("first", "taken"), [("all", ["Old", "New"]), ("new", ["New"])])
    def test_takes_what_was_there_before_as_it_is_told(self, first: str, taken: list[str], box: Box) -> None:
        box.put(make_mail("Old"), flags="(\\Seen)")
        flow = watch(box, more={"first": first})
        pass_times()
        box.put(make_mail("New", number=2))
        pass_times(first=1)
        assert [body["subject"] for body in bodies_of(flow)] == taken

    def test_starts_one_run_for_a_message_that_is_delivered_twice(self, box: Box) -> None:
        box.put(make_mail())
        box.put(make_mail())
        flow = watch(box)
        pass_times(2)
        assert len(bodies_of(flow)) == 1

    def test_tells_messages_without_an_id_apart_by_their_number(self, box: Box) -> None:
        message = make_mail()
        del message["Message-ID"]
        box.put(message)
        box.put(message)
        flow = watch(box)
        pass_times(2)
        assert len(bodies_of(flow)) == 2

    def test_looks_again_when_all_was_numbered_anew(self, box: Box) -> None:
        box.make_folder("Orders")
        box.put(make_mail("Known"), folder="Orders")
        flow = watch(box, folder="Orders")
        pass_times()
        validity = state_of(flow).kept["value"]["validity"]
        box.remove_folder("Orders")
        box.make_folder("Orders")
        box.put(make_mail("Known"), folder="Orders")
        box.put(make_mail("Missed", number=2), folder="Orders")
        pass_times(2, first=1)
        assert state_of(flow).kept["value"]["validity"] != validity
        assert [body["subject"] for body in bodies_of(flow)] == ["Known", "Missed"]

    def test_takes_the_rest_with_the_next_look(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flows.triggers.email.looking.MESSAGES_MAX", 2)
        for number in range(5):
            box.put(make_mail(f"Order {number}", number=number))
        flow = watch(box)
        counts = []
        for number in range(3):
            pass_times(first=number)
            counts.append(len(bodies_of(flow)))
        assert counts == [2, 4, 5]

    def test_looks_once_for_a_time_that_two_watchers_see(self, box: Box) -> None:
        box.put(make_mail())
        flow = watch(box)
        let_pass(NOW + timedelta(seconds=1))
        let_pass(NOW + timedelta(seconds=1))
        assert work() == 1
        assert len(bodies_of(flow)) == 1

    def test_reads_a_folder_with_a_name_of_any_language(self, box: Box) -> None:
        box.make_folder('"Auftr&AOQ-ge"')
        box.put(make_mail(), folder='"Auftr&AOQ-ge"')
        flow = watch(box, folder="Aufträge")
        pass_times()
        assert (len(bodies_of(flow)), state_of(flow).error) == (1, None)


class TestAttachments:
    def test_become_files_of_the_run(self, box: Box) -> None:
        message = make_mail()
        message.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="Angebot ä.pdf")
        box.put(message)
        flow = watch(box)
        pass_times()
        (run,) = Run.objects.filter(flow=flow).select_related("input")
        trigger = json.loads(run.input.trigger)
        (facts,) = trigger["files"]
        assert trigger["body"]["attachments"] == [facts]
        assert (facts["name"], facts["type"], facts["bytes"]) == ("Angebot ä.pdf", "application/pdf", 9)
        use = FileUse.objects.get(file_id=facts["file"])
        assert (use.subject_type, use.subject_id, use.is_sure) == ("run", str(run.pk), True)

    def test_are_not_kept_for_a_repeat(self, box: Box) -> None:
        message = make_mail()
        message.add_attachment(b"once", maintype="text", subtype="csv", filename="a.csv")
        box.put(message)
        box.put(message)
        watch(box)
        pass_times(2)
        assert File.objects.count() == 1


class TestCrashes:
    @pytest.mark.parametrize("point", ["trigger_asked", "trigger_item_landed"])
    def test_neither_lose_nor_double_a_message(self, point: str, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            message = make_mail(f"Order {number}", number=number)
            message.add_attachment(b"a", maintype="text", subtype="csv", filename="a.csv")
            box.put(message)
        flow = watch(box)

        class Killed(BaseException):
            pass

        def reach(name: str) -> None:
            if name == point:
                raise Killed

        let_pass(NOW + timedelta(seconds=1))
        for module in ("firing", "landing_each"):
            monkeypatch.setattr(f"flows.operations.triggering.{module}.reach", reach)
        with pytest.raises(Killed):
            work()
        monkeypatch.undo()
        flow.trigger.firings.update(lease_until=None)
        work()
        pass_times(first=1)
        assert sorted(body["subject"] for body in bodies_of(flow)) == ["Order 0", "Order 1", "Order 2"]
        assert FileUse.objects.filter(is_sure=True).count() == 3


class TestConversations:
    def test_an_answer_joins_the_open_case_that_its_subject_names(self, box: Box) -> None:
        trigger = {
            "kind": "email",
            "mailbox": box.settings(),
            "business_key": "= body.case_number",
            "on_existing": "feed",
        }
        import_flow(text=CASE_FLOW.format(trigger=json.dumps(trigger)), person=None, publish=True, now=NOW)
        box.put(make_mail("How much is it?"))
        pass_times()
        settle()
        case = Case.objects.get()
        reply = make_mail(f"Re: [{case.number}] How much is it?", number=2, text="It was meant for two.")
        reply["In-Reply-To"] = "<1@example.org>"
        reply.add_attachment(b"a,b", maintype="text", subtype="csv", filename="more.csv")
        box.put(reply)
        pass_times(first=1)
        settle()
        run = Run.objects.get()
        assert run.case_number == case.number
        assert run.status == Run.Status.COMPLETED
        row = StoredRequest.objects.get(code="intake.joined")
        assert row.reason.startswith(f"It joined the open case {case.number}: 1 run waited")
        uses = set(FileUse.objects.values_list("subject_type", "subject_id", "is_sure"))
        assert uses == {("run", str(run.pk), True), ("request", str(row.pk), True)}

    def test_a_message_goes_to_the_run_that_waits_for_its_answer(self, box: Box) -> None:
        correlate = {"message": "support", "key": "= $default(body.case_number, null)"}
        trigger = {"kind": "email", "mailbox": box.settings(), "correlate": correlate}
        import_flow(text=CASE_FLOW.format(trigger=json.dumps(trigger)), person=None, publish=True, now=NOW)
        box.put(make_mail("How much is it?"))
        pass_times()
        settle()
        box.put(make_mail(f"Re: {Case.objects.get().number}", number=2))
        pass_times(first=1)
        settle()
        assert Run.objects.get().status == Run.Status.COMPLETED
        assert StoredRequest.objects.filter(code="intake.delivered").count() == 1
