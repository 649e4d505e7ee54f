"""Files on the way out and in: streamed, of the run alone, capped, and never a promise that is not kept."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import uuid

import pytest
from django.http.multipartparser import MultiPartParser
from django.test import override_settings

from flows.connectors.http.answer_file import find_name
from flows.definition.kind import StepError
from integrator.events.models import Event
from integrator.files.facts import describe_file
from integrator.files.models import File, FileUse
from integrator.files.operations import Subject
from integrator.files.storage import get_store
from integrator.files.upload_handler import SpooledFile, SpoolingUploadHandler
from tests.support.files import PDF_BYTES, count_spooled, make_file
from tests.support.http_calls import make_connection, plan, send
from tests.support.loopback import LoopbackServer, answer, respond, serve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
RUN = uuid.uuid4()
BIG = bytes(range(256)) * 4096  # a mebibyte


def of_run(data: bytes = PDF_BYTES, name: str = "Vertrag ä.pdf") -> File:
    return make_file(data, name, on=[Subject("run", str(RUN))])


def parse_sent(server: LoopbackServer, place: int = -1) -> tuple[dict[str, list[str]], dict[str, list[SpooledFile]]]:
    """Fields and files that arrived, as a server of this world reads them."""
    head, _, body = server.requests[place].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    lower = {name.lower(): value for name, value in headers.items()}
    assert int(lower["content-length"]) == len(body)
    meta = {"CONTENT_TYPE": lower["content-type"], "CONTENT_LENGTH": len(body)}
    fields, files = MultiPartParser(meta, io.BytesIO(body), [SpoolingUploadHandler(is_open=True)]).parse()
    return dict(fields.lists()), dict(files.lists())  # type: ignore[arg-type]


class TestMultipart:
    def test_sends_texts_and_files_as_they_are_stored(self) -> None:
        file = of_run(BIG)
        with serve(respond(answer())) as server:
            parts = {"note": "grün", "count": 3, "tag": ["x", None, "y"], "contract": describe_file(file)}
            found = send(plan(method="POST", url=server.url, multipart=parts), run_id=RUN)
        assert found.error is None
        fields, files = parse_sent(server)
        assert fields == {"note": ["grün"], "count": ["3"], "tag": ["x", "y"]}
        (sent,) = files["contract"]
        assert sent.upload.sha256 == hashlib.sha256(BIG).hexdigest()
        assert sent.name == "Vertrag ä.pdf"
        assert Event.objects.filter(name="file.read", subject_id=str(file.pk)).count() == 1

    def test_is_recorded_by_parts(self) -> None:
        file = of_run()
        with serve(respond(answer())) as server:
            found = send(plan(method="POST", url=server.url, multipart={"c": [describe_file(file), "x"]}), run_id=RUN)
        sent = found.exchange["request"]
        assert json.loads(sent["body"]) == [{"field": "c", **describe_file(file)}, {"field": "c", "text": "x"}]
        assert sent["body_bytes"] > len(PDF_BYTES)

    def test_is_the_same_at_each_attempt(self) -> None:
        effect_parts = {"c": describe_file(of_run())}
        with serve(respond(answer(status=503))) as server:
            effect = plan(method="POST", url=server.url, multipart=effect_parts, repeat="safe")
            send(effect, run_id=RUN)
            send(effect, run_id=RUN)
        assert len({parse_sent(server, place)[1]["c"][0].upload.sha256 for place in (0, 1)}) == 1

    def test_is_signed_as_it_is_sent(self) -> None:
        connection = make_connection(kind="hmac", secret="s3cret", settings={"header": "X-Sig", "algorithm": "sha256"})
        with serve(respond(answer())) as server:
            effect = plan(connection, method="POST", url=server.url, multipart={"c": describe_file(of_run(BIG))})
            assert send(effect, connection, run_id=RUN).error is None
        head, _, body = server.requests[-1].partition(b"\r\n\r\n")
        assert hmac.new(b"s3cret", body, "sha256").hexdigest().encode() in head

    @pytest.mark.parametrize("on", [[], [Subject("run", str(uuid.uuid4()))], [Subject("task", str(RUN))]])
    def test_sends_no_file_of_another_run(self, on: list[Subject]) -> None:
        foreign = make_file(on=on)
        with serve(respond(answer())) as server:
            effect = plan(method="POST", url=server.url, multipart={"c": describe_file(foreign)})
            with pytest.raises(StepError) as caught:
                send(effect, run_id=RUN)
        assert caught.value.code == "file.not_found"
        assert "does not belong to this run" in caught.value.message
        assert server.requests == []

    @pytest.mark.parametrize("parts", [{"a": {"b": 1}}, {"a": [[1]]}, "words", {"a": {"file": "/etc/passwd"}}])
    def test_refuses_what_is_neither_text_nor_file(self, parts: object) -> None:
        with pytest.raises(StepError) as caught:
            plan(method="POST", url="http://127.0.0.1:1", multipart=parts)
        assert caught.value.code == "http.bad_setting"


class TestAnswerAsFile:
    def fetch(self, raw: bytes, path: str = "/reports/a.bin", **settings: object):  # type: ignore[no-untyped-def]
        with serve(respond(raw)) as server:
            return send(plan(url=server.url + path, answer="file", **settings), run_id=RUN)

    def test_is_stored_as_it_comes_and_hangs_on_the_run(self) -> None:
        headers = {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="../r.pdf"'}
        found = self.fetch(answer(BIG * 3, headers=headers))
        file = File.objects.get()
        assert found.output["body"] == describe_file(file)
        assert (file.name, file.declared_type, file.content.bytes) == ("r.pdf", "application/pdf", len(BIG) * 3)
        assert file.content.type == "application/octet-stream"
        assert b"".join(get_store().stream(file.content.stored_as)) == BIG * 3
        assert [(use.subject_type, use.subject_id) for use in FileUse.objects.all()] == [("run", str(RUN))]
        assert count_spooled() == 0

    def test_is_cut_at_the_limit_and_nothing_kept(self) -> None:
        with override_settings(FILE_MAX_BYTES=1000):
            found = self.fetch(answer(BIG))
        assert found.error is not None
        assert found.error.code == "outbound.too_large"
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_is_data_where_the_target_refuses(self) -> None:
        raw = answer(b'{"detail": "no such report"}', status=404, headers={"Content-Type": "application/json"})
        found = self.fetch(raw)
        assert found.error is not None
        assert found.error.code == "http.status"
        assert found.error.details["body"] == {"detail": "no such report"}
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_leaves_nothing_of_an_answer_that_breaks_off(self) -> None:
        found = self.fetch(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf")
        assert found.error is not None
        assert found.error.code == "outbound.unreachable"
        assert (File.objects.count(), count_spooled()) == (0, 0)

    @pytest.mark.parametrize(
        ("disposition", "url", "name"),
        [
            ("", "https://a.example/reports/q%201.pdf?x=1", "q 1.pdf"),
            ("", "https://a.example/", "file"),
            ('attachment; filename="a.pdf"', "https://a.example/x", "a.pdf"),
            ("attachment; filename=a.pdf; filename*=UTF-8''%C3%A4.pdf", "https://a.example/x", "ä.pdf"),
            ('attachment; filename="..\\\\..\\\\a.exe"', "https://a.example/x", "a.exe"),
            ("attachment; filename*=UTF-8''%E2%80%AEfdp.exe", "https://a.example/x", "fdp.exe"),
        ],
    )
    def test_is_called_what_the_target_calls_it(self, disposition: str, url: str, name: str) -> None:
        assert find_name({"content-disposition": disposition}, url) == name
