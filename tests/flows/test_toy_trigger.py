"""A new trigger is one file and one line of the registry: it is then in validation, docs, page and engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from flows import registry
from flows.definition.flow_file import parse_flow_file
from flows.definition.outline import outline_trigger
from flows.definition.validation import validate
from flows.registry import kind_specs, trigger_specs
from flows.triggers_page import render_triggers
from integrator.people.roles import Role
from tests.support import toy_trigger
from tests.support.run_pages import person_with
from tests.support.triggers import FLOW, NOW, bodies_of, let_pass, publish, work

TOY = "{kind: rooster, words: kikeriki}"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.TRIGGERS, "rooster", "tests.support.toy_trigger:ROOSTER")


class TestToyTrigger:
    def test_is_known_to_validation(self) -> None:
        flow = parse_flow_file(FLOW.format(key="toy", trigger="{kind: rooster, word: cock-a-doodle}", more=""))
        messages = [finding.message for finding in validate(flow, kind_specs(), trigger_specs())]
        assert any("Did you mean 'words'?" in message for message in messages)
        assert any("The trigger 'rooster' needs 'words'." in message for message in messages)

    def test_is_in_the_outline(self) -> None:
        flow = parse_flow_file(FLOW.format(key="toy", trigger=TOY, more=""))
        line = outline_trigger(flow, trigger_specs())
        assert line is not None
        assert (line.icon, line.text) == ("alarm", "The rooster crows kikeriki, and a run starts")

    def test_is_in_the_documents(self) -> None:
        assert "## `rooster` Rooster" in render_triggers(trigger_specs())

    @pytest.mark.django_db(transaction=True)
    def test_is_on_the_flows_page(self) -> None:
        publish(TOY)
        page = person_with(Role.VIEWER)[1].get("/flows/timed/").content.decode()
        assert "The rooster crows kikeriki, and a run starts." in page

    @pytest.mark.django_db(transaction=True)
    def test_starts_runs_and_remembers(self) -> None:
        flow = publish(TOY)
        for day in (1, 2):
            let_pass(NOW + timedelta(days=day))
            work()
        assert bodies_of(flow) == [{"words": "kikeriki", "count": 1}, {"words": "kikeriki", "count": 2}]


class TestTriggersPage:
    def test_is_up_to_date(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(registry.TRIGGERS, toy_trigger.ROOSTER.spec.key)
        page = (settings.BASE_DIR / "docs" / "triggers.md").read_text()
        assert page == render_triggers(trigger_specs()), "Run manage.py write_kinds."

    def test_has_an_icon_that_is_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(registry.TRIGGERS, toy_trigger.ROOSTER.spec.key)
        drawn = (settings.BASE_DIR / "static" / "icons" / "names.txt").read_text().split()
        assert [spec.key for spec in trigger_specs().values() if spec.icon not in drawn] == []
