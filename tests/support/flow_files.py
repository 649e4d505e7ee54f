"""Flow files that several tests share."""

from __future__ import annotations

APPROVAL = """\
format: 1
flow: content-approval
name: Content approval
team: marketing
trigger:
  kind: webhook
  path: content-approval
  auth: {kind: none}
steps:
  open_case:
    kind: case.open
    with: {type: content-approval, title: "= 'Approve: ' & trigger.body.title"}
    next: review
  review:
    kind: task.approve
    with: {title: "= trigger.body.title", approvers: [team:legal, team:brand], rule: all, due_in: P2D}
    on: {approved: close, rejected: close}
  close:
    kind: case.close
    with: {status: "= steps.review.outcome"}
"""
SUM = """\
format: 1
flow: sum
name: Sum
team: marketing
trigger:
  kind: webhook
  path: sum
  auth: {kind: none}
steps:
  add:
    kind: set
    with: {total: "= trigger.body.a + trigger.body.b"}
    next: done
  done:
    kind: stop
    with: {output: "= steps.add.total"}
"""
"""A run of ``SUM`` completes with ``{"a": 1, "b": 2}``, and needs a person with ``{"a": 1}``."""
HALVES = """\
format: 1
flow: loops
name: Loops
team: marketing
steps:
  loop: {kind: for_each, name: Each number, with: {items: "= trigger.body", on_error: collect}, on: {each: halve}}
  halve: {kind: set, name: Halve, with: {n: "= 10 / item"}, next: meet}
  meet: {kind: join, next: done}
  done: {kind: stop}
"""
"""Divides 10 by each number of the body; a 0 fails, and the others go on."""
