"""The pages of flows: list, outline, versions, address, and what changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flows.models import Draft, Flow, FlowVersion
from flows.operations.publishing import import_flow
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flow_files import APPROVAL, SUM
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import HTMX, make_sum_run, person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)
BROKEN = SUM.replace("next: done", "next: doen").replace("= trigger.body.a +", "= nothing.a +")


@pytest.fixture
def ana(transactional_db: None) -> tuple[Person, Client]:
    return person_with(Role.PUBLISHER)


def publish(person: Person, text: str = SUM, note: str = "") -> Flow:
    return import_flow(text=text, person=person, publish=True, note=note, now=datetime.now(UTC)).flow


def draft(person: Person, text: str = SUM) -> Flow:
    return import_flow(text=text, person=person, now=datetime.now(UTC)).flow


class TestList:
    def test_says_state_last_result_and_what_needs_a_person(self, ana: tuple[Person, Client]) -> None:
        make_sum_run()
        draft(ana[0], APPROVAL)
        page = text_of(ana[1].get("/flows/"))
        assert "2 flows, 1 live. 1 run needs a person." in page
        assert "Import a file" in page
        assert "/incidents/?flow=sum" in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=appro", ["content-approval"]),
            ("state=draft", ["content-approval"]),
            ("state=live", ["sum"]),
            ("state=paused", []),
            ("team=marketing", ["content-approval", "sum"]),
            ("team=hr", []),
        ],
    )
    def test_narrows_to_what_the_address_says(self, ana: tuple[Person, Client], query: str, found: list[str]) -> None:
        publish(ana[0])
        draft(ana[0], APPROVAL)
        page = text_of(ana[1].get(f"/flows/?{query}", headers=HTMX))
        assert [key for key in ("content-approval", "sum") if f'href="/flows/{key}/"' in page] == found
        assert found or "No flow is like this" in page

    def test_says_what_to_do_first(self, ana: tuple[Person, Client]) -> None:
        assert "Begin with a blank one" in text_of(ana[1].get("/flows/"))
        assert "Analysts of your team" in text_of(person_with(Role.VIEWER)[1].get("/flows/"))

    def test_takes_as_many_queries_for_many_as_for_one(
        self, ana: tuple[Person, Client], django_assert_max_num_queries: Any
    ) -> None:
        for number in range(4):
            publish(ana[0], SUM.replace("flow: sum", f"flow: sum-{number}").replace("path: sum", f"path: sum-{number}"))
        with django_assert_max_num_queries(17):
            ana[1].get("/flows/")


class TestOutline:
    def test_tells_what_is_live_and_that_there_is_a_draft(self, ana: tuple[Person, Client]) -> None:
        publish(ana[0], APPROVAL)
        draft(ana[0], APPROVAL.replace("P2D", "P9D"))
        page = text_of(ana[1].get("/flows/content-approval/"))
        assert "both must agree within 2 days." in page
        assert "within 9 days" not in page
        assert "Look at the draft" in page

    def test_tells_ones_own_draft_before_the_first_publish(self, ana: tuple[Person, Client]) -> None:
        draft(ana[0], APPROVAL)
        assert "both must agree within 2 days." in text_of(ana[1].get("/flows/content-approval/"))
        assert "Nothing is published yet" in text_of(person_with(Role.ANALYST)[1].get("/flows/content-approval/"))

    def test_shows_texts_of_the_file_as_text(self, ana: tuple[Person, Client]) -> None:
        nasty = "<b hx-get=/flows/>x</b>"
        publish(ana[0], SUM.replace("name: Sum", f"name: '{nasty}'\ndescription: '{nasty}'"), note=nasty)
        for path in ("", "versions/", "versions/1/", "requests/"):
            assert nasty not in ana[1].get(f"/flows/sum/{path}").content.decode()


class TestVersions:
    def test_are_kept_with_who_when_and_why(self, ana: tuple[Person, Client]) -> None:
        publish(ana[0], APPROVAL, note="The first")
        publish(ana[0], APPROVAL.replace("P2D", "P9D"), note="More time")
        page = text_of(ana[1].get("/flows/content-approval/versions/"))
        assert page.index("More time") < page.index("The first")
        assert ana[0].username in page
        assert "within 2 days" in text_of(ana[1].get("/flows/content-approval/versions/1/"))
        assert "is not the live one" in text_of(ana[1].get("/flows/content-approval/versions/1/"))
        assert ana[1].get("/flows/content-approval/versions/7/").status_code == 404

    def test_can_be_exported_each(self, ana: tuple[Person, Client]) -> None:
        publish(ana[0], APPROVAL)
        publish(ana[0], APPROVAL.replace("P2D", "P9D"))
        old = ana[1].post("/flows/content-approval/versions/1/export/")
        assert (b"P2D" in old.content, b"P9D" in old.content) == (True, False)
        assert old.headers["Content-Disposition"] == 'attachment; filename="content-approval-v1.yaml"'
        assert b"P9D" in ana[1].post("/flows/content-approval/export/").content
        assert Event.objects.filter(name="flow.exported").count() == 2


class TestAddress:
    def test_is_told_with_who_may_call(self, ana: tuple[Person, Client]) -> None:
        text = SUM.replace("{kind: none}", "{kind: standard_webhooks, secret: portal}")
        publish(ana[0], text)
        page = text_of(ana[1].get("/flows/sum/requests/"))
        assert 'data-copy="http://testserver/hooks/sum"' in page
        assert "A signature (Standard Webhooks)" in page
        assert "<code>portal</code>" in page

    def test_is_the_one_that_the_installation_is_known_by(self, ana: tuple[Person, Client], settings: Any) -> None:
        settings.BASE_URL = "https://flows.example.com"
        publish(ana[0])
        assert 'data-copy="https://flows.example.com/hooks/sum"' in text_of(ana[1].get("/flows/sum/requests/"))


class TestImport:
    def send(self, client: Client, data: Mapping[str, Any]) -> Any:
        return client.post("/flows/import/", dict(data))

    @pytest.mark.parametrize("way", ["pasted", "uploaded"])
    def test_keeps_the_file_as_ones_draft(self, ana: tuple[Person, Client], way: str) -> None:
        uploaded = SimpleUploadedFile("sum.yaml", SUM.encode())
        answer = self.send(ana[1], {"text": SUM} if way == "pasted" else {"file": uploaded})
        assert answer.headers["Location"] == "/flows/sum/draft/"
        assert Draft.objects.get().author == ana[0]
        assert FlowVersion.objects.count() == 0

    def test_says_what_is_wrong_with_line_step_and_field_and_keeps_the_text(self, ana: tuple[Person, Client]) -> None:
        answer = self.send(ana[1], {"text": BROKEN})
        page = text_of(answer)
        assert answer.status_code == 400
        assert "doen" in page.partition("<textarea")[2]
        line = next(number for number, text in enumerate(BROKEN.splitlines(), 1) if "doen" in text)
        assert f'<td class="num">{line}</td><td><b class="heavy">add</b>' in page
        assert Flow.objects.count() == 0

    def test_keeps_an_uploaded_text_too(self, ana: tuple[Person, Client]) -> None:
        answer = self.send(ana[1], {"file": SimpleUploadedFile("sum.yaml", BROKEN.encode())})
        assert "next: doen" in text_of(answer).partition("<textarea")[2]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({}, "Choose a file or paste its text."),
            ({"text": "a: [1"}, "Nothing was changed: the file has 1 fault."),
            ({"text": "#" * 1_100_000}, "The text is longer than 1 MiB."),
            ({"file": SimpleUploadedFile("x", b"#" * 1_100_000)}, "The file is larger than 1 MiB."),
        ],
        ids=["nothing", "no flow file", "long text", "large file"],
    )
    def test_refuses_what_is_no_flow_file(self, ana: tuple[Person, Client], data: Any, words: str) -> None:
        answer = self.send(ana[1], data)
        assert (answer.status_code, words in text_of(answer)) == (400, True)

    def test_is_not_for_other_teams(self, ana: tuple[Person, Client]) -> None:
        make_team("hr")
        answer = self.send(ana[1], {"text": SUM.replace("marketing", "hr")})
        assert (answer.status_code, Flow.objects.count()) == (400, 0)
        assert "is not here, or not one of yours. Choose marketing, then import it again." in text_of(answer)
        assert person_with(Role.OPERATOR)[1].get("/flows/import/").status_code == 404

    def test_goes_to_the_team_that_is_chosen(self) -> None:
        marketing, hr = make_team(), make_team("hr")
        make_team("finance")
        client = sign_in(make_person("bea", (marketing, Role.ANALYST), (hr, Role.ANALYST)))
        page = text_of(client.get("/flows/import/"))
        assert '<option value="hr">' in page
        assert "finance" not in page
        for text in (SUM.replace("marketing", "finance"), SUM.replace("team: marketing\n", "")):
            assert "Choose hr or marketing" in text_of(self.send(client, {"text": text})) or "team" not in text
            assert self.send(client, {"text": text, "team": "hr"}).status_code == 302
            assert (Flow.objects.get().team, Draft.objects.get().document["team"]) == (hr, "hr")
        other = self.send(client, {"text": SUM, "team": "marketing"})
        assert other.status_code == 400  # the key is a flow's of the other team
        assert self.send(client, {"text": SUM, "team": "finance"}).status_code == 400
        assert Flow.objects.get().team == hr


class TestDraft:
    def test_is_drawn_for_its_author(self, ana: tuple[Person, Client]) -> None:
        draft(ana[0])
        page = text_of(ana[1].get("/flows/sum/draft/"))
        assert '<div class="canvas-fill" id="canvas"' in page
        assert '"title": "Add"' in page

    def test_of_others_stays_theirs(self, ana: tuple[Person, Client]) -> None:
        draft(ana[0])
        assert '"title": "Add"' not in text_of(person_with(Role.PUBLISHER)[1].get("/flows/sum/draft/"))

    def test_is_hidden_from_those_who_may_only_read(self, ana: tuple[Person, Client]) -> None:
        draft(ana[0])
        publish(ana[0])
        assert person_with(Role.VIEWER)[1].get("/flows/sum/draft/").status_code == 404


class TestPause:
    def test_stops_and_resumes_the_intake(self, ana: tuple[Person, Client]) -> None:
        publish(ana[0])
        assert "Nothing starts it" in text_of(ana[1].post("/flows/sum/pause/", {"state": "paused"}, follow=True))
        assert "Paused" in text_of(ana[1].get("/flows/"))
        assert "goes on again" in text_of(ana[1].post("/flows/sum/pause/", {"state": "live"}, follow=True))
        assert "is not paused; nothing was changed." in text_of(
            ana[1].post("/flows/sum/pause/", {"state": "live"}, follow=True)
        )
