"""Calls that bring forms and files: checked before anything is kept, and nothing kept of a refused one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import override_settings

from flows.models import RunInput, StoredRequest
from integrator.events.models import Event
from integrator.files.models import File, FileUse
from tests.support.files import HTML_BYTES, MULTIPART, PDF_BYTES, SVG_BYTES, count_spooled, make_body
from tests.support.hooks import SECRET, listen, post, sign, store_secret

SCHEMA = """\
  auth: {kind: none}
  schema:
    type: object
    required: [name, contract]
    properties:
      name: {type: string, minLength: 1}
      amount: {type: integer}
      urgent: {type: boolean}
      contract: {type: string, contentEncoding: base64}
      pictures: {type: array, items: {type: string, contentEncoding: base64}}
"""


pytestmark = pytest.mark.usefixtures("own_store")


def post_form(body: bytes, **more: Any) -> HttpResponse:
    return post(body=body, content_type=MULTIPART, **more)


def trigger_of(answer: HttpResponse) -> dict[str, Any]:
    return json.loads(RunInput.objects.get(run_id=answer.json()["run"]).trigger)  # type: ignore[attr-defined]


def nothing_kept() -> bool:
    return not File.objects.exists() and count_spooled() == 0


@pytest.mark.django_db
class TestMultipart:
    def test_makes_members_of_fields_and_facts_of_files(self) -> None:
        listen(SCHEMA)
        files = [("contract", "../contract.pdf", PDF_BYTES)]
        fields = [("name", "Ada"), ("amount", "12"), ("urgent", "yes")]
        answer = post_form(make_body(fields, files, media_type="text/html"))
        assert answer.status_code == 202
        trigger = trigger_of(answer)
        file = File.objects.get()
        facts = {
            "file": str(file.pk),
            "name": "contract.pdf",
            "type": "application/pdf",
            "bytes": len(PDF_BYTES),
            "sha256": hashlib.sha256(PDF_BYTES).hexdigest(),
        }
        assert trigger["body"] == {"name": "Ada", "amount": 12, "urgent": True, "contract": facts}
        assert trigger["files"] == [facts]
        use = FileUse.objects.get()
        assert (use.subject_type, use.subject_id, use.is_sure) == ("run", answer.json()["run"], True)
        assert count_spooled() == 0

    def test_keeps_the_body_in_words_with_the_request(self) -> None:
        listen(SCHEMA)
        post_form(make_body([("name", "Ada")], [("contract", "a.pdf", PDF_BYTES)]))
        row = StoredRequest.objects.get()
        assert json.loads(row.body)["contract"]["name"] == "a.pdf"
        assert row.body_bytes > len(PDF_BYTES)

    def test_takes_a_field_that_holds_an_object_for_the_body(self) -> None:
        listen()
        answer = post_form(make_body([("body", '{"a": {"b": 1}}')], [("scan", "a.pdf", PDF_BYTES)]))
        trigger = trigger_of(answer)
        assert trigger["body"] == {"a": {"b": 1}}
        assert [file["name"] for file in trigger["files"]] == ["a.pdf"]

    def test_makes_a_list_of_what_comes_several_times(self) -> None:
        listen(SCHEMA)
        pictures = [("pictures", "1.png", b"one"), ("contract", "c.pdf", PDF_BYTES)]
        body = trigger_of(post_form(make_body([("name", "A"), ("tag", "x"), ("tag", "y")], pictures)))["body"]
        assert body["tag"] == ["x", "y"]
        assert [picture["name"] for picture in body["pictures"]] == ["1.png"]

    def test_lists_what_is_missing_and_keeps_nothing(self) -> None:
        listen(SCHEMA)
        answer = post_form(make_body([("amount", "1")], [("other", "a.pdf", PDF_BYTES)]))
        assert answer.status_code == 400
        assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/contract"}  # type: ignore[attr-defined]
        assert nothing_kept()
        assert StoredRequest.objects.get().outcome == "refused"

    def test_refuses_words_where_a_file_belongs(self) -> None:
        listen(SCHEMA)
        claimed = json.dumps({"name": "A", "contract": {"file": "00000000-0000-0000-0000-000000000000"}})
        for body in (make_body([("name", "A"), ("contract", "/etc/passwd")]), make_body([("body", claimed)])):
            answer = post_form(body)
            assert answer.status_code == 400
            assert answer.json()["errors"] == [{"pointer": "/contract", "message": "must be a file"}]  # type: ignore[attr-defined]
        assert nothing_kept()

    def test_gives_a_repeat_the_first_answer_and_drops_its_files(self) -> None:
        listen('  auth: {kind: none}\n  dedupe: "= body.name"')
        body = make_body([("name", "Ada")], [("contract", "a.pdf", PDF_BYTES)])
        first, second = post_form(body), post_form(body)
        assert second.json() == {**first.json(), "duplicate": True}  # type: ignore[attr-defined]
        assert File.objects.count() == 1
        assert not Event.objects.filter(name="request.duplicate_differs").exists()
        post_form(make_body([("name", "Ada")], [("contract", "a.pdf", b"other")]))
        assert Event.objects.filter(name="request.duplicate_differs").count() == 1

    @pytest.mark.parametrize(("data", "name"), [(SVG_BYTES, "logo.png"), (HTML_BYTES, "contract.pdf")])
    def test_tells_what_content_really_is(self, data: bytes, name: str) -> None:
        listen()
        (file,) = trigger_of(post_form(make_body(files=[("f", name, data)], media_type="application/pdf")))["files"]
        assert file["type"] in {"image/svg+xml", "text/html"}

    @pytest.mark.parametrize(
        ("limits", "body", "words"),
        [
            (
                {"FILE_MAX_BYTES": 10},
                make_body(files=[("f", "big.pdf", PDF_BYTES)]),
                "“big.pdf” is larger than 10 bytes",
            ),
            (
                {"UPLOAD_MAX_BYTES": 60, "FILE_MAX_BYTES": 60},
                make_body(files=[("f", "a", b"x" * 50), ("g", "b", b"x" * 50)]),
                "Together the files are larger than 60 bytes",
            ),
            (
                {"DATA_UPLOAD_MAX_NUMBER_FILES": 2},
                make_body(files=[(f"f{number}", "a", b"x") for number in range(3)]),
                "At most 2 files",
            ),
            ({"UPLOAD_FIELD_MAX_BYTES": 10}, make_body([("note", "x" * 11)]), "The field “note” is larger than 10"),
        ],
    )
    def test_refuses_what_is_over_a_limit_by_name(self, limits: dict[str, int], body: bytes, words: str) -> None:
        listen()
        with override_settings(**limits):
            answer = post_form(body)
        assert answer.status_code == 413
        assert words in answer.json()["detail"]  # type: ignore[attr-defined]
        assert nothing_kept()

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no form",
            make_body(files=[("f", "a.pdf", PDF_BYTES)])[:-20],
            make_body(files=[("f", "a.pdf", PDF_BYTES)])[:60],
            make_body([("a", "x\x00y")]),
        ],
    )
    def test_leaves_nothing_of_a_broken_form(self, body: bytes) -> None:
        listen(SCHEMA)
        assert post_form(body).status_code == 400
        assert nothing_kept()

    def test_needs_a_boundary(self) -> None:
        listen()
        assert post(body=b"x", content_type="multipart/form-data").status_code == 400


@pytest.mark.django_db
class TestSignedForms:
    BODY = make_body([("id", "1")], [("f", "a.pdf", PDF_BYTES)])

    def test_are_checked_on_the_raw_bytes(self) -> None:
        store_secret()
        listen("  auth: {kind: standard_webhooks, secret: partner}")
        assert post_form(self.BODY, headers=sign(self.BODY)).status_code == 202
        assert File.objects.count() == 1

    def test_are_refused_before_anything_is_kept(self) -> None:
        store_secret()
        listen("  auth: {kind: standard_webhooks, secret: partner}")
        assert post_form(self.BODY, headers=sign(self.BODY + b" ")).status_code == 401
        assert nothing_kept()

    def test_are_checked_for_github_too(self) -> None:
        store_secret(SECRET)
        listen("  auth: {kind: hmac, preset: github, secret: partner}")
        mac = hmac.new(SECRET.encode(), self.BODY, "sha256").hexdigest()
        assert post_form(self.BODY, headers={"X-Hub-Signature-256": f"sha256={mac}"}).status_code == 202
        assert post_form(self.BODY, headers={"X-Hub-Signature-256": f"sha256={mac[::-1]}"}).status_code == 401

    def test_of_strangers_are_not_read_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store_secret()
        listen("  auth: {kind: bearer, secret: partner}")
        monkeypatch.setattr("flows.inbound.taking.spooling_body", lambda request: pytest.fail("was read"))
        assert post_form(self.BODY).status_code == 401


@pytest.mark.django_db
class TestBase64:
    def test_becomes_a_file_where_the_schema_says_so(self) -> None:
        listen(SCHEMA)
        body = {"name": "Ada", "contract": base64.b64encode(PDF_BYTES).decode(), "pictures": ["AAAA", "BBBB"]}
        trigger = trigger_of(post(body=body))
        assert trigger["body"]["contract"]["name"] == "contract.pdf"
        assert trigger["body"]["contract"]["sha256"] == hashlib.sha256(PDF_BYTES).hexdigest()
        assert len(trigger["files"]) == 3
        assert File.objects.count() == 3

    @pytest.mark.parametrize(
        "claimed", [{"file": "x"}, {"path": "/etc/passwd"}, 7, "no base64!", ["AAAA"], "data:text/html;base64,AAAA"]
    )
    def test_is_the_only_thing_that_json_may_bring_as_a_file(self, claimed: object) -> None:
        listen(SCHEMA)
        answer = post(body={"name": "Ada", "contract": claimed})
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/contract"]  # type: ignore[attr-defined]
        assert nothing_kept()

    def test_leaves_json_that_looks_like_an_upload_what_it_is(self) -> None:
        listen()
        claimed = {"files": [{"filepath": "/etc/passwd", "originalFilename": "a"}], "file": {"path": "/etc/passwd"}}
        trigger = trigger_of(post(body=claimed))
        assert trigger["body"] == claimed
        assert trigger["files"] == []
        assert nothing_kept()

    def test_keeps_nothing_of_a_refused_body(self) -> None:
        listen(SCHEMA)
        assert post(body={"contract": "AAAA"}).status_code == 400
        assert nothing_kept()


@pytest.mark.django_db
class TestUrlencoded:
    def test_makes_members_of_fields(self) -> None:
        listen()
        body = urlencode([("name", "Ada & Ben"), ("tag", "x"), ("tag", "y"), ("empty", "")]).encode()
        trigger = trigger_of(post(body=body, content_type="application/x-www-form-urlencoded"))
        assert trigger["body"] == {"name": "Ada & Ben", "tag": ["x", "y"], "empty": ""}

    def test_refuses_what_is_no_utf8(self) -> None:
        listen()
        assert post(body=b"a=%FF", content_type="application/x-www-form-urlencoded").status_code == 400
