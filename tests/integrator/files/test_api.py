"""``/api/v1/files``: bringing, looking at and taking files by token."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from integrator.files.models import File
from tests.support.api import PREFIX, Api, check_answer
from tests.support.cases import Office, make_office
from tests.support.files import MULTIPART, PDF_BYTES, count_spooled, make_body
from tests.support.personas import bearer, make_token_of


@pytest.fixture
def office() -> Office:
    return make_office()


def upload(office: Office, body: bytes, media_type: str = MULTIPART) -> HttpResponse:
    headers = bearer(make_token_of(office.ana))
    answer = Client().post(f"{PREFIX}files", data=body, content_type=media_type, headers=headers)
    check_answer("post", f"{PREFIX}files", answer)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


@pytest.mark.django_db
class TestFiles:
    def test_keeps_a_file_and_gives_its_facts(self, office: Office) -> None:
        answer = upload(office, make_body(files=[("file", "../../contract.pdf", PDF_BYTES)], media_type="text/html"))
        assert answer.status_code == 201
        facts = json.loads(answer.content)
        assert facts["name"] == "contract.pdf"
        assert facts["type"] == "application/pdf"
        assert facts["sha256"] == hashlib.sha256(PDF_BYTES).hexdigest()
        assert facts["content"].endswith(f"/api/v1/files/{facts['file']}/content")
        assert File.objects.get().declared_type == "text/html"
        assert count_spooled() == 0

    def test_gives_it_back_to_who_brought_it_and_nobody_else(self, office: Office) -> None:
        facts = json.loads(upload(office, make_body(files=[("file", "a.pdf", PDF_BYTES)])).content)
        mine, theirs = Api(person=office.ana), Api(person=office.bo)
        assert mine.get(f"files/{facts['file']}").json()["name"] == "a.pdf"
        content = mine.client.get(f"{PREFIX}files/{facts['file']}/content", headers=mine.headers)
        assert b"".join(content.streaming_content) == PDF_BYTES  # type: ignore[attr-defined]
        part = mine.client.get(f"{PREFIX}files/{facts['file']}/content", headers={**mine.headers, "Range": "bytes=0-4"})
        assert (part.status_code, b"".join(part.streaming_content)) == (206, PDF_BYTES[:5])  # type: ignore[attr-defined]
        behind = mine.client.get(
            f"{PREFIX}files/{facts['file']}/content", headers={**mine.headers, "Range": "bytes=-0"}
        )
        assert (behind.status_code, json.loads(behind.content)["code"]) == (416, "request.range")
        assert behind["Content-Range"] == f"bytes */{len(PDF_BYTES)}"
        assert theirs.get(f"files/{facts['file']}").status_code == 404
        assert theirs.get(f"files/{facts['file']}/content").status_code == 404

    def test_says_when_no_file_came(self, office: Office) -> None:
        answer = upload(office, make_body(fields=[("file", "words")]))
        assert answer.status_code == 400
        assert "Choose a file" in json.loads(answer.content)["detail"]

    def test_refuses_a_file_over_the_limit_and_keeps_nothing(self, office: Office) -> None:
        with override_settings(FILE_MAX_BYTES=10):
            answer = upload(office, make_body(files=[("file", "big.pdf", PDF_BYTES)]))
        assert answer.status_code == 413
        assert "“big.pdf” is larger than 10 bytes" in json.loads(answer.content)["detail"]
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_refuses_json_that_claims_to_be_an_upload(self, office: Office) -> None:
        body = json.dumps({"file": {"path": "/etc/passwd", "filepath": "/etc/passwd", "name": "x"}}).encode()
        assert upload(office, body, "application/json").status_code == 415

    def test_refuses_a_body_without_boundary(self, office: Office) -> None:
        assert upload(office, b"x", "multipart/form-data").status_code == 400


@pytest.mark.django_db
class TestOtherAddresses:
    def test_read_past_files_that_they_do_not_take(self, office: Office) -> None:
        client = Client()
        client.force_login(office.ana)
        body = make_body(files=[("file", "a.pdf", PDF_BYTES)])
        client.post("/preferences/", data=body, content_type=MULTIPART)
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_refuse_a_body_that_says_it_is_too_large(self) -> None:
        with override_settings(UPLOAD_MAX_BYTES=10, UPLOAD_FIELD_MAX_BYTES=10):
            answer = Client().post(
                "/accounts/login/", data=make_body(files=[("file", "a", b"x" * 100)]), content_type=MULTIPART
            )
        assert answer.status_code == 413
