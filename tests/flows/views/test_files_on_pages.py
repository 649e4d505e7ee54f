"""Files on the pages of tasks and cases, without JavaScript: brought, listed, answered with, shown."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings

from cases.models import Task
from integrator.files.facts import describe_file
from integrator.files.models import File
from integrator.files.operations import Subject
from tests.flows.views.conftest import ASK
from tests.support.cases import Office, events_of, make_case
from tests.support.files import HTML_BYTES, PDF_BYTES, PNG_BYTES, count_spooled, make_file
from tests.support.flows import make_run, make_version, settle

pytestmark = pytest.mark.usefixtures("own_store")
SignIn = Callable[[str], Client]
WITH_FORM = """\
format: 1
flow: scanning
name: Scanning
team: marketing
trigger: {kind: webhook, path: scanning, auth: {kind: none}}
steps:
  scan:
    kind: task.assign
    with:
      title: Scan it
      to: team:legal
      outcomes: [done]
      form:
        type: object
        required: [scan, pages]
        properties: {scan: {type: string, format: file, title: Scan}, pages: {type: integer}}
    on: {done: end}
  end: {kind: stop, with: {output: "= steps.scan.data"}}
"""


def sent(data: bytes = PDF_BYTES, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.fixture
def scanning(office: Office) -> Task:
    run = make_run(make_version(WITH_FORM), {})
    settle()
    return Task.objects.get(correlation=str(run.id))


class TestCaseFiles:
    def test_are_attached_listed_and_told(self, office: Office, browser_of: SignIn) -> None:
        case, client = make_case(office), browser_of("mo")
        path = f"/cases/{case.number}/"
        assert client.post(f"{path}files/", {"file": sent()}).status_code == 302
        page = text_of(client.get(path))
        assert "scan.pdf" in page
        assert "application/pdf" in page
        assert "brought the file" in page
        assert 'enctype="multipart/form-data"' in page

    def test_are_shown_in_place_when_opened_and_read_only_then(self, office: Office, browser_of: SignIn) -> None:
        case, client = make_case(office), browser_of("mo")
        client.post(f"/cases/{case.number}/files/", {"file": sent()})
        answer = client.get(f"/cases/{case.number}/")
        (file,) = File.objects.all()
        assert f'data-embed="/files/{file.pk}/inline/"' in text_of(answer)
        assert "<iframe" not in text_of(answer)
        assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
        assert events_of("file.read") == []
        shown = client.get(f"/files/{file.pk}/inline/")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
        assert len(events_of("file.read")) == 1

    def test_are_only_listed_for_those_who_may_not_change_it(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        client = browser_of("ana")
        assert client.post(f"/cases/{case.number}/files/", {"file": sent()}).status_code == 403
        assert "multipart/form-data" not in text_of(client.get(f"/cases/{case.number}/"))
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_of_strangers_are_refused_like_a_missing_case(self, office: Office, browser_of: SignIn) -> None:
        case = make_case(office)
        assert browser_of("sam").post(f"/cases/{case.number}/files/", {"file": sent()}).status_code == 404
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_need_the_token_of_the_form(self, office: Office) -> None:
        case, client = make_case(office), Client(enforce_csrf_checks=True)
        client.force_login(office.mo)
        assert client.post(f"/cases/{case.number}/files/", {"file": sent()}).status_code == 403
        assert (File.objects.count(), count_spooled()) == (0, 0)

    @pytest.mark.parametrize("limits", [{"FILE_MAX_BYTES": 10}])
    def test_over_the_limit_are_told_and_not_kept(
        self, office: Office, browser_of: SignIn, limits: dict[str, int]
    ) -> None:
        case, client = make_case(office), browser_of("mo")
        with override_settings(**limits):
            answer = client.post(f"/cases/{case.number}/files/", {"file": sent()}, follow=True)
        assert "“scan.pdf” is larger than 10 bytes" in text_of(answer)
        assert (File.objects.count(), count_spooled()) == (0, 0)

    def test_show_no_markup_of_a_name(self, office: Office, browser_of: SignIn) -> None:
        case, client = make_case(office), browser_of("mo")
        client.post(f"/cases/{case.number}/files/", {"file": sent(name="a<img src=x onerror=alert(1)>.pdf")})
        page = text_of(client.get(f"/cases/{case.number}/"))
        assert "<img src=x" not in page

    def test_in_the_data_are_one_thing_to_open(self, office: Office, browser_of: SignIn) -> None:
        file = make_file()
        case = make_case(office, data={"contract": describe_file(file)})
        page = text_of(browser_of("ana").get(f"/cases/{case.number}/"))
        assert f'href="/files/{file.pk}/preview/"' in page
        assert file.content_id not in page


class TestTaskFiles:
    def test_are_attached_by_who_may_answer(self, asked: Task, browser_of: SignIn) -> None:
        client = browser_of("lee")
        answer = client.post(f"/inbox/{asked.pk}/files/", {"file": sent()}, follow=True)
        assert "“scan.pdf” is attached." in text_of(answer)

    def test_of_strangers_are_refused(self, asked: Task, browser_of: SignIn) -> None:
        assert browser_of("sam").post(f"/inbox/{asked.pk}/files/", {"file": sent()}).status_code == 404

    def test_answer_a_form_field(self, scanning: Task, browser_of: SignIn) -> None:
        client = browser_of("lee")
        assert 'type="file"' in text_of(client.get(f"/inbox/{scanning.pk}/"))
        fields = {"outcome": "done", "field-0": sent(), "field-1": "3"}
        assert client.post(f"/inbox/{scanning.pk}/", fields).status_code == 302
        scanning.refresh_from_db()
        assert scanning.data == {"scan": describe_file(File.objects.get()), "pages": 3}
        settle()

    def test_are_kept_when_another_field_is_wrong(self, scanning: Task, browser_of: SignIn) -> None:
        client = browser_of("lee")
        answer = client.post(f"/inbox/{scanning.pk}/", {"outcome": "done", "field-0": sent(), "field-1": "many"})
        assert answer.status_code == 400
        kept = re.search(r'name="field-0-kept" value="([0-9a-f-]{36})"', text_of(answer))
        assert kept
        again = {"outcome": "done", "field-0-kept": kept[1], "field-1": "3"}
        assert client.post(f"/inbox/{scanning.pk}/", again).status_code == 302
        scanning.refresh_from_db()
        assert scanning.data["scan"]["file"] == kept[1]

    def test_cannot_be_taken_from_somebody_else_by_id(self, scanning: Task, office: Office, browser_of: SignIn) -> None:
        foreign = make_file(on=[Subject("run", str(uuid.uuid4()))])
        fields = {"outcome": "done", "field-0-kept": str(foreign.pk), "field-1": "3"}
        assert browser_of("lee").post(f"/inbox/{scanning.pk}/", fields).status_code == 400

    def test_over_the_limit_are_told_beside_the_form(self, scanning: Task, browser_of: SignIn) -> None:
        with override_settings(FILE_MAX_BYTES=10):
            fields = {"outcome": "done", "field-0": sent(), "field-1": "3"}
            answer = browser_of("lee").post(f"/inbox/{scanning.pk}/", fields)
        assert answer.status_code == 413
        assert "“scan.pdf” is larger than 10 bytes" in text_of(answer)
        scanning.refresh_from_db()
        assert scanning.status == "open"


class TestShownFiles:
    def show(self, office: Office, data: bytes, name: str, shown_as: str) -> Task:
        version = make_version(ASK)
        run = make_run(version, {"title": "T", "show": []})
        file = make_file(data, name, on=[Subject("run", str(run.id))])
        show = [{"label": "L", "value": describe_file(file), "as": shown_as}]
        trigger = run.input
        trigger.trigger = json.dumps({"body": {"title": "T", "show": show}, "headers": {}, "query": {}, "files": []})
        trigger.save()
        settle()
        return Task.objects.get(correlation=str(run.id), entry_ref="team:legal")

    def test_are_seen_by_who_is_asked(self, office: Office, browser_of: SignIn) -> None:
        task, client = self.show(office, PNG_BYTES, "banner.png", "image"), browser_of("lee")
        page = text_of(client.get(f"/inbox/{task.pk}/"))
        file = File.objects.get()
        assert f'src="/files/{file.pk}/inline/"' in page
        assert client.get(f"/files/{file.pk}/inline/").status_code == 200
        assert browser_of("sam").get(f"/files/{file.pk}/inline/").status_code == 404

    def test_that_only_claim_to_be_pictures_are_links(self, office: Office, browser_of: SignIn) -> None:
        task = self.show(office, HTML_BYTES, "banner.png", "image")
        page = text_of(browser_of("lee").get(f"/inbox/{task.pk}/"))
        assert "/inline/" not in page
        assert f"/files/{File.objects.get().pk}/preview/" in page
