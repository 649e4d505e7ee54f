"""How a visit left its step, in words."""

from __future__ import annotations

import pytest

from flows.definition.leaving import say_leaving
from flows.definition.model import FlowDefinition, Step
from flows.registry import kind_specs

REPLY = Step(key="reply", kind="set", name="Reply")


@pytest.mark.parametrize(
    ("kind", "links", "port", "words"),
    [
        ("task.approve", {"approved": "reply"}, "approved", "went on by “approved” to “Reply”"),
        ("task.approve", {"approved": "reply"}, "rejected", "ended here by “rejected”"),
        ("task.approve", {"approved": "gone"}, "approved", "ended here by “approved”"),
        ("choose", {"default": "reply"}, "default", "went on by “otherwise” to “Reply”"),
        ("choose", {"big": "reply"}, "", "ended here, since no case was true"),
        ("validate", {"invalid": "reply"}, "next", "ended here by “next”"),
        ("set", {"error": "reply"}, "error", "went on by “error” to “Reply”"),
        ("set", {"next": "reply"}, "next", ""),
        ("set", {}, "next", ""),
        ("task.approve", {"approved": "reply"}, "", ""),
    ],
)
def test_says_where_a_port_leads_or_that_it_ends_here(kind: str, links: dict[str, str], port: str, words: str) -> None:
    step = Step(key="x", kind=kind, links=links)
    flow = FlowDefinition(key="f", name="F", team="t", start="x", steps={"x": step, "reply": REPLY})
    assert say_leaving(port, step, kind_specs()[kind], flow) == words
