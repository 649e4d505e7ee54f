"""The flows that are run both ways, with what they are started with and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GALLERY = Path("flows/gallery")


@dataclass(frozen=True, kw_only=True)
class Play:
    """A flow, what it is started with, and the answers. TARGET in them stands for the address of the target."""

    name: str
    text: str
    body: Any = None
    answers: dict[str, Any] = field(default_factory=dict)
    ends: str = "completed"


PLAYS = (
    Play(
        name="pure steps and a choice",
        text="""
  sum: {kind: set, with: {n: '= trigger.body.a + trigger.body.b'}, next: which}
  which:
    {kind: choose, with: {cases: [{when: '= steps.sum.n > 10', port: large}]},
     on: {large: large, default: small}}
  large: {kind: stop, with: {output: '= {"large": steps.sum.n}'}}
  small: {kind: stop, with: {output: small}}
""",
        body={"a": 7, "b": 5},
    ),
    Play(
        name="a choice without a way",
        text="  which: {kind: choose, with: {cases: [{when: '= false', port: a}]}, on: {a: end}}\n  end: {kind: stop}\n",  # noqa: E501
    ),
    Play(
        name="a validation that leaves by invalid",
        text="""
  check:
    {kind: validate, with: {value: '= trigger.body', schema: {type: object, required: [id]}},
     on: {next: a, invalid: b}}
  a: {kind: stop, with: {output: good}}
  b: {kind: stop, with: {output: '= steps.check.errors', failed: true, message: Incomplete}}
""",
        body={},
        ends="failed",
    ),
    Play(
        name="a call in parallel with a task, all must arrive",
        text="""
  both: {kind: parallel, on: {call: ask, work: mend}}
  ask: {kind: http.request, with: {url: TARGET/ask}, next: meet}
  mend: {kind: task.assign, with: {title: Mend, to: [lee], outcomes: [done, no]}, on: {done: meet, no: meet}}
  meet: {kind: join, next: end}
  end: {kind: stop, with: {output: '= {"a": steps.meet.ask.body.v, "b": steps.meet.mend.outcome}'}}
""",
        answers={"ask": {"body": {"v": 3}}, "mend": {"outcome": "done", "by": "lee"}},
    ),
    Play(
        name="the first of several branches is enough",
        text="""
  both: {kind: parallel, on: {slow: mend, fast: quick, rest: doze}}
  mend: {kind: task.assign, with: {title: Mend, to: [lee], outcomes: [done]}, on: {done: meet}}
  doze: {kind: wait, with: {for: P9D}, next: meet}
  quick: {kind: http.request, with: {url: TARGET/quick}, next: meet}
  meet: {kind: join, with: {mode: any}, next: end}
  end: {kind: stop, with: {output: '= $keys(steps.meet)'}}
""",
        answers={"quick": {"body": 1}},
    ),
    Play(
        name="too few branches arrive",
        text="""
  both: {kind: parallel, on: {a: one, b: two}}
  one: {kind: set, with: {n: 1}, next: meet}
  two: {kind: choose, with: {cases: [{when: '= false', port: x}]}, on: {x: meet}}
  meet: {kind: join, with: {mode: 2}, on: {next: end, error: sorry}}
  end: {kind: stop}
  sorry: {kind: stop, with: {output: '= steps.meet.error.code'}}
""",
    ),
    Play(
        name="a call that fails, is tried again and comes through",
        text="""
  ask: {kind: http.request, with: {url: TARGET/ask}, retry: {max_attempts: 4, first_delay_s: 9}, next: end}
  end: {kind: stop, with: {output: '= steps.ask.body.ok'}}
""",
        answers={"ask": [{"status": 503}, {"status": 500, "body": {"detail": "busy"}}, {"body": {"ok": True}}]},
    ),
    Play(
        name="a call that fails for good and leaves by its error exit",
        text="""
  ask: {kind: http.request, with: {url: TARGET/ask}, on: {next: end, error: sorry}}
  end: {kind: stop}
  sorry: {kind: stop, with: {output: '= steps.ask.error'}}
""",
        answers={"ask": {"status": 404, "body": {"detail": "No such order."}}},
    ),
    Play(
        name="tries that are used up end in an incident",
        text="  ask: {kind: http.request, with: {url: TARGET/ask}, retry: {max_attempts: 2}}\n",
        answers={"ask": {"status": 503}},
        ends="waiting",
    ),
    Play(
        name="missing data deep in branches goes to on_error",
        text="""
  outer: {kind: parallel, on: {a: inner, b: rest}}
  rest: {kind: wait, with: {for: P1D}, next: out}
  inner: {kind: parallel, on: {c: doze, d: bad}}
  bad: {kind: set, with: {a: '= trigger.body.missing'}, next: in}
  doze: {kind: wait, with: {for: P2D}, next: in}
  in: {kind: join, next: out}
  out: {kind: join, next: end}
  end: {kind: stop}
  tell: {kind: set, with: {said: '= steps.bad.error.message'}, next: done}
  done: {kind: stop, with: {output: '= run.error'}}
