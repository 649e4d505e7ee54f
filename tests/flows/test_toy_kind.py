"""A new kind or connector is one file and one line of the registry: it is then in validation, docs and engine."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.definition.flow_file import parse_flow_file
from flows.definition.outline import outline
from flows.definition.validation import validate
from flows.kinds_page import render_kinds
from flows.registry import kind_specs, trigger_specs
from tests.support import scripted, toy_kind
from tests.support.flows import make_version, run_to_rest

TOY = """
format: 1
flow: toy
name: Toy
team: marketing
steps:
  shout:
    kind: toy.shout
    with: {words: "= trigger.body", SETTING: 3}
    next: done
  done: {kind: stop, with: {output: "= steps.shout"}}
"""


CALLING = """
format: 1
flow: calling
name: Calling
team: marketing
steps:
  call: {kind: test.send, with: {value: 7}, next: done}
  done: {kind: stop, with: {output: "= steps.call.said"}}
"""


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, toy_kind.SHOUT.spec.key, "tests.support.toy_kind:SHOUT")


class TestToyKind:
    def test_is_known_to_validation(self) -> None:
        findings = validate(parse_flow_file(TOY.replace("SETTING", "time")), kind_specs(), trigger_specs())
        (fault,) = [finding for finding in findings if finding.severity == "error"]
        assert "Did you mean 'times'?" in fault.message

    def test_is_in_the_outline(self) -> None:
        lines = outline(parse_flow_file(TOY.replace("SETTING", "times")), kind_specs())
        assert "Shouts 3 times" in lines[0].text

    def test_is_in_the_documents(self) -> None:
        assert "### `toy.shout` Shout" in render_kinds(kind_specs())

    @pytest.mark.django_db(transaction=True)
    def test_runs(self) -> None:
        run = run_to_rest(make_version(TOY.replace("SETTING", "times")), "ho")
        assert json.loads(run.output) == "HO HO HO"


class TestToyConnector:
    @pytest.mark.django_db(transaction=True)
    def test_makes_the_calls_of_a_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connector = scripted.ScriptedConnector(answers=[EffectAnswer(output={"said": "ho"})])
        monkeypatch.setattr(scripted, "CONNECTOR", connector)
        monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
        monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
        run = run_to_rest(make_version(CALLING))
        assert (json.loads(run.output), [call.request for call in connector.calls]) == ("ho", [{"value": 7}])


class TestKindsPage:
    def test_is_up_to_date(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(registry.KINDS, toy_kind.SHOUT.spec.key)
        page = (settings.BASE_DIR / "docs" / "kinds.md").read_text()
        assert page == render_kinds(kind_specs()), "Run manage.py write_kinds."
