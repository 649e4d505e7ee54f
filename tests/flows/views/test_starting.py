"""The page that starts a run by hand, and the card that says what starts a flow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flows.models import Run, TriggerState
from integrator.files.models import File, FileUse
from integrator.people.roles import Role
from tests.support.files import PDF_BYTES, any_id, count_spooled
from tests.support.run_pages import person_with
from tests.support.triggers import bodies_of, publish, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_store")]
FORM = (
    "{kind: manual, schema: {type: object, required: [name, amount], properties: {name: {type: string, title: Who}, "
    "amount: {type: integer, minimum: 1}, day: {type: string, format: date}, size: {enum: [small, large]}, "
    "rush: {type: boolean}}}}"
)
WITH_FILE = (
    "{kind: manual, schema: {type: object, required: [name, scan], properties: {name: {type: string}, "
    "scan: {type: string, format: file}}}}"
)
TYPED = {"field-0": "Ada", "field-1": "3", "field-2": "2026-12-01", "field-3": "large", "field-4": "true", "key": "k"}


@pytest.fixture
def client() -> Client:
    return person_with(Role.OPERATOR)[1]


def text(answer: Any) -> str:
    return answer.content.decode()


class TestStartRun:
    def test_asks_for_what_the_schema_names(self, client: Client) -> None:
        publish(FORM)
        page = text(client.get("/flows/timed/start/"))
        for part in ("Who", 'type="number"', 'type="date"', "<select", 'type="checkbox"'):
            assert part in page

    def test_starts_a_run_once_and_shows_it(self, client: Client) -> None:
        flow = publish(FORM)
        answers = [client.post("/flows/timed/start/", TYPED) for _ in range(2)]
        run = Run.objects.get()
        assert [answer.headers["Location"] for answer in answers] == [f"/runs/{run.id}/"] * 2
        (body,) = bodies_of(flow)
        assert body == {"name": "Ada", "amount": 3, "day": "2026-12-01", "size": "large", "rush": True}

    def test_says_what_is_wrong_beside_the_field_and_keeps_the_rest(self, client: Client) -> None:
        publish(FORM)
        answer = client.post("/flows/timed/start/", {**TYPED, "field-1": "0"})
        assert answer.status_code == 400
        assert 'value="Ada"' in text(answer)
        assert "aria-invalid" in text(answer)
        assert not Run.objects.exists()

    def test_takes_a_file_which_hangs_on_the_run(self, client: Client) -> None:
        flow = publish(WITH_FILE)
        page = text(client.get("/flows/timed/start/"))
        assert 'type="file"' in page
        assert 'enctype="multipart/form-data"' in page
        scan = SimpleUploadedFile("scan.pdf", PDF_BYTES, content_type="application/pdf")
        answer = client.post("/flows/timed/start/", {"field-0": "Ada", "field-1": scan, "key": "k"})
        run = Run.objects.get()
        assert answer.headers["Location"] == f"/runs/{run.id}/"
        (body,) = bodies_of(flow)
        assert (body["name"], body["scan"]["name"], body["scan"]["type"]) == ("Ada", "scan.pdf", "application/pdf")
        use = FileUse.objects.get(subject_type="run", subject_id=str(run.id), is_sure=True)
        assert str(use.file_id) == body["scan"]["file"]
        assert count_spooled() == 0

    def test_says_that_a_file_is_missing_or_too_large(self, client: Client, settings: Any) -> None:
        publish(WITH_FILE)
        missing = client.post("/flows/timed/start/", {"field-0": "Ada", "field-1": str(any_id()), "key": "k"})
        assert missing.status_code == 400
        assert "aria-invalid" in text(missing)
        settings.FILE_MAX_BYTES = 8
        scan = SimpleUploadedFile("scan.pdf", PDF_BYTES, content_type="application/pdf")
        large = client.post("/flows/timed/start/", {"field-0": "Ada", "field-1": scan, "key": "k"})
        assert large.status_code == 400
        assert "is larger than 8 bytes" in text(large)
        assert not Run.objects.exists()
        assert not File.objects.exists()
        assert count_spooled() == 0

    def test_is_no_page_of_a_flow_that_a_clock_starts(self, client: Client) -> None:
        publish("{kind: schedule, every: PT5M}")
        assert client.get("/flows/timed/start/").status_code == 404


class TestTriggerCard:
    def test_shows_the_next_times_in_both_zones(self, client: Client) -> None:
        publish("{kind: schedule, cron: '30 8 * * *', zone: Asia/Tokyo}", now=datetime.now(UTC))
        page = text(client.get("/flows/timed/"))
        assert "Every day at 08:30 (Asia/Tokyo) a new run starts." in page
        assert page.count(", 08:30:00") == 10
        assert page.count(", 23:30:00") >= 10

    def test_shows_why_it_fails_and_so_does_the_start_page(self, client: Client) -> None:
        flow = publish("{kind: poll, every: PT5M, url: 'https://a.example/', dedupe: = body.id}")
        since = datetime.now(UTC) - timedelta(hours=2)
        failure = {"code": "outbound.timeout", "message": "a.example did not answer within 30 s."}
        TriggerState.objects.update(error=failure, failures=3, failed_since=since)
        assert state_of(flow).failures == 3
        page = text(client.get("/flows/timed/"))
        assert "It failed 3 times in a row" in page
        assert "a.example did not answer within 30 s." in page
        home = text(person_with(Role.ANALYST)[1].get("/"))
        assert "What starts timed fails" in home

    def test_says_that_a_time_passed_without_a_worker(self, client: Client) -> None:
        publish("{kind: schedule, cron: '30 8 * * *'}")
        TriggerState.objects.update(next_at=datetime.now(UTC) - timedelta(minutes=10))
        assert "No worker took it." in text(client.get("/flows/timed/"))

    def test_offers_the_form_to_those_who_may(self, client: Client) -> None:
        publish(FORM)
        assert "/flows/timed/start/" in text(client.get("/flows/timed/"))
        assert "/flows/timed/start/" not in text(person_with(Role.ANALYST)[1].get("/flows/timed/"))
