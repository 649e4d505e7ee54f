"""The page of a guest: looking changes nothing, one answer counts, and the link stays between guest and page."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.models import GuestPass, Task
from cases.operations.invitations import make_token
from integrator.events.actors import Actor
from integrator.events.models import Event
from integrator.files.models import File, FileUse
from integrator.files.operations import Bringer, keep_upload
from integrator.rates import OwnCounter
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of
from tests.support.files import PDF_BYTES, count_spooled, make_upload

pytestmark = pytest.mark.django_db
FORM = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "title": "Amount"}}}
FILE_FORM = {
    "type": "object",
    "required": ["scan", "words"],
    "properties": {"scan": {"type": "string", "format": "file"}, "words": {"type": "string"}},
}
SHOW = [{"label": "Part", "value": "<script>x</script>", "as": "text"}]


def ask_guest(office: Office, to: str, **fields: Any) -> Task:
    """Asked by the machine's clock, as the pages that answer are: a link is over after 14 days."""
    return ask_work(office, to, now=timezone.now(), **fields)


@pytest.fixture(autouse=True)
def _mail(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_SERVER = {"host": "mail.example"}
    settings.BASE_URL = "https://flows.example"
    counter = OwnCounter()
    monkeypatch.setattr("cases.views.guest.get_counter", lambda: counter)


@pytest.fixture
def task(office: Office) -> Task:
    return ask_guest(office, "guest:kim@example.com", form=FORM, show=SHOW)


@pytest.fixture
def address(task: Task) -> str:
    return f"/guest/{make_token(GuestPass.objects.get())}/"


def send(address: str, **data: Any) -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    mark = re.search(r'name="mark" value="([^"]+)"', client.get(address).content.decode())
    return client.post(address, {"outcome": "done", "mark": mark[1] if mark else "", "field-0": "12", **data})


class TestLooking:
    def test_shows_the_task_alone(self, office: Office, address: str) -> None:
        page = Client().get(address).content.decode()
        for words in ("Mend it", "You are asked as kim@example.com", "&lt;script&gt;x&lt;/script&gt;", "Amount"):
            assert words in page
        assert "/inbox/" not in page
        assert "/cases/" not in page

    def test_changes_nothing_whatever_looks(self, office: Office, address: str) -> None:
        before = Event.objects.count()
        client = Client()
        for _ in range(3):
            client.get(address, headers={"purpose": "prefetch", "sec-purpose": "prefetch"})
            client.head(address)
        assert client.options(address).status_code == 405
        assert client.put(address, "{}").status_code == 405
        assert Event.objects.count() == before
        assert Task.objects.get().status == "open"

    def test_keeps_the_link_to_itself(self, address: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            answers = [Client().get(address), Client().get(address[:-2] + "0/"), Client().post(address)]
        for answer in answers:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "noindex" in answer.headers["X-Robots-Tag"]
            assert "'unsafe" not in answer.headers["Content-Security-Policy"]
            assert not re.search(r'(?:src|href|action)="https?://', answer.content.decode())
        assert address.split("/")[2] not in caplog.text

    def test_says_the_same_for_every_link_that_is_not_ours(self, address: str) -> None:
        other = "1" if address[-2] == "0" else "0"
        wrong = [Client().get(f"/guest/{token}/") for token in ("x", address[7:-2] + other, "0" * 32 + "." + "0" * 64)]
        assert [answer.status_code for answer in wrong] == [404, 404, 404]
        assert len({answer.content for answer in wrong}) == 1


class TestAnswering:
    def test_counts_once(self, office: Office, address: str) -> None:
        assert "Thank you" in send(address, comment="Mended.").content.decode()
        task = Task.objects.get()
        assert (task.status, task.decided_by_guest, task.data) == ("done", "kim@example.com", {"amount": 12})
        again = Client().get(address)
        assert (again.status_code, "answered this already" in again.content.decode()) == (410, True)
        assert send(address).status_code == 410
        assert len(events_of("task.decided")) == 1

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, address: str) -> None:
        answer = send(address, **{"field-0": "much", "comment": "Half"})
        assert answer.status_code == 400
        assert "much" in answer.content.decode()
        assert "Half</textarea>" in answer.content.decode()
        assert Task.objects.get().status == "open"

    def test_needs_the_page_to_have_been_loaded(self, office: Office, address: str) -> None:
        other = ask_guest(office, "guest:kim@example.com")
        mark = re.search(
            r'name="mark" value="([^"]+)"',
            Client().get(f"/guest/{make_token(GuestPass.objects.get(task=other))}/").content.decode(),
        )
        for wrong in ("", "x", mark[1] if mark else "x"):
            answer = Client().post(address, {"outcome": "done", "field-0": "12", "mark": wrong})
            assert (answer.status_code, "Look it through once more" in answer.content.decode()) == (400, True)
        assert set(Task.objects.values_list("status", flat=True)) == {"open"}

    def test_works_from_a_page_that_gives_no_origin(self, address: str) -> None:
        client = Client(enforce_csrf_checks=True, headers={"origin": "null"})
        mark = re.search(r'name="mark" value="([^"]+)"', client.get(address, secure=True).content.decode())
        assert mark is not None
        answer = client.post(address, {"outcome": "done", "field-0": "1", "mark": mark[1]}, secure=True)
        assert "Thank you" in answer.content.decode()

    def test_needs_a_reason_to_reject(self, office: Office) -> None:
        ask_approval(office, ["guest:kim@example.com"], now=timezone.now())
        address = f"/guest/{make_token(GuestPass.objects.get())}/"
        assert "A rejection needs a comment" in send(address, outcome="rejected").content.decode()
        assert "Thank you" in send(address, outcome="rejected", comment="No.").content.decode()


class TestTries:
    def test_are_counted_by_address(self, address: str, settings: Any) -> None:
        client = Client(headers={}, REMOTE_ADDR="192.0.2.77")
        statuses = [client.post(address).status_code for _ in range(12)]
        assert statuses[:10] == [400] * 10
        assert statuses[10:] == [429] * 2
        assert "Retry-After" in client.post(address).headers
        assert Client(REMOTE_ADDR="192.0.2.78").get(address).status_code == 200


class TestFiles:
    def test_open_only_when_the_task_shows_them(self, address: str) -> None:
        answer = Client().get(f"{address}files/0198c000-0000-7000-8000-000000000000/")
        assert answer.status_code == 404


@pytest.mark.usefixtures("own_store")
class TestBringingFiles:
    @pytest.fixture
    def task(self, office: Office) -> Task:
        return ask_guest(office, "guest:kim@example.com", form=FILE_FORM)

    def bring(self, address: str, data: bytes = PDF_BYTES, **more: str) -> HttpResponse:
        return send(address, **{"field-0": SimpleUploadedFile("scan.svg", data), "field-1": "Signed.", **more})

    def test_come_with_the_answer(self, address: str, task: Task) -> None:
        page = Client().get(address).content.decode()
        assert 'enctype="multipart/form-data"' in page
        assert "Thank you" in self.bring(address).content.decode()
        task.refresh_from_db()
        file = File.objects.select_related("content").get()
        assert task.data is not None
        assert task.data["scan"]["file"] == str(file.pk)
        assert (file.content.type, file.created_by) == ("application/pdf", f"guest:{GuestPass.objects.get().pk}")
        assert ("task", str(task.pk)) in set(FileUse.objects.values_list("subject_type", "subject_id"))

    def test_are_kept_while_the_rest_is_mended(self, address: str, task: Task) -> None:
        page = self.bring(address, **{"field-1": ""}).content.decode()
        kept = re.search(r'name="field-0-kept" value="([^"]+)"', page)
        assert kept is not None
        assert "/files/" not in page
        assert "Thank you" in send(address, **{"field-0": "", "field-0-kept": kept[1], "field-1": "x"}).content.decode()
        task.refresh_from_db()
        assert task.data is not None
        assert task.data["scan"]["file"] == kept[1]

    def test_are_the_link_s_own(self, office: Office, address: str) -> None:
        other = ask_guest(office, "guest:kim@example.com", form=FILE_FORM)
        theirs = [Actor.guest(GuestPass.objects.get(task=other).pk), Actor.person(office.lee)]
        for actor in theirs:
            file = keep_upload(make_upload(), by=Bringer(actor=actor), now=NOW)
            answer = send(address, **{"field-0": "", "field-0-kept": str(file.pk), "field-1": "x"})
            assert (answer.status_code, "must be a file that you brought" in answer.content.decode().lower()) == (
                400,
                True,
            )

    def test_are_read_past_where_nothing_asks_for_them(self, office: Office, address: str) -> None:
        plain = ask_guest(office, "guest:ben@example.com", form=FORM)
        asks_nothing = f"/guest/{make_token(GuestPass.objects.get(task=plain))}/"
        assert "Thank you" in send(asks_nothing, **{"scan": SimpleUploadedFile("x.pdf", PDF_BYTES)}).content.decode()
        without_mark = {"outcome": "done", "field-0": SimpleUploadedFile("x.pdf", PDF_BYTES)}
        assert Client().post(address, without_mark).status_code == 400
        GuestPass.objects.exclude(task=plain).update(revoked_at=NOW)
        assert self.bring(address).status_code == 410
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_are_only_so_many(self, address: str, settings: Any) -> None:
        settings.FILE_MAX_BYTES, settings.UPLOAD_MAX_BYTES = 1000, 1000
        for _ in range(2):
            assert self.bring(address, b"a" * 400, **{"field-1": ""}).status_code == 400
        over = self.bring(address, b"b" * 400)
        assert (over.status_code, "more than this link takes" in over.content.decode()) == (413, True)
        assert (File.objects.count(), count_spooled()) == (2, 0)
        GuestPass.objects.update(files_brought=20, bytes_brought=0)
        assert self.bring(address, b"c").status_code == 413
        assert Task.objects.get().status == "open"

    def test_are_only_so_large(self, address: str, settings: Any) -> None:
        settings.FILE_MAX_BYTES = 100
        assert self.bring(address, b"a" * 101).status_code == 413
        assert (File.objects.count(), count_spooled()) == (0, 0)


class TestFormsOfGuests:
    def ask(self, office: Office, field: dict[str, Any]) -> str:
        task = ask_guest(office, "guest:kim@example.com", form={"type": "object", "properties": {"one": field}})
        return f"/guest/{make_token(GuestPass.objects.get(task=task))}/"

    def test_take_only_people_who_are_here(self, office: Office) -> None:
        address = self.ask(office, {"type": "string", "x-field": "person", "title": "Who"})
        assert send(address, **{"field-0": "nobody"}).status_code == 400
        assert "Thank you" in send(address, **{"field-0": "lee"}).content.decode()

    def test_take_only_what_the_list_has(self, office: Office, settings: Any) -> None:
        settings.FORM_LOOKUPS = {"connection": "tests.support.form_lookups.look_up"}
        spec = {"connection": "guests", "path": "/suppliers"}
        address = self.ask(office, {"x-field": "lookup", "x-lookup": spec, "title": "Supplier"})
        assert "Smith</option>" in Client().get(address).content.decode()
        assert send(address, **{"field-0": "none-of-them"}).status_code == 400
        assert Task.objects.get().status == "open"

    def test_cannot_be_confirmed_by_somebody_unknown(self, office: Office) -> None:
        address = self.ask(office, {"x-field": "confirmation", "title": "I agree", "x-text": "All is right."})
        answer = send(address, **{"field-0-name": "Lee", "field-0-secret": "x"})
        assert (answer.status_code, "A guest cannot confirm" in answer.content.decode()) == (400, True)
        assert Task.objects.get().status == "open"

    def test_make_room_for_a_row_without_scripts(self, office: Office) -> None:
        rows = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
        address = self.ask(office, {**rows, "x-field": "table", "title": "Lines"})
        page = send(address, **{"add-row": "field-0"})
        assert (page.status_code, "field-0-0-" in page.content.decode()) == (200, True)
        assert Task.objects.get().status == "open"
