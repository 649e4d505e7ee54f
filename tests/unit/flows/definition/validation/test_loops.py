"""Mistakes with loops and joins, and the sentence that says what to do; and what is no mistake."""

from __future__ import annotations

import pytest

from tests.unit.flows.definition.validation.test_validate import HEAD, TRIGGER, findings_of

LOOP = "{kind: for_each, with: {items: [1, 2]}, on: {each: work, next: after}}"
STEPS = {
    "loop": LOOP,
    "work": '{kind: set, with: {x: "= item"}, next: meet}',
    "meet": "{kind: join}",
    "after": "{kind: set, with: {x: 1}}",
}
NESTED = {
    "loop": "{kind: for_each, with: {items: [[1], [2]], as: row}, on: {each: inner, next: after}}",
    "inner": '{kind: for_each, with: {items: "= row", as: cell}, on: {each: work, next: meet}}',
    "work": '{kind: set, with: {x: "= cell + $count(row) + item"}, next: close}',
    "close": "{kind: join}",
    "meet": "{kind: join}",
    "after": '{kind: set, with: {x: "= steps.meet.results"}}',
}


def text_of(steps: dict[str, str]) -> str:
    return HEAD + TRIGGER + "steps:\n" + "".join(f"  {key}: {step}\n" for key, step in steps.items())


def loop(**settings: str) -> str:
    given = ", ".join(f"{name}: {value}" for name, value in {"items": "[1, 2]", **settings}.items())
    return f"{{kind: for_each, with: {{{given}}}, on: {{each: work, next: after}}}}"


class TestMistakes:
    @pytest.mark.parametrize(
        ("changed", "step", "field", "severity", "words"),
        [
            ({"loop": loop(items="5")}, "loop", "with.items", "error", "'items' must be a list, but is a number."),
            ({"loop": loop(items="lines")}, "loop", "with.items", "error", "Name one, such as '= trigger.body.lines'"),
            ({"loop": loop(items='"= vars.none"')}, "loop", "with.items", "error", "There is no variable 'none'."),
            ({"loop": loop(items='"= [1.."')}, "loop", "with.items", "error", "This [ is never closed"),
            ({"loop": loop(parallel="0")}, "loop", "with.parallel", "error", "a whole number from 1 to 50"),
            ({"loop": loop(parallel="51")}, "loop", "with.parallel", "error", "a whole number from 1 to 50"),
            ({"loop": loop(parallel="1.5")}, "loop", "with.parallel", "error", "a whole number from 1 to 50"),
            ({"loop": loop(parallel="many")}, "loop", "with.parallel", "error", "must be a number"),
            ({"loop": loop(on_error="colect")}, "loop", "with.on_error", "error", "Did you mean 'collect'?"),
            ({"loop": loop(**{"as": "trigger"})}, "loop", "with.as", "error", "means something else"),
            ({"loop": loop(**{"as": "Line"})}, "loop", "with.as", "error", "'Line' cannot name an item."),
            ({"loop": loop(itmes="[1]")}, "loop", "with.itmes", "error", "Did you mean 'items'?"),
            (
                {"loop": "{kind: for_each, with: {items: [1]}, next: after}"},
                "loop",
                "with",
                "error",
                "Link its first step under 'on:' as 'each'.",
            ),
            (
                {"work": "{kind: set, with: {x: 1}, next: after}"},
                "work",
                "next",
                "error",
                "leaves the body of 'loop' without its join. Lead it to the join of 'loop' first, or let the branch "
                "end. What comes after the last item follows the port 'next' of 'loop'.",
            ),
            (
                {"after": "{kind: set, with: {x: 1}, next: work}"},
                "after",
                "next",
                "error",
                "goes into the body of 'loop' from outside. Link to 'loop' instead, so that it runs for each item.",
            ),
            (
                {"meet": "{kind: join, next: other}", "other": "{kind: set, with: {x: 1}}"},
                "meet",
                "next",
                "error",
                "'loop' goes on by its own 'next' after the last item, so 'meet' cannot lead elsewhere.",
            ),
            (
                {"after": '{kind: set, with: {x: "= item"}}'},
                "after",
                "with.x",
                "error",
                "There is no item here: 'item' is for the steps between a 'for_each' and its join.",
            ),
            (
                {"work": '{kind: set, with: {x: "= row"}, next: meet}'},
                "work",
                "with.x",
                "error",
                "There is no “row” here",
            ),
            (
                {"after": '{kind: set, with: {x: "= steps.work.x"}}'},
                "after",
                "with.x",
                "warning",
                "inside the body of 'loop', so its output cannot be seen here. Write 'steps.loop.results'",
            ),
        ],
    )
    def test_say_what_to_do(self, changed: dict[str, str], step: str, field: str, severity: str, words: str) -> None:
        every = findings_of(text_of({**STEPS, **changed}))
        found = [finding for finding in every if words in finding.message]
        assert len(found) == 1, every
        assert (found[0].step, found[0].field, found[0].severity) == (step, field, severity)

    def test_with_a_join_that_waits_for_more_than_there_are(self) -> None:
        steps = {
            "split": "{kind: parallel, on: {left: a, right: b}}",
            "a": "{kind: set, with: {x: 1}, next: meet}",
            "b": "{kind: set, with: {x: 1}, next: meet}",
            "meet": "{kind: join, with: {mode: 3}}",
        }
        (found,) = findings_of(text_of(steps))
        assert "waits for 3 branches, but 'split' starts only 2" in found.message


class TestNoMistake:
    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"loop": loop(items="[]")},
            {"loop": loop(items='"= [1..1000000]"', parallel="50", on_error="collect")},
            {"loop": loop(parallel='"= trigger.body.places"')},
            {"meet": "{kind: join, with: {mode: 5}}"},
            {"meet": "{kind: join, next: after}"},
            {"after": '{kind: set, with: {x: "= steps.meet.results", y: "= steps.loop.errors"}}'},
        ],
    )
    def test_is_found_in_a_loop_as_it_should_be(self, changed: dict[str, str]) -> None:
        assert findings_of(text_of({**STEPS, **changed})) == []

    def test_is_found_in_a_body_without_a_join(self) -> None:
        steps = {**STEPS, "work": '{kind: set, with: {x: "= item"}}'}
        del steps["meet"]
        assert findings_of(text_of(steps)) == []

    def test_is_found_in_loops_inside_loops(self) -> None:
        assert findings_of(text_of(NESTED)) == []
