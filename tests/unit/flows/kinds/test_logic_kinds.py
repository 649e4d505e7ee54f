"""What the logic kinds do with evaluated settings."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.definition.kind import Advance, DeadEnd, Finish, Kind, Park, RunFacts, Split, StepCall, StepError
from flows.definition.model import Step
from flows.kinds.choose import CHOOSE
from flows.kinds.join import JOIN, join_mode
from flows.kinds.parallel import PARALLEL
from flows.kinds.set_fields import SET
from flows.kinds.stop import STOP
from flows.kinds.validate import VALIDATE
from flows.kinds.wait import WAIT

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
RUN = RunFacts(run_id=uuid.uuid4(), flow_key="f", flow_name="F", version=1, team_id=1, team="operations")


def call(settings: dict[str, Any], links: dict[str, str] | None = None) -> StepCall:
    """A call of a step with these evaluated settings."""
    step = Step(key="s", kind="any", settings={}, links=links or {})
    return StepCall(run=RUN, step=step, visit_id=uuid.uuid4(), settings=settings, now=NOW)


def gives(value: Any) -> Callable[[], Any]:
    """A condition that comes to ``value``."""
    return lambda: value


def fails() -> Any:
    """A condition that must not be asked."""
    raise AssertionError("a case after the first true one was evaluated")


class TestSet:
    def test_puts_out_its_fields(self) -> None:
        assert SET.execute(call({"a": 1, "b": None})) == Advance(output={"a": 1, "b": None})


class TestChoose:
    def test_takes_the_first_true_case_and_asks_no_further(self) -> None:
        cases = [
            {"when": gives(False), "port": "small"},
            {"when": gives(True), "port": "large"},
            {"when": fails, "port": "huge"},
        ]
        assert CHOOSE.execute(call({"cases": cases})) == Advance(port="large", output={"port": "large"})

    def test_goes_by_default_when_none_is_true(self) -> None:
        outcome = CHOOSE.execute(call({"cases": [{"when": gives(False), "port": "a"}]}, {"default": "z"}))
        assert outcome == Advance(port="default", output={"port": "default"})

    def test_ends_the_branch_without_a_default(self) -> None:
        outcome = CHOOSE.execute(call({"cases": [{"when": gives(False), "port": "a"}]}, {"a": "z"}))
        assert isinstance(outcome, DeadEnd)
        assert "no default" in outcome.reason

    @pytest.mark.parametrize("verdict", [None, 0, 1, "true", [], [True]])
    def test_fails_when_a_condition_is_neither_true_nor_false(self, verdict: Any) -> None:
        with pytest.raises(StepError) as caught:
            CHOOSE.execute(call({"cases": [{"when": gives(verdict), "port": "a"}]}))
        assert caught.value.code == "expression.failed"
        assert caught.value.details == {"at": "/cases/0/when"}


class TestValidate:
    SCHEMA = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}}

    def test_hands_a_good_value_on(self) -> None:
        assert VALIDATE.execute(call({"value": {"amount": 5}, "schema": self.SCHEMA})) == Advance(output={"amount": 5})

    @pytest.mark.parametrize("value", [{}, {"amount": "5"}])
    def test_leaves_by_invalid_with_the_faults(self, value: Any) -> None:
        outcome = VALIDATE.execute(call({"value": value, "schema": self.SCHEMA}))
        assert isinstance(outcome, Advance)
        assert outcome.port == "invalid"
        assert [error["pointer"] for error in outcome.output["errors"]] == ["/amount"]
        assert all(error["message"] for error in outcome.output["errors"])

    def test_fails_on_a_schema_that_cannot_be_used(self) -> None:
        with pytest.raises(StepError) as caught:
            VALIDATE.execute(call({"value": 1, "schema": {"type": "nonsense"}}))
        assert caught.value.code == "validate.bad_schema"


class TestWait:
    @pytest.mark.parametrize(
        ("settings", "due"),
        [
            ({"for": "PT30M"}, NOW + timedelta(minutes=30)),
            ({"for": "P2D", "until": None}, NOW + timedelta(days=2)),
            ({"until": "2026-05-01T12:00:00+02:00"}, datetime(2026, 5, 1, 10, tzinfo=UTC)),
            ({"until": "2026-05-02"}, datetime(2026, 5, 2, tzinfo=UTC)),
        ],
    )
    def test_parks_with_a_timer(self, settings: dict[str, Any], due: datetime) -> None:
        outcome = WAIT.execute(call(settings))
        assert isinstance(outcome, Park)
        assert (outcome.wait.kind, outcome.wait.due_at, outcome.wait.wait_id.version) == ("timer", due, 7)

    @pytest.mark.parametrize("settings", [{"for": "PT0S"}, {"until": "2026-04-30"}, {"until": "2026-05-01T09:30:00Z"}])
    def test_goes_on_at_once_when_the_time_is_past(self, settings: dict[str, Any]) -> None:
        assert WAIT.execute(call(settings)) == Advance()

    @pytest.mark.parametrize("settings", [{"for": "2 days"}, {"for": 5}, {"for": "P1M"}, {"until": "soon"}, {}])
    def test_fails_on_what_is_no_time(self, settings: dict[str, Any]) -> None:
        with pytest.raises(StepError) as caught:
            WAIT.execute(call(settings))
        assert caught.value.code == "wait.bad_time"

    def test_goes_on_when_the_timer_fires(self) -> None:
        assert WAIT.resume(Step(key="s", kind="wait"), {}) == Advance()


class TestParallel:
    def test_splits_over_every_port_but_error(self) -> None:
        outcome = PARALLEL.execute(call({}, {"legal": "a", "error": "z", "brand": "b"}))
        assert outcome == Split(ports=("legal", "brand"))


class TestJoin:
    @pytest.mark.parametrize(
        ("settings", "mode"), [({}, "all"), ({"mode": "all"}, "all"), ({"mode": "any"}, "any"), ({"mode": 2}, 2)]
    )
    def test_knows_how_many_it_waits_for(self, settings: dict[str, Any], mode: Any) -> None:
        assert join_mode(Step(key="j", kind="join", settings=settings)) == mode

    def test_cannot_be_executed(self) -> None:
        with pytest.raises(StepError) as caught:
            JOIN.execute(call({}))
        assert caught.value.code == "join.not_executable"


class TestStop:
    def test_ends_the_run(self) -> None:
        assert STOP.execute(call({})) == Finish()
        assert STOP.execute(call({"failed": True, "message": "No", "output": {"a": 1}})) == Finish(
            failed=True, message="No", output={"a": 1}
        )

    def test_fails_when_failed_is_no_flag(self) -> None:
        with pytest.raises(StepError, match="true or false"):
            STOP.execute(call({"failed": "yes"}))


class TestResume:
    @pytest.mark.parametrize("kind", [SET, CHOOSE, VALIDATE, PARALLEL, JOIN, STOP], ids=lambda kind: kind.spec.key)
    def test_refuses_news_for_kinds_that_never_wait(self, kind: Kind) -> None:
        with pytest.raises(StepError) as caught:
            kind.resume(Step(key="s", kind=kind.spec.key), {})
        assert caught.value.code == "step.not_waiting"
