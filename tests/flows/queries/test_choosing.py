"""What the forms of the designer offer to choose from: the team's own things, by name, and never a value."""

from __future__ import annotations

from django.utils import timezone

from flows.models import Connection, DecisionTable, FlowVersion
from flows.queries.choosing import Choices
from integrator.people.roles import Role
from integrator.secrets.models import Secret
from tests.support.drafts import make_live
from tests.support.flows import make_team, make_version
from tests.support.forms import EXPENSES, make_form
from tests.support.personas import make_person

CALLED = """\
format: 1
flow: called
name: Called
team: marketing
trigger: {kind: manual}
steps: {done: {kind: stop}}
"""


def choices_of(live: FlowVersion, **settings: str) -> Choices:
    return Choices(live.flow.team, live.flow, settings, {"tell": "Tell", "done": "Done"}, frozenset({"secret"}))


def values(choices: Choices, names: str) -> list[str]:
    return [choice.value for choice in choices.options(names)]


class TestChoices:
    def test_are_those_of_the_team_alone(self, db: None) -> None:
        live, elsewhere = make_live(), make_team("elsewhere")
        for team, key in ((live.flow.team, "erp"), (elsewhere, "crm")):
            Connection.objects.create(team=team, key=key, name=key.upper())
            Secret.objects.create(team=team, name=f"{key}-key", created_at=timezone.now())
            Secret.objects.create(team=team, name=f"connection.{key}", created_at=timezone.now())
            DecisionTable.objects.create(
                key=f"{key}-table", name=key, team=team, document={}, changed_at=timezone.now()
            )
        choices = choices_of(live)
        assert values(choices, "connection") == ["erp"]
        assert values(choices, "secret") == ["erp-key"]
        assert values(choices, "table") == ["erp-table"]

    def test_name_other_flows_and_the_versions_of_the_one_that_is_named(self, db: None) -> None:
        live, _ = make_live(), make_version(CALLED)
        assert values(choices_of(live), "flow") == ["called"]
        assert values(choices_of(live, flow="called"), "flow_version") == ["latest", "1"]
        assert values(choices_of(live, flow="nothing"), "flow_version") == ["latest"]

    def test_name_forms_of_the_team_and_the_versions_of_one(self, transactional_db: None) -> None:
        live = make_live()
        make_form()
        make_form({**EXPENSES, "title": "Newer"})
        make_form(key="plans", publish=False)
        choices = choices_of(live)
        assert [(one.value, one.hint) for one in choices.options("form")] == [
            ("expenses", "v2"),
            ("plans", "not published"),
        ]
        assert [one.value for one in choices.form_versions("expenses")] == ["2", "1"]
        assert choices.form_versions("plans") == []
        other = make_team("elsewhere")
        assert Choices(other, live.flow, {}, {}).options("form") == []

    def test_tell_how_many_of_a_team_may_decide(self, db: None) -> None:
        live, legal = make_live(), make_team("legal")
        make_person("lee", (legal, Role.APPROVER), (legal, Role.LEAD))
        make_person("lia", (legal, Role.LEAD))
        make_person("vera", (legal, Role.VIEWER))
        gone = make_person("gone", (legal, Role.APPROVER))
        gone.is_active = False
        gone.save()
        people = {choice.value: choice for choice in choices_of(live).find_people("")}
        assert people["team:legal"].hint == "any one of 2"
        assert "lee" in people
        assert "gone" not in people

    def test_know_steps_events_zones_and_nothing_else(self, db: None) -> None:
        choices = choices_of(make_live())
        assert values(choices, "step") == ["tell", "done"]
        assert {"case.opened", "case.*"} <= set(values(choices, "event"))
        assert "Europe/Vienna" in values(choices, "zone")
        assert values(choices, "odd") == []
        assert (choices.may_add("secret"), choices.may_add("connection")) == (True, False)
