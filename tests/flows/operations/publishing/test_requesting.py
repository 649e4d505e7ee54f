"""A second person publishes: asking, agreeing, declining, taking back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.errors import FlowRefused, FlowsError, Forbidden, NotFound
from flows.models import Draft, Flow, FlowVersion, PublishRequest
from flows.operations.drafts import discard_draft, keep_text
from flows.operations.publishing import (
    Decision,
    PublishResult,
    Terms,
    ask_to_publish,
    decide_publish_request,
    import_flow,
    publish_draft,
    roll_back,
    set_second_person,
    withdraw_publish_request,
)
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from notifications.models import Alert
from tests.support.cases import events_of
from tests.support.flow_files import SUM
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
OTHER = SUM.replace("name: Sum", "name: Total")


@pytest.fixture
def second(marketing: Team) -> Person:
    return make_person("sec", (marketing, Role.PUBLISHER))


@pytest.fixture
def guarded(marketing: Team) -> Flow:
    """The flow is live, and from now on needs two."""
    import_flow(text=SUM, person=None, publish=True, now=NOW)
    return set_second_person(key="sum", needed=True, person=None)


def draft(person: Person, text: str = OTHER) -> Draft:
    found = import_flow(text=text, person=person, now=NOW).draft
    assert found is not None
    return found


def ask(person: Person, **more: Any) -> PublishRequest:
    return ask_to_publish(key="sum", person=person, note="Why", now=NOW, **more)


def decide(request: PublishRequest, person: Person, *, approve: bool = True, comment: str = "") -> PublishResult | None:
    decision = Decision(approve=approve, comment=comment)
    return decide_publish_request(key="sum", request_id=request.pk, decision=decision, person=person, now=NOW)


def refusal(call: Any) -> FlowsError:
    with pytest.raises(FlowsError) as refused:
        call()
    return refused.value


class TestSecondPerson:
    def test_bars_publishing_alone(self, guarded: Flow, publisher: Person) -> None:
        draft(publisher)
        error = refusal(lambda: publish_draft(key="sum", author=publisher, person=publisher, now=NOW))
        assert error.code == "flow.needs_second_person"
        assert refusal(lambda: import_flow(text=OTHER, person=publisher, publish=True, now=NOW)).code == error.code
        assert FlowVersion.objects.count() == 1

    def test_leaves_a_draft_that_was_begun_anew(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        discard_draft(key="sum", person=publisher, now=NOW)
        anew = draft(publisher, SUM.replace("name: Sum", "name: Another"))
        assert anew.revision == request.draft_revision
        decide(request, second)
        assert Draft.objects.get(author=publisher).document["name"] == "Another"

    def test_leaves_unfinished_text_to_its_author(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        keep_text(key="sum", person=publisher, text="format: 1\nflo", now=NOW)
        decide(request, second)
        kept = Draft.objects.get(author=publisher)
        assert (kept.pending_text, kept.base_version) == ("format: 1\nflo", FlowVersion.objects.get(number=2))

    def test_publishes_what_was_asked_for_and_no_later_state(
        self, guarded: Flow, publisher: Person, second: Person
    ) -> None:
        draft(publisher)
        request = ask(publisher)
        later = Draft.objects.get(author=publisher)
        later.document, later.revision = {**later.document, "name": "Later"}, later.revision + 1
        later.save()
        result = decide(request, second, comment="Fine")
        assert result is not None
        assert result.version.document["name"] == "Total"
        assert (result.version.published_by, result.version.note) == (second, "Why")
        assert Draft.objects.get(author=publisher).document["name"] == "Later"
        (event,) = events_of("flow.published")[1:]
        assert (event["asked_by"], event["comment"]) == ("pub", "Fine")
        assert events_of("flow.publish_approved")

    def test_ends_the_draft_that_was_published(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        decide(ask(publisher), second)
        assert not Draft.objects.filter(author=publisher).exists()

    def test_lets_analysts_ask_and_tells_publishers(self, guarded: Flow, analyst: Person, second: Person) -> None:
        draft(analyst)
        request = ask(analyst)
        (alert,) = Alert.objects.all()
        assert alert.link == f"/flows/sum/publish-requests/{request.pk}/"
        assert set(alert.deliveries.values_list("person__username", flat=True)) == {"sec"}

    def test_cannot_be_the_one_who_asked(self, guarded: Flow, publisher: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        assert refusal(lambda: decide(request, publisher)).code == "request.own"
        assert FlowVersion.objects.count() == 1

    def test_must_be_a_publisher(self, guarded: Flow, publisher: Person, analyst: Person, stranger: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        with pytest.raises(Forbidden):
            decide(request, analyst)
        with pytest.raises(NotFound):
            decide(request, stranger)

    def test_declines_with_a_reason_that_the_asker_is_told(
        self, guarded: Flow, publisher: Person, second: Person
    ) -> None:
        draft(publisher)
        request = ask(publisher)
        assert refusal(lambda: decide(request, second, approve=False, comment=" ")).code == "request.comment_missing"
        assert decide(request, second, approve=False, comment="Ask Finance") is None
        assert (FlowVersion.objects.count(), Draft.objects.filter(author=publisher).count()) == (1, 1)
        (event,) = events_of("flow.publish_declined")
        assert event["comment"] == "Ask Finance"
        newest = Alert.objects.order_by("-created_at", "-id").exclude(title__contains="asks").get()
        assert set(newest.deliveries.values_list("person__username", flat=True)) == {"pub"}

    def test_decides_once(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        decide(request, second)
        assert refusal(lambda: decide(request, second)).code == "request.decided_already"

    def test_asks_anew_instead_of_twice(self, guarded: Flow, publisher: Person) -> None:
        draft(publisher)
        first = ask(publisher)
        newer = ask(publisher)
        first.refresh_from_db()
        assert (first.state, newer.state) == ("withdrawn", "open")

    def test_takes_a_question_back(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        with pytest.raises(NotFound):
            withdraw_publish_request(key="sum", request_id=request.pk, person=second, now=NOW)
        withdraw_publish_request(key="sum", request_id=request.pk, person=publisher, now=NOW)
        assert refusal(lambda: decide(request, second)).code == "request.decided_already"

    def test_refuses_what_became_old_meanwhile(self, guarded: Flow, publisher: Person, second: Person) -> None:
        draft(publisher)
        request = ask(publisher)
        import_flow(text=SUM.replace("name: Sum", "name: Meanwhile"), person=None, publish=True, now=NOW)
        assert refusal(lambda: decide(request, second)).code == "flow.newer_version"
        request.refresh_from_db()
        assert request.state == "open"

    def test_refuses_a_draft_that_changed_since_it_was_looked_at(self, guarded: Flow, publisher: Person) -> None:
        revision = draft(publisher).revision
        error = refusal(lambda: ask(publisher, terms=Terms(revision=revision + 1)))
        assert error.code == "draft.changed_meanwhile"

    def test_has_nothing_to_agree_to_when_nothing_is_new(self, guarded: Flow, publisher: Person) -> None:
        draft(publisher, SUM)
        assert refusal(lambda: ask(publisher)).code == "flow.nothing_new"

    def test_guards_going_back_too(self, guarded: Flow, publisher: Person, second: Person) -> None:
        import_flow(text=OTHER, person=None, publish=True, now=NOW)
        back = roll_back(key="sum", number=1, person=publisher, now=NOW)
        assert back.published is None
        assert back.request is not None
        result = decide(back.request, second)
        assert result is not None
        assert (result.version.number, result.version.document["name"]) == (3, "Sum")


class TestNewerVersion:
    def test_bars_a_draft_that_began_before_it(self, publisher: Person, analyst: Person) -> None:
        import_flow(text=SUM, person=None, publish=True, now=NOW)
        draft(analyst)
        import_flow(text=SUM.replace("name: Sum", "name: Meanwhile"), person=publisher, publish=True, now=NOW)
        with pytest.raises(FlowRefused) as refused:
            publish_draft(key="sum", author=analyst, person=publisher, now=NOW)
        assert (refused.value.code, refused.value.details) == ("flow.newer_version", {"version": 2})
        assert Draft.objects.filter(author=analyst).exists()


class TestLettingGoOfTheSecondPerson:
    def test_takes_the_lead_or_an_administrator(self, guarded: Flow, publisher: Person, marketing: Team) -> None:
        with pytest.raises(Forbidden, match="lead of Marketing or an administrator"):
            set_second_person(key="sum", needed=False, person=publisher)
        for role in (Role.LEAD, Role.ADMIN):
            set_second_person(key="sum", needed=True, person=publisher)
            person = make_person("", (marketing, role))
            assert not set_second_person(key="sum", needed=False, person=person).needs_second_person
