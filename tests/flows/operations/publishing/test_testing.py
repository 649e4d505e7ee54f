"""A flow's own tests before it goes live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.errors import FlowRefused
from flows.models import Draft, FlowVersion
from flows.operations.publishing import (
    Back,
    Decision,
    Terms,
    ask_to_publish,
    decide_publish_request,
    import_flow,
    publish_draft,
    roll_back,
    set_second_person,
)
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from tests.support.cases import events_of
from tests.support.flow_files import SUM
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
TESTED = (
    SUM
    + """\
tests:
  - name: One and two
    trigger: {body: {a: 1, b: 2}}
    expect: {status: completed, output: 3}
"""
)
WRONG = TESTED.replace("output: 3", "output: 4")


class TestBeforePublishing:
    def test_pass_and_let_it_live(self, publisher: Person) -> None:
        import_flow(text=TESTED, person=publisher, now=NOW)
        assert publish_draft(key="sum", author=publisher, person=publisher, now=NOW).is_new
        assert "failed_tests" not in events_of("flow.published")[0]

    def test_bar_it_when_one_fails(self, publisher: Person) -> None:
        import_flow(text=WRONG, person=publisher, now=NOW)
        with pytest.raises(FlowRefused) as refused:
            publish_draft(key="sum", author=publisher, person=publisher, now=NOW)
        assert (refused.value.code, refused.value.details) == ("flow.tests_failed", {"tests": ["One and two"]})
        with pytest.raises(FlowRefused):
            import_flow(text=WRONG, person=publisher, publish=True, now=NOW)
        assert not FlowVersion.objects.exists()
        assert Draft.objects.count() == 1

    def test_give_way_to_a_reason_that_is_kept(self, publisher: Person) -> None:
        import_flow(text=WRONG, person=publisher, now=NOW)
        terms = Terms(despite_tests=" The test is wrong ")
        publish_draft(key="sum", author=publisher, person=publisher, now=NOW, terms=terms)
        (event,) = events_of("flow.published")
        assert (event["failed_tests"], event["despite_tests"]) == (["One and two"], "The test is wrong")


class TestGoingLiveLater:
    """What was tested once is tested again before it goes live: what stands around it may have changed."""

    DESPITE = Terms(despite_tests="The test is wrong")

    def test_bars_going_back_without_a_reason(self, publisher: Person) -> None:
        import_flow(text=WRONG, person=publisher, now=NOW)
        publish_draft(key="sum", author=publisher, person=publisher, now=NOW, terms=self.DESPITE)
        import_flow(text=SUM.replace("path: sum", "path: total"), person=publisher, publish=True, now=NOW)
        with pytest.raises(FlowRefused) as refused:
            roll_back(key="sum", number=1, person=publisher, now=NOW)
        assert refused.value.code == "flow.tests_failed"
        assert FlowVersion.objects.count() == 2
        roll_back(key="sum", number=1, back=Back(despite_tests="Still wrong"), person=publisher, now=NOW)
        newest = events_of("flow.published")[-1]
        assert (newest["restores"], newest["despite_tests"]) == (1, "Still wrong")

    def test_bars_agreeing_without_a_reason(self, publisher: Person, marketing: Team) -> None:
        second = make_person("second", (marketing, Role.PUBLISHER))
        import_flow(text=SUM, person=publisher, publish=True, now=NOW)
        set_second_person(key="sum", needed=True, person=publisher)
        import_flow(text=WRONG, person=publisher, now=NOW)
        request = ask_to_publish(key="sum", person=publisher, now=NOW, terms=self.DESPITE)

        def decide(decision: Decision) -> None:
            decide_publish_request(key="sum", request_id=request.pk, decision=decision, person=second, now=NOW)

        with pytest.raises(FlowRefused) as refused:
            decide(Decision(approve=True))
        assert (refused.value.code, FlowVersion.objects.count()) == ("flow.tests_failed", 1)
        decide(Decision(approve=True, despite_tests="I looked at it"))
        newest = events_of("flow.published")[-1]
        assert (newest["failed_tests"], newest["despite_tests"]) == (["One and two"], "I looked at it")
        assert events_of("flow.publish_approved")[-1]["despite_tests"] == "I looked at it"
