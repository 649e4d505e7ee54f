"""Files made to do harm, brought by a webhook and opened by a colleague: kept as they are, and never acting."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path

import pytest
from django.http import HttpResponse

from flows.models import RunInput
from integrator.events.models import Event
from integrator.files.models import File
from integrator.people.models import Membership, Person, Team
from tests.support.files import HTML_BYTES, MULTIPART, PDF_BYTES, PNG_BYTES, SVG_BYTES, make_body
from tests.support.hooks import listen, post
from tests.support.personas import make_person, sign_in

GIF_AND_SCRIPT = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//<script>alert(1)</script>"
PDF_AND_HTML = PDF_BYTES + HTML_BYTES
JPEG_AND_ARCHIVE = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 30 + b"PK\x03\x04evil"


def zip_bomb() -> bytes:
    """Ten megabytes of nothing in ten kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil", b"\0" * 10_000_000)
    return packed.getvalue()


def pixel_flood() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""
    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0"
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + len(head).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")


CASES = [
    pytest.param("logo.png", "image/png", SVG_BYTES, None, id="a picture with a script"),
    pytest.param("contract.pdf", "application/pdf", HTML_BYTES, None, id="a page called a PDF"),
    pytest.param("page.txt", "text/plain", b"\xef\xbb\xbf  " + HTML_BYTES, None, id="a page called text"),
    pytest.param("a.gif", "image/gif", GIF_AND_SCRIPT, "image/gif", id="a GIF that is a script"),
    pytest.param("a.pdf", "text/html", PDF_AND_HTML, "application/pdf", id="a PDF that is a page"),
    pytest.param("a.jpg", "image/jpeg", JPEG_AND_ARCHIVE, "image/jpeg", id="a JPEG that is an archive"),
    pytest.param("bomb.zip", "application/zip", zip_bomb(), None, id="an archive that grows a thousandfold"),
    pytest.param("flood.png", "image/png", pixel_flood(), "image/png", id="a flood of pixels"),
    pytest.param("../../etc/cron.d/x", "text/plain", b"x", "text/plain", id="a path"),
    pytest.param("x\u202egpj.exe", "image/jpeg", b"MZ" + b"\0" * 60, None, id="a name that turns round"),
    pytest.param("<img src=x onerror=alert(1)>", "image/png", PNG_BYTES, "image/png", id="a name that is markup"),
]


def bring(name: str, media_type: str, data: bytes) -> tuple[File, Person]:
    """The file, brought by a webhook, and an operator of the flow's team."""
    team_id = listen().flow.team_id
    answer = post(body=make_body(files=[("f", name, data)], media_type=media_type), content_type=MULTIPART)
    assert answer.status_code == 202, answer.content
    trigger = json.loads(RunInput.objects.get(run_id=answer.json()["run"]).trigger)  # type: ignore[attr-defined]
    person = make_person()
    Membership.objects.create(person=person, team=Team.objects.get(pk=team_id), role="operator")
    return File.objects.select_related("content").get(pk=trigger["files"][0]["file"]), person


def open_as(person: Person, file: File, how: str = "") -> HttpResponse:
    return sign_in(person).get(f"/files/{file.pk}/{how}")  # type: ignore[return-value]


@pytest.mark.django_db
class TestUploads:
    @pytest.mark.parametrize(("name", "media_type", "data", "shown_as"), CASES)
    def test_are_kept_as_they_are_and_never_act(
        self, own_store: Path, name: str, media_type: str, data: bytes, shown_as: str | None
    ) -> None:
        file, person = bring(name, media_type, data)
        assert not set(file.name) & set('/\\\0<>"\u202e')
        assert [path for path in own_store.parent.rglob("*") if file.name in path.name and len(file.name) > 1] == []
        taken = open_as(person, file)
        assert b"".join(taken.streaming_content) == data  # type: ignore[attr-defined]
        assert taken["Content-Disposition"].startswith("attachment; ")
        assert taken["X-Content-Type-Options"] == "nosniff"
        assert taken["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert taken["Content-Type"] == (shown_as or "application/octet-stream")
        seen = open_as(person, file, "inline/")
        assert seen.status_code == (200 if shown_as else 404)
        if shown_as:
            assert seen["Content-Type"].partition(";")[0] == shown_as
            assert seen["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in seen["Content-Security-Policy"]
        assert b"<img src=x" not in open_as(person, file, "preview/").content

    def test_leave_their_hash_in_the_log(self, own_store: Path) -> None:
        file, person = bring("a.pdf", "application/pdf", PDF_BYTES)
        open_as(person, file)
        for event in Event.objects.filter(name__in=["file.stored", "file.read"]).select_related("payload"):
            assert file.content_id in event.payload.payload
        assert Event.objects.filter(name="file.read").count() == 1
