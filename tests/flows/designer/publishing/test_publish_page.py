"""The page Publish, the question to a second person, the versions with what they changed, and going back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from flows.models import Draft, Flow, FlowVersion, PublishRequest
from flows.operations.publishing import import_flow, set_second_person
from flows.operations.publishing.replaying import replay_waiting
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flow_files import SUM
from tests.support.flows import make_run, make_team, run_to_rest
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = SUM.replace("path: sum", "path: total").replace("    next: done\n", "    next: rest\n") + (
    "  rest: {kind: wait, with: {for: P1D}, next: done}\n"
)
ASKS = SUM.replace("    next: done\n", "    next: look\n") + (
    "  look: {kind: task.assign, with: {title: Look, to: [team:marketing]}, on: {done: done}}\n"
)
PAGE = "/flows/sum/draft/publish/"


@pytest.fixture
def pub(transactional_db: None) -> tuple[Person, Client]:
    return person_with(Role.PUBLISHER)


def draft(person: Person, text: str = OTHER) -> Draft:
    found = import_flow(text=text, person=person, now=datetime.now(UTC)).draft
    assert found is not None
    return found


def go_live(text: str = SUM) -> Flow:
    make_team()
    return import_flow(text=text, person=None, publish=True, now=datetime.now(UTC)).flow


class TestPublishPage:
    def test_tells_changes_and_consequences_before_it_publishes(self, pub: tuple[Person, Client]) -> None:
        make_run(FlowVersion.objects.get(flow=go_live()), {"a": 1, "b": 2})
        revision = draft(pub[0]).revision
        page = text_of(pub[1].get(PAGE))
        assert "What changes against version 1, which is live" in page
        assert "Then it goes to “Rest” instead of “Done”." in page
        assert "Address is “total” instead of “sum”." in page
        assert "1 run goes on with version 1." in page
        assert "The address <code>/hooks/sum</code> ends." in page
        assert "/hooks/total" in page
        answer = pub[1].post(PAGE, {"note": "A day of rest", "revision": revision})
        assert answer.headers["Location"] == "/flows/sum/"
        assert FlowVersion.objects.get(number=2).note == "A day of rest"
        assert pub[1].get(PAGE).headers["Location"] == "/flows/sum/draft/", "nothing is left to publish"

    def test_refuses_a_draft_that_changed_since(self, pub: tuple[Person, Client]) -> None:
        go_live()
        revision = draft(pub[0]).revision
        answer = pub[1].post(PAGE, {"revision": revision + 1})
        assert answer.status_code == 400
        assert "The draft was changed after you opened this page" in text_of(answer)
        assert FlowVersion.objects.count() == 1

    def test_refuses_another_draft_that_was_begun_since(self, pub: tuple[Person, Client]) -> None:
        go_live()
        seen = draft(pub[0])
        seen.delete()
        other = draft(pub[0])
        assert other.revision == seen.revision
        answer = pub[1].post(PAGE, {"revision": other.revision, "draft": other.pk - 1})
        assert "The draft was changed after you opened this page" in text_of(answer)
        assert FlowVersion.objects.count() == 1

    def test_bars_publishing_with_faults(self, pub: tuple[Person, Client]) -> None:
        made = draft(pub[0], SUM)
        steps = {**made.document["steps"], "add": {**made.document["steps"]["add"], "next": "nowhere"}}
        Draft.objects.filter(pk=made.pk).update(document={**made.document, "steps": steps})
        page = text_of(pub[1].get(PAGE))
        assert "to mend first" in page
        assert pub[1].post(PAGE, {"revision": made.revision}).status_code == 400
        assert not FlowVersion.objects.exists()

    def test_leads_to_the_merge_when_a_newer_version_is_live(self, pub: tuple[Person, Client]) -> None:
        go_live()
        made = draft(pub[0])
        go_live(SUM.replace("name: Sum", "name: Meanwhile"))
        assert "Version 2 went live after your draft began." in text_of(pub[1].get(PAGE))
        answer = pub[1].post(PAGE, {"revision": made.revision})
        assert (answer.status_code, FlowVersion.objects.count()) == (400, 2)

    def test_is_for_those_who_draft(self, pub: tuple[Person, Client]) -> None:
        go_live()
        assert person_with(Role.OPERATOR)[1].get(PAGE).status_code == 403
        assert sign_in(make_person("", (make_team("hr"), Role.PUBLISHER))).get(PAGE).status_code == 404
        assert person_with(Role.ANALYST)[1].get(PAGE).status_code == 302, "no draft of one's own"

    def test_lets_analysts_ask(self, pub: tuple[Person, Client]) -> None:
        go_live()
        analyst, browser = person_with(Role.ANALYST)
        revision = draft(analyst).revision
        assert "Ask to publish" in text_of(browser.get(PAGE))
        asked = browser.post(PAGE, {"note": "Please", "revision": revision}).headers["Location"]
        assert FlowVersion.objects.count() == 1
        assert "waits for another publisher" in text_of(browser.get(asked))


class TestRequestPage:
    def ask(self, pub: tuple[Person, Client]) -> str:
        go_live()
        set_second_person(key="sum", needed=True, person=None)
        revision = draft(pub[0]).revision
        return str(pub[1].post(PAGE, {"note": "Please", "revision": revision}).headers["Location"])

    def test_shows_the_same_and_publishes_on_agreement(self, pub: tuple[Person, Client]) -> None:
        address = self.ask(pub)
        second = person_with(Role.PUBLISHER)[1]
        page = text_of(second.get(address))
        assert "Address is “total” instead of “sum”." in page
        assert "Agree and publish" in page
        assert "Look at it" in text_of(second.get("/flows/sum/versions/"))
        assert second.post(address, {"answer": "approve"}).status_code == 302
        assert FlowVersion.objects.count() == 2
        assert "it became version 2" in text_of(pub[1].get(address))
        assert f'<a href="{address}">asked by {pub[0]}</a>' in text_of(second.get("/flows/sum/versions/"))

    def test_wants_a_reason_to_decline(self, pub: tuple[Person, Client]) -> None:
        address = self.ask(pub)
        second = person_with(Role.PUBLISHER)[1]
        refused = second.post(address, {"answer": "decline", "comment": ""})
        assert refused.status_code == 400
        assert "Say why you decline" in text_of(refused)
        assert second.post(address, {"answer": "decline", "comment": "Not yet"}).status_code == 302
        assert PublishRequest.objects.get().state == "declined"

    def test_lets_the_asker_only_take_it_back(self, pub: tuple[Person, Client]) -> None:
        address = self.ask(pub)
        assert "Agree and publish" not in text_of(pub[1].get(address))
        assert pub[1].post(address, {"answer": "approve"}).status_code == 400
        assert pub[1].post(address, {"answer": "nonsense"}).status_code == 400
        assert pub[1].post(address, {"answer": "withdraw"}).status_code == 302
        assert PublishRequest.objects.get().state == "withdrawn"

    def test_hides_from_those_who_may_not_draft(self, pub: tuple[Person, Client]) -> None:
        address = self.ask(pub)
        assert person_with(Role.OPERATOR)[1].get(address).status_code == 404
        assert person_with(Role.ANALYST)[1].post(address, {"answer": "approve"}).status_code == 403
        assert sign_in(make_person("", (make_team("hr"), Role.PUBLISHER))).get(address).status_code == 404


class TestVersionPages:
    def test_tell_when_each_was_live_and_what_it_changed(self, pub: tuple[Person, Client]) -> None:
        go_live()
        go_live(OTHER)
        page = text_of(pub[1].get("/flows/sum/versions/"))
        assert "until" in page
        assert "Go back to version 1" in page
        assert "Its content becomes a new version, live at once." in page
        assert "Go back to version 2" not in page
        shown = text_of(pub[1].get("/flows/sum/versions/2/"))
        assert "What it does otherwise than version 1" in shown
        assert "Address is “total” instead of “sum”." in shown
        assert "The first version" in text_of(pub[1].get("/flows/sum/versions/1/"))
        other_way = text_of(pub[1].get("/flows/sum/versions/1/?against=2"))
        assert "Address is “sum” instead of “total”." in other_way

    def test_go_back_after_showing_what_changes(self, pub: tuple[Person, Client]) -> None:
        go_live()
        go_live(OTHER)
        address = "/flows/sum/versions/1/restore/"
        assert "Address is “sum” instead of “total”." in text_of(pub[1].get(address))
        assert pub[1].post(address, {"live": 1}).status_code == 400
        assert pub[1].post(address, {"live": 2, "note": "It failed"}).headers["Location"] == "/flows/sum/"
        assert FlowVersion.objects.get(number=3).note == "Back to version 1: It failed"
        assert person_with(Role.ANALYST)[1].get(address).status_code == 403


class TestReplayOnThePage:
    def test_goes_through_past_runs_and_shows_one_side_by_side(self, pub: tuple[Person, Client]) -> None:
        version = FlowVersion.objects.get(flow=go_live())
        run = run_to_rest(version, {"a": 1, "b": 2})
        draft(pub[0], ASKS)
        assert "Go through them" in text_of(pub[1].get(PAGE))
        answer = pub[1].post("/flows/sum/draft/replay/", {"back": PAGE})
        assert answer.headers["Location"] == PAGE
        assert "0 of 1 runs gone through" in text_of(pub[1].get(PAGE))
        replay_waiting()
        page = text_of(pub[1].get(PAGE))
        assert "0 of 1 run the same, 1 takes another path" in page
        side = text_of(pub[1].get(f"/flows/sum/draft/replay/runs/{run.pk}/"))
        assert "First that differs" in side
        assert "Look" in side
        assert "waits for an answer" in side

    def test_begins_by_itself_and_tells_what_is_new_on_the_same_way(self, pub: tuple[Person, Client]) -> None:
        run_to_rest(FlowVersion.objects.get(flow=go_live()), {"a": 1, "b": 2})
        draft(pub[0])
        assert 'hx-trigger="load"' in text_of(pub[1].get(PAGE))
        begun = text_of(pub[1].post("/flows/sum/draft/replay/", headers={"HX-Request": "true"}))
        assert "0 of 1 runs gone through" in begun
        replay_waiting()
        page = text_of(pub[1].get(PAGE))
        assert "1 of 1 run the same." in page
        assert "1 of the same also goes through what is new: “Rest”." in page

    def test_draws_both_sides(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0])
        new, old = text_of(pub[1].get(PAGE + "?view=canvas")), text_of(pub[1].get(PAGE + "?view=live"))
        assert '"rest": {"state": "added", "label": "New"' in new
        assert "canvas-overlay" in old
        assert '"path": "sum"' in old
        assert '"path": "total"' in new

    def test_leads_back_to_pages_of_ours_only(self, pub: tuple[Person, Client]) -> None:
        go_live()
        draft(pub[0])
        answer = pub[1].post("/flows/sum/draft/replay/", {"back": "https://evil.example/"})
        assert answer.headers["Location"] == PAGE
        assert person_with(Role.OPERATOR)[1].post("/flows/sum/draft/replay/").status_code == 403