on_error: tell
""",
        body={},
    ),
    Play(
        name="a loop that collects what fails",
        text="""
  loop: {kind: for_each, with: {items: '= trigger.body', on_error: collect, parallel: 3}, on: {each: halve, next: end}}
  halve: {kind: set, with: {n: '= 10 / item'}, next: ask}
  ask: {kind: http.request, with: {method: POST, url: TARGET/ask, json: {n: '= steps.halve.n'}}, next: meet}
  meet: {kind: join}
  end: {kind: stop, with: {output: '= steps.loop'}}
""",
        body=[1, 2, 0, 5, "x"],
        answers={"ask": {"body": {"ok": True}}},
    ),
    Play(
        name="a loop that stops at the first failure and leaves by its error exit",
        text="""
  loop: {kind: for_each, with: {items: '= trigger.body', parallel: 2}, on: {each: halve, next: end, error: sorry}}
  halve: {kind: set, with: {n: '= 10 / item'}, next: meet}
  meet: {kind: join}
  end: {kind: stop, with: {output: '= steps.loop'}}
  sorry: {kind: stop, with: {output: '= steps.loop.error'}}
""",
        body=[1, 0, 2, 5],
    ),
    Play(
        name="loops in loops with people inside",
        text="""
  rows: {kind: for_each, with: {items: '= trigger.body', as: row}, on: {each: cells, next: end}}
  cells: {kind: for_each, with: {items: '= row.cells', as: cell}, on: {each: ok, next: sum}}
  ok:
    {kind: task.assign, with: {title: '= row.name & $string(cell)', to: [lee], outcomes: [good, bad]},
     on: {good: meet, bad: meet}}
  meet: {kind: join}
  sum: {kind: set, with: {n: '= $count(steps.cells.results)', of: '= row.name'}, next: both}
  both: {kind: join}
  end: {kind: stop, with: {output: '= steps.rows.results'}}
""",
        body=[{"name": "a", "cells": [1, 2]}, {"name": "b", "cells": [3]}, {"name": "c", "cells": []}],
        answers={"ok": [{"outcome": word, "by": "lee"} for word in ("good", "bad", "good")]},
    ),
    Play(
        name="a long list in rows of its own, with large outputs",
        text="""
  loop: {kind: for_each, with: {items: '= [1..520].("item " & $string($))', parallel: 7}, on: {each: pad, next: end}}
  pad: {kind: set, with: {t: '= $pad(item, 60)', n: '= $length(item)'}, next: meet}
  meet: {kind: join, next: end}
  end: {kind: stop, with: {output: '= {"n": $sum(steps.loop.results.n), "first": steps.loop.results[0].t}'}}
""",
    ),
    Play(
        name="going back until it is right",
        text="""
  ask: {kind: http.request, with: {url: TARGET/ask}, next: ok}
  ok: {kind: choose, with: {cases: [{when: '= steps.ask.body.done', port: yes_}]}, on: {yes_: end, default: rest}}
  rest: {kind: wait, with: {for: PT10M}, next: ask}
  end: {kind: stop, with: {output: '= steps.ask.body'}}
""",
        answers={"ask": [{"body": {"done": False}}, {"body": {"done": False}}, {"body": {"done": True, "n": 3}}]},
    ),
    Play(
        name="a quorum, one after the other",
        text="""
  ok:
    kind: task.approve
    with: {title: Ok?, approvers: ['team:legal', 'team:brand', lee], rule: {quorum: 2}, order: serial}
    on: {approved: end, rejected: sorry}
  end: {kind: stop, with: {output: '= steps.ok'}}
  sorry: {kind: stop, with: {output: '= steps.ok.comments'}}
""",
        answers={
            "ok": {
                "decisions": [
                    {"approver": "team:legal", "by": "ada", "outcome": "rejected", "comment": "Too dear."},
                    {"approver": "team:brand", "by": "bo", "outcome": "approved"},
                    {"approver": "lee", "by": "lee", "outcome": "approved", "comment": "Fine."},
                ]
            }
        },
    ),
    Play(
        name="messages in time and too late",
        text="""
  paid:
    {kind: wait_for, with: {message: paid, key: '= trigger.body.id', timeout: P2D},
     on: {next: again, timeout: late}}
  again:
    {kind: wait_for, with: {message: sent, key: '= trigger.body.id', timeout: P2D},
     on: {next: late, timeout: end}}
  end: {kind: stop, with: {output: '= steps.paid'}}
  late: {kind: stop, with: {output: late, failed: true}}
