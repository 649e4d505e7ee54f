"""Mistakes made in steps that stay inside."""

from __future__ import annotations

from tests.mistakes import making as made
from tests.mistakes.making import Mistake, called, designed, ran

PARTED = """
  split: {kind: parallel, on: {a: left, b: right}}
  left: {kind: set, with: {a: 1}, next: meet}
  right: {kind: set, with: {b: 1}, next: meet}
  meet: {kind: join, with: {mode: MODE}}
"""
STEPS = (
    Mistake(
        is_that="an item is taken of an empty list",
        make=lambda: ran("  first: {kind: set, with: {sku: '= trigger.body.lines[0].sku'}}", {"lines": []}),
        names="trigger.body.lines[0].sku",
        advice="use $default(",
    ),
    Mistake(
        is_that="a loop goes over nothing",
        make=lambda: ran(
            "  loop: {kind: for_each, with: {items: '= trigger.body.lines'}, on: {each: a}}\n"
            "  a: {kind: set, with: {b: 1}, next: j}\n  j: {kind: join}",
            {"lines": None},
        ),
        names="the value is null",
        advice="Use $default(",
    ),
    Mistake(
        is_that="a condition is no question",
        make=lambda: ran(
            "  ask: {kind: choose, with: {cases: [{when: '= trigger.body.amount', port: big}]}, on: {big: e}}\n"
            "  e: {kind: stop}",
            {"amount": 7},
        ),
        names="'ask'",
        advice="compare it with something",
    ),
    Mistake(
        is_that="a text is added to a number",
        make=lambda: ran("  add: {kind: set, with: {sum: '= trigger.body.amount + 1'}}", {"amount": "7"}),
        names="'sum'",
        advice="with $number(",
    ),
    Mistake(
        is_that="a step's name is misspelt in an expression",
        make=lambda: designed(
            "  lookup: {kind: set, with: {a: 1}, next: b}\n  b: {kind: set, with: {c: '= steps.lokup.a'}}"
        ),
        names="lokup",
        advice="did you mean “lookup”?",
    ),
    Mistake(
        is_that="an expression is not finished",
        make=lambda: designed("  a: {kind: set, with: {c: '= (1 + 2'}}"),
        names="This ( is never closed",
        advice="Add a )",
    ),
    Mistake(
        is_that="a join waits for more branches than there are",
        make=lambda: designed(PARTED.replace("MODE", "3")),
        names="waits for 3",
        advice="Write a smaller",
    ),
    Mistake(
        is_that="fewer branches arrive than a join needs",
        make=lambda: ran(
            "  split: {kind: parallel, on: {a: left, b: right}}\n  left: {kind: set, with: {a: 1}, next: meet}\n"
            "  right: {kind: choose, with: {cases: [{when: '= false', port: x}]}, on: {x: meet}}\n"
            "  meet: {kind: join, with: {mode: 2}}"
        ),
        names="meet",
        advice="Skip",
    ),
    Mistake(
        is_that="the step for errors does not exist",
        make=lambda: designed(more="on_error: sorry"),
        names="'sorry'",
        advice="Steps here: keep",
    ),
    Mistake(
        is_that="the flow to run is not there",
        make=lambda: designed("  child: {kind: subflow, with: {flow: book-invoice}}"),
        names="'book-invoice'",
        advice="Flows here:",
    ),
    Mistake(
        is_that="the flow to run is not there when the step comes",
        make=lambda: ran("  child: {kind: subflow, with: {flow: book-invoice}}"),
        names="book-invoice",
        advice="Check the key",
    ),
    Mistake(
        is_that="a message is awaited without a key",
        make=lambda: ran(
            "  hear: {kind: wait_for, with: {message: paid, key: '= trigger.body.order'}}", {"order": None}
        ),
        names="'key'",
        advice="Pick",
    ),
    Mistake(
        is_that="a person is asked who is not there",
        make=lambda: ran("  ask: {kind: task.assign, with: {title: Look, to: [nobody@example.org]}}"),
        names="nobody@example.org",
        advice="Write a user name",
    ),
    Mistake(
        is_that="a team is asked that is not there",
        make=lambda: ran("  ask: {kind: task.assign, with: {title: Look, to: ['team:sales']}}"),
        names="'sales'",
        advice="Write the short name",
    ),
    Mistake(
        is_that="a case is closed that was never opened",
        make=lambda: ran("  close: {kind: case.close, with: {status: done}}"),
        names="no case yet",
        advice="Put a step that opens one",
    ),
    Mistake(
        is_that="a wait has a date in the local way",
        make=lambda: ran("  rest: {kind: wait, with: {until: '= trigger.body.at'}}", {"at": "31.12.2026"}),
        names="'until'",
        advice="write it like 2026-",
    ),
    Mistake(
        is_that="a file of another run is sent",
        make=lambda: called(200, method="POST", multipart={"contract": made.FOREIGN_FILE}),
        names="contract.pdf",
        advice="Name one that came with its trigger",
    ),
)
