"""The browser's side of forms, run by Node where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.node import NodeModule, find_node

LANGUAGE = """
  const plain = (value) => module.isNumber(value) ? { number: module.writeDecimal(value) }
    : Array.isArray(value) ? value.map(plain) : value;
  return plain(module.evaluate(call.node, { ...call.scope, columns: new Set(call.scope.columns) }));
"""
ANSWERS = """
  const { data, hidden, faults } = module.checkAnswer(call.plan, call.data);
  return { data, hidden: [...hidden].sort(), faults: [...faults] };
"""


def _open(module: str, script: str) -> Iterator[NodeModule]:
    node = find_node()
    if node is None:
        pytest.skip("Node is not installed, so the browser's side was not tried.")
    opened = NodeModule(node, module, script)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def language_js() -> Iterator[NodeModule]:
    """``ask({node, scope: {data, columns, row}})`` gives the value."""
    yield from _open("static/js/forms/language.js", LANGUAGE)


@pytest.fixture(scope="session")
def answers_js() -> Iterator[NodeModule]:
    """``ask({plan, data})`` gives data, hidden and faults."""
    yield from _open("static/js/forms/answers.js", ANSWERS)
