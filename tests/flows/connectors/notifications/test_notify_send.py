"""The kind ``notify.send``: what it checks, what lands, and what a run with it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.definition.model import Step
from flows.models import Run
from flows.operations.publishing import import_flow
from flows.registry import get_kind
from notifications.models import Alert, AlertType
from tests.support.cases import NOW, Office, events_of, make_office
from tests.support.flows import make_version, run_to_rest, visits

FLOW = """\
format: 1
flow: watch
name: Watch
team: marketing
trigger: {kind: webhook, path: watch, auth: {kind: none}}
steps:
  tell:
    kind: notify.send
    with:
      to: "= trigger.body.to"
      alert: erp-down
      title: "= trigger.body.title"
      body: "= trigger.body.body"
      link: "= trigger.body.link"
      severity: "= trigger.body.severity"
    next: done
  done: {kind: stop, with: {output: "= steps.tell.people"}}
"""
OF_A_CASE = """\
format: 1
flow: watch
name: Watch
team: marketing
trigger: {kind: webhook, path: watch, auth: {kind: none}}
steps:
  open_case: {kind: case.open, with: {type: disturbance, title: The ERP is down}, next: tell}
  tell: {kind: notify.send, with: {to: lee, title: The ERP is down}}
"""


BODY = {"to": "team:legal", "title": "The ERP is down", "body": None, "link": None, "severity": None}


@pytest.fixture
def office(transactional_db: None) -> Office:
    return make_office()


def run(**body: Any) -> Run:
    return run_to_rest(make_version(FLOW), {**BODY, **body})


def error_of(stopped: Run) -> dict[str, Any]:
    return json.loads(stopped.visits.get(key="tell").error)


class TestRuns:
    def test_tell_everybody_once_and_go_on(self, office: Office) -> None:
        done = run(body="Nothing answers.", link="https://erp.example", severity="critical")
        assert (done.status, visits(done)) == ("completed", [("tell", "succeeded"), ("done", "succeeded")])
        alert = Alert.objects.get()
        assert (alert.title, alert.body, alert.link) == ("The ERP is down", "Nothing answers.", "https://erp.example")
        assert (alert.severity, alert.type.key, alert.team.slug) == ("critical", "erp-down", "marketing")
        assert alert.correlation == str(done.id)
        told = alert.deliveries.filter(channel="in_app").values_list("person__username", flat=True)
        assert sorted(told) == ["lee", "lia", "vi"]
        assert len(events_of("alert.sent")) == 1

    @pytest.mark.parametrize(
        ("body", "code", "says"),
        [
            ({"to": "zoe"}, "alert.unknown_person", "zoe"),
            ({"to": ["lee", "team:nope"]}, "alert.unknown_person", "nope"),
            ({"to": "team:empty"}, "alert.nobody", "Empty"),
            ({"to": []}, "alert.nobody", "nobody to tell"),
            ({"title": ""}, "alert.title_missing", "no title"),
            ({"link": "javascript:alert(1)"}, "alert.link_invalid", "https://"),
            ({"severity": "fatal"}, "alert.severity_invalid", "fatal"),
            ({"body": ["x"]}, "alert.body_invalid", "text"),
        ],
    )
    def test_fail_by_name_before_anything_is_written(
        self, office: Office, body: dict[str, Any], code: str, says: str
    ) -> None:
        stopped = run(**body)
        assert (stopped.status, error_of(stopped)["code"]) == ("waiting", code)
        assert says in error_of(stopped)["message"]
        assert not Alert.objects.exists()

    def test_lead_to_their_case_where_no_link_is_given(self, office: Office) -> None:
        done = run_to_rest(make_version(OF_A_CASE), {})
        assert done.status == "completed"
        assert Alert.objects.get().link == f"/cases/{done.case_number}/"
        assert Alert.objects.get().type.key == "general"

    def test_fail_where_the_type_is_none(self, office: Office) -> None:
        version = make_version(FLOW)
        AlertType.objects.all().delete()
        stopped = run_to_rest(version, BODY)
        assert error_of(stopped)["code"] == "alert.unknown_type"


class TestPublishing:
    def test_makes_the_types_it_does_not_know_and_says_so(self, office: Office) -> None:
        result = import_flow(text=FLOW, person=None, publish=True, now=NOW).published
        assert result.made_alert_types == ("erp-down",)
        assert "The alert type “erp-down” was made." in result.message
        assert events_of("alert_type.added")[0]["key"] == "erp-down"


class TestWords:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"to": ["team:legal", "ana"], "title": "Late"}, "Tell everybody in Legal and ana: “Late”"),
            ({"to": "each:team:it", "severity": "warning"}, "Tell everybody in IT with a warning"),
            ({}, "Tell nobody yet"),
        ],
    )
    def test_say_who_is_told_what(self, settings: dict[str, Any], words: str) -> None:
        kind = get_kind("notify.send")
        assert kind.spec.describe(Step(key="tell", kind="notify.send", settings=settings)) == words
