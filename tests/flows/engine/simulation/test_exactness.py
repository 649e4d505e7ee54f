"""What is simulated is what the engine does: each flow goes both ways, visit by visit the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.definition.flow_file import definition_from_data, parse_flow_file
from flows.engine.simulation import (
    Limits,
    RecordedRun,
    Simulated,
    Trial,
    WrittenBook,
    compare,
    load_recorded_run,
    make_stored_doors,
    replay,
    simulate,
)
from flows.models import FlowVersion, Run
from tests.flows.engine.simulation.plays import CHILDREN, PLAYS, Play
from tests.support.flows import make_version
from tests.support.rehearsals import answering_target, make_people, plain, play, tell_run, tell_simulated
from tests.support.tables import make_live_table

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "format: 1\nflow: both-ways\nname: Both ways\nteam: marketing\nsteps:\n"


@pytest.fixture(autouse=True)
def _world(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
    make_people()
    for text in CHILDREN:
        make_version(text)


def play_both(case: Play) -> tuple[Run, FlowVersion, Simulated]:
    """The flow run by the engine, and in memory."""
    with answering_target(case.answers) as url:
        text = case.text if case.text.lstrip().startswith("format") else HEAD + case.text
        version = make_version(text.replace("TARGET", url))
        body = _at(case.body, url)
        run = play(version, body, case.answers, requested_by="cy", **_facts(version, body))
    definition = definition_from_data(version.document)
    trial = Trial(
        trigger={"body": body},
        book=WrittenBook(case.answers),
        now=datetime.now(UTC),
        doors=make_stored_doors(definition, team_id=version.flow.team_id),
        limits=Limits(visits=20_000, seconds=30),
        version=version.number,
    )
    return run, version, simulate(definition, trial)


def _facts(version: FlowVersion, body: Any) -> dict[str, Any]:
    key = (version.document.get("trigger") or {}).get("business_key", "").removeprefix("= body.")
    return {"business_key": body[key]} if key else {}


def _at(value: Any, url: str) -> Any:
    if isinstance(value, dict):
        return {name: _at(inner, url) for name, inner in value.items()}
    return value.replace("TARGET", url) if isinstance(value, str) else value


class TestBothWays:
    @pytest.mark.parametrize("case", PLAYS, ids=lambda case: case.name.replace(" ", "-"))
    def test_make_the_same_visits(self, case: Play) -> None:
        if "decision" in case.name:
            make_live_table()
        run, _, simulated = play_both(case)
        assert run.status == case.ends
        assert tell_simulated(simulated) == tell_run(run)
        assert simulated.status == ("incident" if run.status == "waiting" else run.status)
        assert plain(simulated.output) == plain(_output(run))
        recorded = load_recorded_run(run)
        if isinstance(recorded, RecordedRun):
            again = replay(definition_from_data(run.version.document), recorded)
            told = compare(recorded, again)
            assert (told.verdict, told.step) == ("same", None), told.reason
        else:
            assert run.status == "waiting" or "tried" in recorded.reason


def _output(run: Run) -> Any:
    return json.loads(run.output) if run.output else None


class TestReplay:
    def test_tells_the_first_step_that_goes_another_way(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        changed = parse_flow_file(HEAD + case.text.replace("> 10", "> 100"))
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step) == ("other_path", "which")
        assert "by “large”" in told.reason
        assert "be “otherwise”" in told.reason

    def test_tells_what_fails_now(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        changed = parse_flow_file(HEAD + case.text.replace("trigger.body.a +", "trigger.body.gone +"))
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step) == ("fails", "sum")
        assert "gone" in told.reason

    def test_a_step_more_that_asks_somebody_is_another_path(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        more = "  look: {kind: task.assign, with: {title: Look, to: [lee]}, on: {done: large}}\n"
        changed = parse_flow_file(HEAD + case.text.replace("large: large,", "large: look,") + more)
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step) == ("other_path", "look")
        assert told.reason == "It would wait at “Look” for an answer that the run never got."

    def test_a_new_step_that_changes_nothing_else_is_told_beside(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        more = (
            "  note: {kind: set, with: {seen: yes}, next: rest}\n  rest: {kind: wait, with: {for: P1D}, next: large}\n"
        )
        changed = parse_flow_file(HEAD + case.text.replace("large: large,", "large: note,") + more)
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step, told.added) == ("same", None, ("Note", "Rest"))

    def test_nobody_knows_what_a_new_call_would_give(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        more = "  tell: {kind: http.request, with: {method: GET, url: 'https://a.example/'}, next: large}\n"
        changed = parse_flow_file(HEAD + case.text.replace("large: large,", "large: tell,") + more)
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step) == ("not_comparable", "tell")
        assert "nobody knows" in told.reason

    def test_names_the_new_step_that_leads_elsewhere(self) -> None:
        case = next(case for case in PLAYS if case.name.startswith("pure"))
        run, _, _ = play_both(case)
        recorded = load_recorded_run(run)
        assert isinstance(recorded, RecordedRun)
        more = "  halt: {kind: stop}\n"
        changed = parse_flow_file(HEAD + case.text.replace("large: large,", "large: halt,") + more)
        told = compare(recorded, replay(changed, recorded))
        assert (told.verdict, told.step) == ("other_path", "halt")
        assert "ends at “Halt”" in told.reason

    def test_says_why_a_run_cannot_be_gone_through_again(self) -> None:
        case = next(case for case in PLAYS if case.ends == "waiting")
        run, _, _ = play_both(case)
        told = compare(load_recorded_run(run), None)
        assert told.verdict == "not_comparable"
        assert told.reason
