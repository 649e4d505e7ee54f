"""Past runs gone through with a draft."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.definition.flow_file import definition_from_data
from flows.designer.publishing.side_by_side import replay_one
from flows.errors import NotFound
from flows.models import Draft, DraftReplay, Flow, FlowVersion, Run
from flows.operations.publishing import import_flow
from flows.operations.publishing.replaying import forget_replays, replay_waiting, start_replay
from flows.queries.replays import get_replay
from integrator.people.models import Person, Team
from tests.support.cases import events_of
from tests.support.flows import run_to_rest

pytestmark = pytest.mark.django_db(transaction=True)
FLOW = """\
format: 1
flow: triage
name: Triage
team: marketing
trigger: {kind: webhook, path: triage, auth: {kind: none}}
steps:
  weigh:
    kind: choose
    with: {cases: [{when: "= trigger.body.n > 10", port: big}]}
    on: {big: much, default: little}
  much: {kind: stop, with: {output: much}}
  little: {kind: stop, with: {output: little}}
"""
DIVIDING = """\
  much: {kind: set, with: {share: "= 1 / trigger.body.by"}, next: end}
  end: {kind: stop}
"""


@pytest.fixture
def live(marketing: Team) -> FlowVersion:
    import_flow(text=FLOW, person=None, publish=True, now=datetime.now(UTC))
    return FlowVersion.objects.get()


def draft(person: Person, text: str) -> Draft:
    found = import_flow(text=text, person=person, now=datetime.now(UTC)).draft
    assert found is not None
    return found


def begin(person: Person) -> DraftReplay:
    return start_replay(key="triage", person=person, now=datetime.now(UTC))


class TestReplay:
    def test_says_how_many_go_the_same_way_and_where_others_part(self, live: FlowVersion, analyst: Person) -> None:
        for number in (1, 5, 12, 30):
            run_to_rest(live, {"n": number})
        draft(analyst, FLOW.replace("> 10", "> 20"))
        made = begin(analyst)
        assert (made.state, made.total) == ("running", 4)
        assert replay_waiting() == 4
        facts = get_replay(live.flow, made.digest, now=datetime.now(UTC))
        assert facts is not None
        assert (facts.is_running, facts.same) == (False, 3)
        assert facts.sentence == "3 of 4 runs the same, 1 takes another path"
        (group,) = facts.groups
        assert (group.verdict, group.step, group.title, len(group.runs)) == ("other_path", "weigh", "Weigh", 1)
        assert events_of("flow.replayed")[0]["total"] == 4
        assert Run.objects.count() == 4

    def test_names_what_now_fails_and_what_cannot_be_compared(self, live: FlowVersion, analyst: Person) -> None:
        run_to_rest(live, {"n": 11})
        old = run_to_rest(live, {"n": 12})
        Run.objects.filter(pk=old.pk).update(status="cancelled")
        draft(analyst, FLOW.replace("  much: {kind: stop, with: {output: much}}\n", DIVIDING))
        made = begin(analyst)
        replay_waiting()
        facts = get_replay(live.flow, made.digest, now=datetime.now(UTC))
        assert facts is not None
        assert [group.verdict for group in facts.groups] == ["fails", "not_comparable"]

    def test_leaves_tests_out(self, live: FlowVersion, analyst: Person) -> None:
        Run.objects.filter(pk=run_to_rest(live, {"n": 1}).pk).update(is_test=True)
        draft(analyst, FLOW.replace("> 10", "> 20"))
        made = begin(analyst)
        assert (made.state, made.total) == ("done", 0)

    def test_goes_on_where_it_was_interrupted(self, live: FlowVersion, analyst: Person) -> None:
        for number in (1, 30):
            run_to_rest(live, {"n": number})
        draft(analyst, FLOW.replace("> 10", "> 20"))
        made = begin(analyst)
        replay_waiting()
        kept = DraftReplay.objects.get(pk=made.pk)
        kept.results[1] = {"run": kept.results[1]["run"]}
        kept.state, kept.moved_at = "running", datetime.now(UTC) - timedelta(minutes=1)
        kept.save()
        assert replay_waiting() == 1
        assert DraftReplay.objects.get().state == "done"

    def test_is_not_begun_twice_for_the_same_design(self, live: FlowVersion, analyst: Person) -> None:
        run_to_rest(live, {"n": 1})
        draft(analyst, FLOW.replace("> 10", "> 20"))
        assert begin(analyst).begun_at == begin(analyst).begun_at
        assert len(events_of("flow.replayed")) == 1

    def test_is_kept_for_a_week(self, live: FlowVersion, analyst: Person) -> None:
        draft(analyst, FLOW.replace("> 10", "> 20"))
        made = begin(analyst)
        assert forget_replays(made.begun_at + timedelta(days=7)) == 0
        assert forget_replays(made.begun_at + timedelta(days=7, seconds=1)) == 1

    def test_needs_a_draft(self, live: FlowVersion, analyst: Person, stranger: Person) -> None:
        for person in (analyst, stranger):
            with pytest.raises(NotFound):
                begin(person)
        assert Flow.objects.count() == 1

    def test_says_nothing_of_what_the_run_holds_sensitive(self, live: FlowVersion, analyst: Person) -> None:
        guarded = FLOW.replace("steps:", "sensitive: [trigger.body.iban]\nsteps:", 1)
        import_flow(text=guarded, person=None, publish=True, now=datetime.now(UTC))
        run_to_rest(FlowVersion.objects.get(number=2), {"n": 12, "iban": "DE-77-PLAIN"})
        prying = '  much: {kind: stop, with: {failed: true, message: "= trigger.body.iban"}}\n'
        draft(analyst, FLOW.replace("  much: {kind: stop, with: {output: much}}\n", prying))
        begin(analyst)
        replay_waiting()
        row = DraftReplay.objects.get().results[0]
        assert (row["verdict"], row["step"]) == ("fails", "much")
        reason, rows = replay_one(definition_from_data(Draft.objects.get().document), Run.objects.get())
        assert "PLAIN" not in f"{row} {reason} {rows}"
