"""Hazard row "expressions": through publishing and the engine an attack is inert, or an error inside the limits."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings

from flows.errors import FlowRefused
from flows.models import Flow, FlowVersion, Incident, Run
from flows.operations.publishing import import_flow
from tests.support.flows import make_team, run_to_rest

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
# Elapsed time allowed to one evaluation is 0.1 s, to one starved of the processor 1 s; a landing comes on top.
LIMIT_S = 3.0

REFUSED_WHEN_PUBLISHED = {
    "dunder chain": "().__class__.__bases__[0].__subclasses__()",
    "bare import": "__import__('os').system('id')",
    "eval": "$eval('1+1')",
    "eval by another name": "($e := $eval; $e('1+1'))",
    "a setting": "settings.SECRET_KEY",
    "the environment": "$env('PATH')",
    "environ": "os.environ",
    "process": "process.env",
    "global": "$globals()",
    "built-ins made another": "($sum := function($x){$x}; $sum(1))",
    "self": "self.__init__.__globals__",
    "constructor": "constructor.constructor('return 1')()",
}
ERROR_IN_THE_RUN = {
    "tower of powers": "$power(9, $power(9, 9))",
    "power over and over": "$reduce([1..1000], function($a, $b){ $a * $a * $b * 9 }, 9)",
    "unending recursion": "($f := function($x){ $f($x + 1) }; $f(0))",
    "recursion by tail call": "($f := function($x){ $x < 0 ? 0 : $f($x + 1) }; $f(0))",
    "recursion of two": "($a := function($x){ $b($x) + 1 }; $b := function($x){ $a($x) + 1 }; $a(0))",
    "huge range": "[1..99999999]",
    "ranges of ranges": "[1..9999].([1..9999].([1..9999]))",
    "sort by a slow function": "$sort([1..9999], function($l, $r){ $sum([1..500]) > 0 })",
    "text that doubles": "($d := function($s, $n){ $n = 0 ? $s : $d($s & $s, $n - 1) }; $d('aaaaaaaa', 60))",
    "padding": "$pad('x', 999999999)",
    "members of a class": "trigger.body.note.__class__.__mro__",
    "prototype": "trigger.body.__proto__.constructor",
}
INERT = {
    "dunder in braces": "{0.__class__.__init__.__globals__}",
    "percent": "%(SECRET_KEY)s %n %s",
    "Jinja": "{{ 7*7 }}{{ config.items() }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "Django": "{% debug %}{% load log %}{{ settings.SECRET_KEY }}{% include 'x' %}",
    "expression": "= $eval('7*7')",
    "expression without sign": "trigger.body.other & 'x'",
    "shell": "$(id) `id` ${HOME} $HOME",
    "template literal": "${7*7} #{7*7} <%= 7*7 %>",
    "YAML": "!!python/object/apply:os.system ['id']",
    "prototype": '{"__proto__": {"admin": true}}',
}


def flow_text(expression: str, *, key: str = "attack") -> str:
    """A flow of one ``set`` with the expression. JSON is YAML."""
    return json.dumps(
        {
            "format": 1,
            "flow": key,
            "name": "Attack",
            "team": "marketing",
            "trigger": {"kind": "webhook", "path": key, "auth": {"kind": "none"}},
            "steps": {
                "take": {"kind": "set", "with": {"value": f"= {expression}"}, "next": "end"},
                "end": {"kind": "stop", "with": {"output": "= steps.take"}},
            },
        }
    )


def publish(expression: str, *, key: str = "attack") -> FlowVersion:
    make_team("marketing")
    published = import_flow(text=flow_text(expression, key=key), person=None, publish=True, now=NOW).published
    assert published is not None
    return published.version


def run(expression: str, body: Any) -> tuple[Run, float]:
    version = publish(expression)
    started = time.perf_counter()
    return run_to_rest(version, body), time.perf_counter() - started


def output_of(done: Run) -> Any:
    assert done.status == "completed", list(Incident.objects.values_list("code", "message"))
    return json.loads(done.visits.get(key="take").output)["value"]


@pytest.mark.django_db
class TestExpressions:
    @pytest.mark.parametrize("expression", REFUSED_WHEN_PUBLISHED.values(), ids=REFUSED_WHEN_PUBLISHED)
    def test_are_refused_when_published_and_leave_nothing(self, expression: str) -> None:
        with pytest.raises(FlowRefused) as caught:
            publish(expression)
        assert caught.value.code == "flow.invalid"
        assert not Flow.objects.exists()

    @pytest.mark.parametrize("expression", ERROR_IN_THE_RUN.values(), ids=ERROR_IN_THE_RUN)
    def test_end_as_an_incident_inside_the_limits(self, expression: str) -> None:
        done, took_s = run(expression, {"note": "text"})
        incident = Incident.objects.get()
        assert incident.code in {"expression.failed", "expression.limit"}
        assert done.status != "completed"
        assert took_s < LIMIT_S

    @pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(.*a){30}", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    def test_a_pattern_that_explodes_elsewhere_costs_nothing(self, pattern: str) -> None:
        done, took_s = run(f"$contains(trigger.body.note, /{pattern}/)", {"note": "a" * 50_000 + "!"})
        assert done.status == "completed" or Incident.objects.get().code.startswith("expression.")
        assert took_s < LIMIT_S

    @pytest.mark.parametrize("text", INERT.values(), ids=INERT)
    def test_text_of_a_caller_stays_text(self, text: str) -> None:
        done, _ = run("trigger.body.note", {"note": text})
        assert output_of(done) == text

    @pytest.mark.parametrize("text", INERT.values(), ids=INERT)
    def test_text_of_a_caller_stays_text_inside_a_larger_one(self, text: str) -> None:
        done, _ = run("'Approve: ' & trigger.body.note", {"note": text})
        assert output_of(done) == f"Approve: {text}"

    def test_a_caller_cannot_name_a_pattern_or_a_function(self) -> None:
        done, _ = run("$replace(trigger.body.note, trigger.body.what, 'x')", {"note": "a.a", "what": "."})
        assert output_of(done) == "axa"

    def test_members_named_as_prototypes_are_members_of_one_object_only(self) -> None:
        body = {"__proto__": {"polluted": True}, "constructor": {"prototype": {"polluted": True}}}
        done, _ = run("$merge([{'a': 1}, trigger.body])", body)
        assert output_of(done) == {"a": 1, **body}
        again = run_to_rest(publish("$exists($merge([{}]).polluted)", key="after"), {})
        assert output_of(again) is False

    def test_nesting_as_deep_as_a_door_lets_in_ends_or_is_an_error(self) -> None:
        deep: Any = "x"
        for _ in range(60):
            deep = {"n": [deep]}
        done, took_s = run("$string(trigger.body) & $string(trigger.body.**)", deep)
        assert done.status == "completed" or Incident.objects.get().code.startswith("expression.")
        assert took_s < LIMIT_S

    def test_nothing_of_the_settings_or_the_environment_can_be_reached(self) -> None:
        """All that an expression sees, by wildcards and by the context, printed whole."""
        os.environ["INTEGRATOR_TEST_MARK"] = "mark-in-the-environment"
        try:
            done, _ = run("$string([$, $$, trigger, run, trigger.**])", {"note": "n"})
        finally:
            del os.environ["INTEGRATOR_TEST_MARK"]
        seen = output_of(done)
        assert '"note":"n"' in seen
        assert settings.SECRET_KEY not in seen
        assert "mark-in-the-environment" not in seen


@pytest.mark.django_db
class TestANeighbour:
    def test_is_not_held_up_by_runs_that_hit_the_limits(self) -> None:
        """A neighbour's evaluation takes as long after an attack as before: nothing is left behind that slows it."""
        neighbour = publish("trigger.body.a + 1", key="neighbour")

        def take() -> float:
            started = time.perf_counter()
            assert output_of(run_to_rest(neighbour, {"a": 1})) == 2
            return time.perf_counter() - started

        before = min(take() for _ in range(15))  # the quickest: bursts of others are not the attack's
        attack = publish("($f := function($x){ $f($x + 1) + $f($x + 2) }; $f(0))")
        for _ in range(10):
            assert run_to_rest(attack, {}).status != "completed"
        after = min(take() for _ in range(15))
        assert after < before * 3 + 0.05