""",
        body={"id": 4711},
        answers={"paid": {"data": {"eur": 5}, "id": "m-1"}, "again": {"timeout": True}},
    ),
    Play(
        name="a case that is opened, changed and closed",
        text="""
  open: {kind: case.open, with: {type: order, title: '= trigger.body.title', data: {a: 1}}, next: change}
  change: {kind: case.update, with: {status: checking, milestone: checked, data: {b: '= case.data.a + 1'}}, next: tell}
  tell: {kind: notify.send, with: {to: [lee], title: '= case.title'}, next: close}
  close: {kind: case.close, with: {status: done}, next: twice}
  twice: {kind: case.close, with: {}, on: {next: end, error: end}}
  end: {kind: stop, with: {output: '= [case, steps.tell.people, steps.twice.error.code]'}}
""",
        body={"title": "Order 1"},
    ),
    Play(
        name="a decision table",
        text="""
  rate: {kind: decision_table, with: {table: triage, input: '= trigger.body'}, on: {next: end, error: sorry}}
  end: {kind: stop, with: {output: '= steps.rate'}}
  sorry: {kind: stop, with: {output: '= steps.rate.error.code'}}
""",
        body={"amount": 1},
    ),
    Play(
        name="other flows, one that gives something and one that fails",
        text="""
  give: {kind: subflow, with: {flow: child, input: {n: '= trigger.body.n'}}, next: fail}
  fail: {kind: subflow, with: {flow: failing}, on: {next: end, error: end}}
  end: {kind: stop, with: {output: '= [steps.give, steps.fail.error.details.error.message]'}}
""",
        body={"n": 4},
        answers={"give": {"output": {"twice": 8}}, "fail": {"error": {"code": "run.stopped", "message": "No stock."}}},
    ),
    Play(
        name="an answer for a caller that does not wait",
        text="  say: {kind: respond, with: {json: {a: 1}}, next: end}\n  end: {kind: stop, with: {output: 1}}\n",
    ),
    Play(
        name="the gallery's approval, rejected by one",
        text=(GALLERY / "content-approval.yaml").read_text(),
        body={"request_id": "R-1", "title": "Jetty", "callback_url": "TARGET/reply", "asset_url": "https://a.example/1",
              "version": "3", "requested_by": "cy"},
        answers={
            "review": {"decisions": [
                {"approver": "team:brand", "by": "bo", "outcome": "approved"},
                {"approver": "team:legal", "by": "ada", "outcome": "rejected", "comment": "The claim is not proven."},
            ]},
            "reply": [{"status": 503}, {"body": {"taken": True}}],
        },
    ),
    Play(
        name="the gallery's intake, incomplete and then returned",
        text=(GALLERY / "document-intake.yaml").read_text(),
        body={"submission": "S-1", "callback_url": "TARGET/send_back", "amount": 12},
        answers={
            "send_back": {"body": {}},
            "accept": {"body": {}},
            "sent_again": [{"data": {"supplier": "Acme", "contact": "a@b.example", "amount": 12,
                                     "contract": {"type": "application/pdf"}}, "id": "again-1"}],
            "review": {"decisions": [{"approver": "team:legal", "by": "ada", "outcome": "approved"}]},
        },
    ),
    Play(
        name="the gallery's exception, told of again and then closed",
        text=(GALLERY / "failed-transaction.yaml").read_text(),
        body={"transaction": "T-1", "problem": "payment_mismatch", "callback_url": "TARGET/ask_source"},
        answers={
            "ask_source": {"body": {}},
            "again": [{"data": {"details": "Second note."}, "id": "n-2"}],
            "mend": {"outcome": "mended", "by": "cy"},
            "confirmed": {"data": {}, "id": "closed-1"},
        },
    ),
)  # fmt: skip
CHILDREN = (
    "format: 1\nflow: child\nname: Child\nteam: marketing\nsteps:\n"
    "  end: {kind: stop, with: {output: '= {\"twice\": trigger.body.n * 2}'}}\n",
    "format: 1\nflow: failing\nname: Failing\nteam: marketing\nsteps:\n"
    "  end: {kind: stop, with: {failed: true, message: No stock.}}\n",
)
