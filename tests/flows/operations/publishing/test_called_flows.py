"""Publishing a flow that starts others: they have to be there, published, of the same team."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.errors import FlowRefused
from flows.models import Flow
from flows.operations.publishing import import_flow
from integrator.people.models import Team
from tests.support.flows import make_team

pytestmark = pytest.mark.django_db(transaction=True)
CHILD = """
format: 1
flow: child
name: Child
team: marketing
trigger: {kind: webhook, path: child, auth: {kind: none}}
steps:
  done: {kind: stop}
"""
PARENT = """
format: 1
flow: parent
name: Parent
team: marketing
trigger: {kind: webhook, path: parent, auth: {kind: none}}
steps:
  call: {kind: subflow, with: {flow: child, version: latest}}
"""


@pytest.fixture(autouse=True)
def _teams() -> list[Team]:
    return [make_team("marketing"), make_team("legal")]


def do_import(text: str, *, publish: bool = True) -> Any:
    return import_flow(text=text, person=None, publish=publish, now=datetime.now(UTC))


def refusal(text: str) -> str:
    with pytest.raises(FlowRefused) as refused:
        do_import(text)
    (error,) = refused.value.details["errors"]
    return f"{error['pointer']}: {error['message']}"


class TestPublishAFlowThatStartsAnother:
    def test_takes_one_that_is_live(self) -> None:
        do_import(CHILD)
        assert do_import(PARENT).published.warnings == []
        assert do_import(PARENT.replace("latest", "1")).published.warnings == []

    def test_refuses_one_that_is_not_there(self) -> None:
        assert "/steps/call/with/flow: The team marketing has no flow 'child'" in refusal(PARENT)

    def test_refuses_one_that_was_never_published(self) -> None:
        do_import(CHILD, publish=False)
        assert "'child' is not published yet" in refusal(PARENT)

    def test_refuses_one_of_another_team(self) -> None:
        do_import(CHILD.replace("marketing", "legal"))
        assert "The team marketing has no flow 'child'" in refusal(PARENT)

    def test_refuses_a_version_that_is_not_there(self) -> None:
        do_import(CHILD)
        assert "/steps/call/with/version: The flow 'child' has no version 7." in refusal(PARENT.replace("latest", "7"))

    def test_only_warns_of_it_in_a_draft(self) -> None:
        (warning,) = do_import(PARENT, publish=False).warnings
        assert (warning.severity, warning.code) == ("warning", "flow.subflow")

    def test_tells_of_one_that_is_paused_and_bars_nothing(self) -> None:
        do_import(CHILD)
        Flow.objects.filter(key="child").update(paused_at=datetime.now(UTC))
        (warning,) = do_import(PARENT).published.warnings
        assert (warning.severity, warning.code, warning.step) == ("warning", "flow.subflow_paused", "call")

    def test_lets_a_flow_start_itself(self) -> None:
        assert do_import(PARENT.replace("flow: child", "flow: parent")).published.is_new

    def test_reminds_of_sensitive_data_that_may_come_back(self) -> None:
        do_import(CHILD.replace("steps:", "sensitive: [trigger.body.iban]\nsteps:"))
        (warning,) = do_import(PARENT).published.warnings
        assert warning.code == "flow.subflow_sensitive"
        assert do_import(PARENT.replace("steps:", "sensitive: [steps.call]\nsteps:")).published.warnings == []
