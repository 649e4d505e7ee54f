"""A large flow of mixed steps, for measuring: each step reads what came before it."""

from __future__ import annotations

HEAD = """\
format: 1
flow: large
name: Large
team: marketing
trigger:
  kind: webhook
  path: large
  auth: {kind: none}
  schema: {type: object, properties: {title: {type: string}, amount: {type: number}}}
steps:
"""


def write_large_flow(count: int) -> str:
    """The flow file with so many steps, one behind the other; people are asked at every fifth."""
    return HEAD + "".join(_write_step(number, count) for number in range(count))


def _write_step(number: int, count: int) -> str:
    before = f"steps.s{number - 1}" if number else "trigger.body"
    behind = f"s{number + 1}" if number + 1 < count else ""
    follows = f"next: {behind}" if behind else ""
    match number % 5:
        case 0:
            inner = f"kind: set, with: {{a: '= trigger.body.amount + {number}', b: '= trigger.body.title & \"x\"'}}"
        case 1:
            inner = f"kind: http.request, with: {{method: GET, url: '= \"https://x.example/\" & {before}.a'}}"
        case 2:
            inner = "kind: task.approve, with: {title: '= trigger.body.title', approvers: [team:legal], due_in: P2D}"
            follows = f"on: {{approved: {behind}, rejected: {behind}}}" if behind else ""
        case 3:
            inner = "kind: set, with: {a: '= trigger.body.amount * 2'}"
        case _:
            inner = f"kind: set, with: {{a: '= {before}.a', b: '= {before}.a > 4'}}"
    return f"  s{number}: {{{inner}{', ' + follows if follows else ''}}}\n"
