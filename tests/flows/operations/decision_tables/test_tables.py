"""A table's life: drafted by two, published, immutable, used by runs, named by flows; and the mistakes on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from flows.errors import FlowRefused, Forbidden, NotFound, TableRefused
from flows.models import DecisionTable, DecisionTableVersion, StepVisit
from flows.operations.decision_tables import NewTable, add_table, publish_table, save_draft
from flows.operations.publishing import import_flow
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person
from tests.support.tables import TRIAGE, make_live_table, read_document

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FLOW = """\
format: 1
flow: routing
name: Routing
team: marketing
steps:
  look:
    kind: decision_table
    with: {table: triage, input: {amount: "= trigger.body.amount", region: "= trigger.body.region"}}
    next: end
  end: {kind: stop, with: {output: "= steps.look"}}
"""

pytestmark = pytest.mark.django_db(transaction=True)


def analyst(name: str = "ann") -> Person:
    return make_person(name, (make_team(), Role.ANALYST))


def publisher() -> Person:
    return make_person("pub", (make_team(), Role.PUBLISHER))


def events() -> list[str]:
    return list(Event.objects.filter(name__startswith="table.").order_by("id").values_list("name", flat=True))


class TestAddTable:
    def test_begins_with_a_row_and_records_it(self) -> None:
        row = add_table(NewTable(team_id=make_team().pk, key="risk", name=" Risk "), person=analyst(), now=NOW)
        assert (row.name, row.revision, row.live_version) == ("Risk", 1, None)
        assert events() == ["table.added"]

    def test_refuses_a_key_that_is_taken_or_none(self) -> None:
        make_live_table()
        person, team = analyst(), make_team()
        with pytest.raises(TableRefused, match="The key 'triage' is taken"):
            add_table(NewTable(team_id=team.pk, key="triage", name="x"), person=person, now=NOW)
        with pytest.raises(TableRefused, match="lower-case"):
            add_table(NewTable(team_id=team.pk, key="Triage", name="x"), person=person, now=NOW)

    def test_is_for_analysts_of_the_team(self) -> None:
        team = make_team()
        viewer = make_person("vie", (team, Role.VIEWER))
        with pytest.raises(Forbidden):
            add_table(NewTable(team_id=team.pk, key="risk", name="x"), person=viewer, now=NOW)
        with pytest.raises(NotFound):
            add_table(NewTable(team_id=team.pk, key="risk", name="x"), person=make_person("sid"), now=NOW)


class TestSaveDraft:
    def test_keeps_even_faulty_cells_and_says_what_changed(self) -> None:
        table, person = make_live_table(), analyst()
        document = read_document(table)
        document["rows"][0]["when"]["amount"] = "ten"
        row = save_draft(key="triage", document=document, revision=1, person=person, now=NOW)
        assert row.revision == 2
        assert row.document["rows"][0]["when"]["amount"] == "ten"
        assert events()[-1] == "table.drafted"
        assert save_draft(key="triage", document=document, revision=2, person=person, now=NOW).revision == 2

    def test_loses_nothing_when_two_save(self) -> None:
        table = make_live_table()
        mine, theirs = read_document(table), read_document(table)
        theirs["rows"] = theirs["rows"][:2]
        mine["rows"][0]["then"]["days"] = "3"
        save_draft(key="triage", document=theirs, revision=1, person=analyst("bea"), now=NOW)
        with pytest.raises(TableRefused) as caught:
            save_draft(key="triage", document=mine, revision=1, person=analyst("cid"), now=NOW)
        assert caught.value.code == "table.changed_meanwhile"
        assert caught.value.details["differs"] == "rows: 1 added, 1 changed"
        assert caught.value.details["by"] == "bea"
        assert read_document(table)["rows"] == theirs["rows"]
        save_draft(
            key="triage", document=mine, revision=caught.value.details["revision"], person=analyst("dan"), now=NOW
        )
        assert read_document(table)["rows"][0]["then"]["days"] == "3"

    @pytest.mark.parametrize("document", [None, [], {"rows": 5}, {"name": "x", "inputs": [{"name": "a", "sql": 1}]}])
    def test_refuses_what_is_no_table(self, document: Any) -> None:
        make_live_table()
        with pytest.raises(TableRefused) as caught:
            save_draft(key="triage", document=document, revision=1, person=analyst(), now=NOW)
        assert caught.value.code == "table.invalid"

    def test_moves_no_table_to_another_team_or_key(self) -> None:
        table = make_live_table()
        document = {**read_document(table), "team": "legal", "table": "other"}
        save_draft(key="triage", document=document, revision=1, person=analyst(), now=NOW)
        assert (read_document(table)["team"], read_document(table)["table"]) == ("marketing", "triage")


class TestPublishTable:
    def test_makes_immutable_versions(self) -> None:
        table = make_live_table()
        version = DecisionTableVersion.objects.get(table=table)
        for change in (version.delete, lambda: DecisionTableVersion.objects.update(note="x")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert not publish_table(key="triage", revision=1, note="", person=publisher(), now=NOW).is_new

    def test_is_not_for_analysts(self) -> None:
        make_live_table()
        with pytest.raises(Forbidden, match="Publishers of Marketing"):
            publish_table(key="triage", revision=1, note="", person=analyst(), now=NOW)

    def test_refuses_faults_failing_tests_and_an_older_page(self) -> None:
        make_live_table(publish=False)
        person = publisher()
        with pytest.raises(TableRefused, match="Look at it again"):
            publish_table(key="triage", revision=9, note="", person=person, now=NOW)
        make_live_table(TRIAGE, ("then: {team: legal, days: 2", "then: {team: legal, days: 3"), publish=False)
        with pytest.raises(TableRefused, match="“large in the EU” fails") as caught:
            publish_table(key="triage", revision=None, note="", person=person, now=NOW)
        assert caught.value.details == {"tests": ["large in the EU"]}
        make_live_table(TRIAGE, ('"> 100"', "ten"), publish=False)
        with pytest.raises(TableRefused) as caught:
            publish_table(key="triage", revision=None, note="", person=person, now=NOW)
        assert caught.value.details["errors"][0]["pointer"] == "/rows/1/when/amount"


class TestRuns:
    def test_put_out_the_rows_results_and_keep_the_version(self) -> None:
        make_live_table()
        flow = make_version(FLOW)
        run = run_to_rest(flow, {"amount": 50, "region": "US"})
        assert (run.status, json.loads(run.output)) == ("completed", {"team": "support", "days": 10})
        came_in = json.loads(StepVisit.objects.get(run=run, key="look").input)
        assert (came_in["version"], came_in["rows"]) == (1, [3])
        make_live_table(TRIAGE, ("days: 10.0", "days: 11"))
        again = run_to_rest(flow, {"amount": 50, "region": "US"})
        assert json.loads(again.output) == {"team": "support", "days": 11}
        assert json.loads(StepVisit.objects.get(run=again, key="look").input)["version"] == 2

    @pytest.mark.parametrize(
        ("changes", "body", "code", "words"),
        [
            ([], {"amount": 5, "region": "CH"}, "decision.no_row", "No row of the decision table 'triage' matches"),
            ([("rows:", "hit: unique\nrows:"), ("tests:\n", "#"), ("  - {name: large", "#")],
             {"amount": 5000, "region": "EU"}, "decision.two_rows", "Rows 1 and 2 of the decision table 'triage'"),
            ([], {"amount": "5", "region": "EU"}, "decision.input_wrong", "'amount' must be a number"),
        ],
    )  # fmt: skip
    def test_fail_with_what_to_do(self, changes: list[Any], body: Any, code: str, words: str) -> None:
        make_live_table(TRIAGE, *changes)
        run = run_to_rest(make_version(FLOW), body)
        incident = run.incidents.get()
        assert incident.code == code
        assert words in incident.message

    def test_are_told_of_a_table_that_is_not_there_or_not_published(self) -> None:
        flow = make_version(FLOW)
        assert run_to_rest(flow, {"amount": 1, "region": "EU"}).incidents.get().code == "decision.unknown_table"
        make_live_table(publish=False)
        assert run_to_rest(flow, {"amount": 1, "region": "EU"}).incidents.get().code == "decision.not_published"


class TestFlowsThatNameTables:
    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("table: triage", "table: triange", "has no decision table 'triange'. Did you mean 'triage'?"),
            (', region: "= trigger.body.region"', "", "The decision table 'triage' needs 'region' under 'input'."),
            ("region:", "regoin: 1, region:", "has no input 'regoin', so it is not used. Did you mean 'region'?"),
        ],
    )
    def test_are_warned_when_imported_and_refused_when_published(self, old: str, new: str, words: str) -> None:
        make_live_table()
        text = FLOW.replace(old, new)
        warnings = import_flow(text=text, person=None, now=NOW).warnings
        assert any(words in warning.message for warning in warnings), warnings
        if "regoin" not in new:
            with pytest.raises(FlowRefused) as caught:
                import_flow(text=text, person=None, publish=True, now=NOW)
            assert words in caught.value.message

    def test_are_refused_while_the_table_is_not_published_or_there(self) -> None:
        make_team()
        with pytest.raises(FlowRefused, match=r"has no decision table 'triage'\. Add it under Decision tables first."):
            import_flow(text=FLOW, person=None, publish=True, now=NOW)
        make_live_table(publish=False)
        with pytest.raises(FlowRefused, match="is not published yet, so no run can use it"):
            import_flow(text=FLOW, person=None, publish=True, now=NOW)


class TestCommands:
    def test_take_a_table_in_and_out(self, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
        make_team()
        path = tmp_path / "triage.yaml"
        path.write_text(TRIAGE)
        call_command("import_table", str(path), "--publish", "--note", "first")
        assert "Imported triage. Version 1 is live." in capsys.readouterr().out
        call_command("export_table", "triage")
        text = capsys.readouterr().out
        path.write_text(text)
        call_command("import_table", str(path), "--publish")
        assert "Nothing changed: version 1" in capsys.readouterr().out
        path.write_text(json.dumps(read_document(DecisionTable.objects.get())))
        call_command("import_table", str(path))
        assert events()[-1] == "table.imported"

    def test_say_what_is_wrong_and_change_nothing(self, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
        make_team()
        path = tmp_path / "triage.yaml"
        path.write_text(TRIAGE.replace('"> 100"', "ten"))
        with pytest.raises(CommandError, match="The table has one fault"):
            call_command("import_table", str(path), "--publish")
        assert "error /rows/1/when/amount: “ten” is not a number." in capsys.readouterr().err
        path.write_text(TRIAGE.replace("team: marketing", "team: nobody"))
        with pytest.raises(CommandError, match="a team that does not exist"):
            call_command("import_table", str(path))
        with pytest.raises(CommandError, match="There is no such table"):
            call_command("export_table", "triage")
        assert not DecisionTable.objects.exists()
