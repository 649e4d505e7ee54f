"""Going back to an older version; archiving and bringing back; tags."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.errors import FlowsError, Forbidden, NotFound
from flows.models import Flow, Trigger
from flows.operations.publishing import (
    Back,
    archive_flow,
    bring_back_flow,
    import_flow,
    pause_flow,
    publish_draft,
    roll_back,
    set_flow_tags,
)
from integrator.people.models import Person, Team
from tests.support.cases import events_of
from tests.support.flow_files import SUM

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
CALLER = """\
format: 1
flow: caller
name: Caller
team: marketing
trigger: {kind: manual}
steps:
  call: {kind: subflow, with: {flow: sum}}
"""


@pytest.fixture
def two_versions(marketing: Team) -> Flow:
    import_flow(text=SUM, person=None, publish=True, now=NOW)
    import_flow(text=SUM.replace("path: sum", "path: total"), person=None, publish=True, now=NOW)
    return Flow.objects.get(key="sum")


def code_of(call: Any) -> str:
    with pytest.raises(FlowsError) as refused:
        call()
    return refused.value.code


class TestRollBack:
    def test_publishes_the_old_content_with_a_note(self, two_versions: Flow, publisher: Person) -> None:
        back = roll_back(key="sum", number=1, back=Back(note="The new one fails", live=2), person=publisher, now=NOW)
        assert back.published is not None
        version = back.published.version
        assert (version.number, version.note) == (3, "Back to version 1: The new one fails")
        assert version.document == two_versions.versions.get(number=1).document
        assert Trigger.objects.get(flow=two_versions).path == "sum"
        assert events_of("flow.published")[-1]["restores"] == 1

    def test_refuses_what_is_live_and_what_is_not_there(self, two_versions: Flow, publisher: Person) -> None:
        assert code_of(lambda: roll_back(key="sum", number=2, person=publisher, now=NOW)) == "flow.live_already"
        with pytest.raises(NotFound):
            roll_back(key="sum", number=9, person=publisher, now=NOW)

    def test_refuses_when_another_went_live_meanwhile(self, two_versions: Flow, publisher: Person) -> None:
        code = code_of(lambda: roll_back(key="sum", number=1, back=Back(live=1), person=publisher, now=NOW))
        assert code == "flow.newer_version"

    def test_needs_the_right_to_publish(self, two_versions: Flow, analyst: Person, stranger: Person) -> None:
        with pytest.raises(Forbidden):
            roll_back(key="sum", number=1, person=analyst, now=NOW)
        with pytest.raises(NotFound):
            roll_back(key="sum", number=1, person=stranger, now=NOW)


class TestArchive:
    def test_ends_the_trigger_and_bars_changes(self, two_versions: Flow, publisher: Person) -> None:
        archive_flow(key="sum", person=publisher, now=NOW)
        assert not Trigger.objects.get(flow=two_versions).is_live
        assert events_of("flow.archived")
        for call in (
            lambda: import_flow(text=SUM, person=publisher, now=NOW),
            lambda: publish_draft(key="sum", author=publisher, person=publisher, now=NOW),
            lambda: pause_flow(key="sum", person=publisher, now=NOW),
            lambda: roll_back(key="sum", number=1, person=publisher, now=NOW),
            lambda: set_flow_tags(key="sum", tags=["x"], person=publisher),
            lambda: archive_flow(key="sum", person=publisher, now=NOW),
        ):
            assert code_of(call) == "flow.archived"

    def test_keeps_its_address_and_comes_back_paused(self, two_versions: Flow, publisher: Person) -> None:
        archive_flow(key="sum", person=publisher, now=NOW)
        taken = SUM.replace("flow: sum", "flow: sum-2").replace("path: sum", "path: total")
        assert code_of(lambda: import_flow(text=taken, person=publisher, now=NOW)) == "flow.invalid"
        flow = bring_back_flow(key="sum", person=publisher, now=NOW)
        assert (flow.archived_at, flow.paused_at) == (None, NOW)
        assert Trigger.objects.get(flow=flow).path == "total"
        assert code_of(lambda: bring_back_flow(key="sum", person=publisher, now=NOW)) == "flow.not_archived"

    def test_refuses_a_flow_that_a_live_one_starts(self, two_versions: Flow, publisher: Person) -> None:
        import_flow(text=CALLER, person=None, publish=True, now=NOW)
        assert code_of(lambda: archive_flow(key="sum", person=publisher, now=NOW)) == "flow.in_use"
        archive_flow(key="caller", person=publisher, now=NOW)
        assert archive_flow(key="sum", person=publisher, now=NOW).archived_at == NOW

    def test_is_for_publishers(self, two_versions: Flow, analyst: Person) -> None:
        with pytest.raises(Forbidden):
            archive_flow(key="sum", person=analyst, now=NOW)


class TestTags:
    def test_are_trimmed_small_and_each_once(self, two_versions: Flow, analyst: Person) -> None:
        assert set_flow_tags(key="sum", tags=["  Year  End ", "year end", "a", ""], person=analyst) == ["a", "year end"]
        assert set_flow_tags(key="sum", tags=["b", "a"], person=analyst) == ["a", "b"]
        assert sorted(two_versions.tags.values_list("name", flat=True)) == ["a", "b"]
        assert [event["tags"] for event in events_of("flow.settings_changed")] == [["a", "year end"], ["a", "b"]]

    def test_are_bounded(self, two_versions: Flow, analyst: Person) -> None:
        assert code_of(lambda: set_flow_tags(key="sum", tags=["x" * 41], person=analyst)) == "flow.tags_invalid"
