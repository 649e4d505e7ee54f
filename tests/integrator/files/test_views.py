"""Files as people get them: harmless to a browser, for those who see what they hang on, each read an event."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from integrator.events.models import Event
from integrator.files.models import File
from integrator.files.operations import Subject
from integrator.people.models import Person
from tests.support.cases import Office, make_case, make_office
from tests.support.files import HTML_BYTES, PDF_BYTES, PNG_BYTES, SVG_BYTES, any_id, make_file
from tests.support.personas import sign_in


@pytest.fixture
def office() -> Office:
    return make_office()


def hung(office: Office, data: bytes = PDF_BYTES, name: str = "contract.pdf") -> File:
    return make_file(data, name, on=[Subject("case", make_case(office).number)])


def get(person: Person | None, name: str, file_id: object, **more: Any) -> HttpResponse:
    return sign_in(person).get(reverse(name, args=[file_id]), **more)  # type: ignore[return-value,arg-type]


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.django_db
class TestDownloadFile:
    def test_sends_the_content_as_an_attachment_in_a_sandbox(self, office: Office) -> None:
        answer = get(office.mo, "file", hung(office).pk)
        assert body_of(answer) == PDF_BYTES
        assert answer["Content-Disposition"] == 'attachment; filename="contract.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert answer["Content-Length"] == str(len(PDF_BYTES))
        assert answer["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize(("data", "name"), [(HTML_BYTES, "page.pdf"), (SVG_BYTES, "logo.png"), (b"\0", "a.exe")])
    def test_never_says_that_it_is_markup_or_a_program(self, office: Office, data: bytes, name: str) -> None:
        answer = get(office.mo, "file", hung(office, data, name).pk)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")

    def test_notes_who_took_which_content(self, office: Office) -> None:
        file = hung(office)
        get(office.mo, "file", file.pk)
        event = Event.objects.select_related("payload").get(name="file.read")
        assert event.actor == f"person:{office.mo.pk}"
        assert file.content_id in event.payload.payload

    def test_sends_a_part_and_notes_a_reading_once(self, office: Office) -> None:
        file, reads = hung(office), Event.objects.filter(name="file.read")
        first = get(office.mo, "file", file.pk, headers={"Range": "bytes=1-3"})
        assert (first.status_code, body_of(first)) == (206, PDF_BYTES[1:4])
        assert (first["Content-Range"], first["Content-Length"]) == (f"bytes 1-3/{len(PDF_BYTES)}", "3")
        assert first["Accept-Ranges"] == "bytes"
        same = {"Range": "bytes=4-", "If-Range": first["ETag"]}
        rest = get(office.mo, "file", file.pk, headers=same)
        assert (rest.status_code, body_of(rest)) == (206, PDF_BYTES[4:])
        assert reads.count() == 1
        other = get(office.mo, "file", file.pk, headers={**same, "If-Range": '"another"'})
        assert (other.status_code, body_of(other)) == (200, PDF_BYTES)
        assert reads.count() == 2
        shown = get(office.mo, "file_inline", file.pk, headers={"Range": "bytes=-2"})
        assert (shown.status_code, body_of(shown)) == (206, PDF_BYTES[-2:])
        assert reads.count() == 2

    def test_has_nothing_behind_its_end(self, office: Office) -> None:
        file = hung(office)
        answer = get(office.mo, "file", file.pk, headers={"Range": f"bytes={len(PDF_BYTES)}-"})
        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PDF_BYTES)}")
        assert not Event.objects.filter(name="file.read").exists()
        assert get(office.sam, "file", file.pk, headers={"Range": "bytes=0-1"}).status_code == 404

    def test_shows_a_stranger_what_a_missing_file_shows(self, office: Office) -> None:
        file = hung(office)
        stranger, missing = get(office.sam, "file", file.pk), get(office.sam, "file", any_id())
        assert (stranger.status_code, missing.status_code) == (404, 404)
        assert not Event.objects.filter(name="file.read").exists()

    def test_leads_nobody_to_the_sign_in(self, office: Office) -> None:
        assert get(None, "file", hung(office).pk).status_code == 302

    def test_refuses_the_deactivated_at_once(self, office: Office) -> None:
        file, client = hung(office), sign_in(office.mo)
        Person.objects.filter(pk=office.mo.pk).update(is_active=False)
        assert client.get(reverse("file", args=[file.pk])).status_code == 302

    def test_gives_what_hangs_on_nothing_to_nobody_else(self, office: Office) -> None:
        file = make_file()
        assert get(office.adm, "file", file.pk).status_code == 404


@pytest.mark.django_db
class TestShowInline:
    @pytest.mark.parametrize(
        ("data", "media_type"), [(PNG_BYTES, "image/png"), (b"plain words", "text/plain; charset=utf-8")]
    )
    def test_frames_pictures_and_text_in_a_sandbox(self, office: Office, data: bytes, media_type: str) -> None:
        answer = get(office.mo, "file_inline", hung(office, data, "x").pk)
        assert answer["Content-Type"] == media_type
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "SAMEORIGIN"

    def test_frames_a_pdf_that_may_load_nothing(self, office: Office) -> None:
        answer = get(office.mo, "file_inline", hung(office).pk)
        assert answer["Content-Type"] == "application/pdf"
        assert "default-src 'none'" in answer["Content-Security-Policy"]

    @pytest.mark.parametrize("data", [HTML_BYTES, SVG_BYTES, b"PK\x03\x04zip", b'<?xml version="1.0"?><a/>'])
    def test_never_shows_what_may_hold_a_script(self, office: Office, data: bytes) -> None:
        assert get(office.mo, "file_inline", hung(office, data, "harmless.pdf").pk).status_code == 404

    def test_shows_a_stranger_nothing(self, office: Office) -> None:
        assert get(office.sam, "file_inline", hung(office).pk).status_code == 404


@pytest.mark.django_db
class TestPreviewFile:
    def test_frames_text_in_a_sandbox(self, office: Office) -> None:
        page = get(office.mo, "file_preview", hung(office, b"words", "note.txt").pk)
        assert b"<iframe" in page.content
        assert b"sandbox" in page.content
        assert "frame-src 'self'" in page["Content-Security-Policy"]

    def test_says_why_it_does_not_show_markup(self, office: Office) -> None:
        page = get(office.mo, "file_preview", hung(office, HTML_BYTES, "contract.pdf").pk)
        assert b"<iframe" not in page.content
        assert b"text/html" in page.content
        assert b"Download it" in page.content

    def test_shows_a_stranger_nothing(self, office: Office) -> None:
        assert get(office.sam, "file_preview", hung(office).pk).status_code == 404
