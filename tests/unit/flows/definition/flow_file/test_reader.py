"""What a flow file may not hold, and what the reader says about it."""

from __future__ import annotations

import pytest

from flows.definition.flow_file import FlowFileError, definition_from_data, parse_flow_file, read_flow_file

HEAD = "format: 1\nflow: f\nname: F\nteam: operations\n"
STEPS = "steps:\n  a:\n    kind: set\n"
GOOD = HEAD + STEPS

SYNTAX = [
    (b"a: \xff", 1, "not UTF-8"),
    (b"\n\na: \xff", 3, "not UTF-8"),
    ("a: 1\n\tb: 2", 2, "Use spaces"),
    ("a: b: c", 1, "not valid YAML"),
    ("a: 'x", 1, "not valid YAML"),
    ("a: [1, 2", 1, "not valid YAML"),
    ("a: 1\na: 2", 2, "'a' stands here a second time (first on line 1)"),
    ('{"a": 1,\n"a": 2}', 2, "a second time"),
    ("a: &x 1", 1, "Anchors"),
    ("a: *x", 1, "Anchors"),
    ("a: &x {b: 1}", 1, "Anchors"),
    ("a: !!str 1", 1, "Tags"),
    ("a: !Env X", 1, "Tags"),
    ("a: !!map {}", 1, "Tags"),
    ("a: {<<: {b: 1}}", 1, "Merge keys"),
    ("[1]: 2", 1, "A key must be a text"),
    ("a: .inf", 1, "not a number that can be stored"),
    ("a: -.INF", 1, "not a number that can be stored"),
    ("a: .nan", 1, "not a number that can be stored"),
    ("a: 1e999", 1, "too large"),
    ("a: " + "9" * 1001, 1, "1,000 digits"),
    ("a: 1\n---\nb: 2", 2, "one document"),
    ("%YAML 1.1\n---\na: 1", 2, "YAML 1.2 without directives"),
    ("%TAG ! tag:x,2000:\n---\na: 1", 2, "without directives"),
    ("[" * 100, 1, "deeper than 64"),
    ('{"a":' * 80 + "1" + "}" * 80, 1, "deeper than 64"),
    ('a: "\\ud800"', 1, "half a character"),
    ('{"a": "\\ud800"}', 1, "half a character"),
    ('a: "\\0"', 1, "NUL"),
    ('{"a": "\\u0000"}', 1, "NUL"),
    ("a: \x07", None, "not valid YAML"),
    ("a: 1\n" * 300_000, None, "at most 1,048,576"),
]

SHAPES = [
    ("", None, None, None, "begins with 'format: 1'"),
    ("- 1", 1, None, None, "begins with 'format: 1'"),
    (GOOD.replace("format: 1\n", ""), 1, None, None, "Begin the file with 'format: 1'"),
    (GOOD.replace("format: 1", "format: 2"), 1, None, "format", "reads format 1, not 2"),
    (GOOD.replace("format: 1", "format: true"), 1, None, "format", "reads format 1"),
    (GOOD.replace("team: operations\n", ""), 1, None, None, "'team' is missing from the flow file"),
    (GOOD.replace("name: F", "name: 5"), 3, None, "name", "'name' must be a text, but is a number. Put it in quotes."),
    (GOOD.replace("name: F", "name: ' '"), 3, None, "name", "'name' is empty"),
    (GOOD + "stepz: {}\n", 8, None, "stepz", "'stepz' is not a field of a flow file. Did you mean 'steps'?"),
    (HEAD, 1, None, "steps", "at least one step"),
    (HEAD + "steps: [a]\n", 5, None, "steps", "'steps' must be a mapping, but is a list"),
    (HEAD + "steps:\n  a: 5\n", 6, "a", None, "Step 'a' must be a mapping"),
    (HEAD + "steps:\n  a: {}\n", 6, "a", None, "'kind' is missing from 'a'"),
    (GOOD + "    nxt: b\n", 8, "a", "nxt", "'nxt' is not a field of a step. Did you mean 'next'?"),
    (GOOD + "    zzzzzz: b\n", 8, "a", "zzzzzz", "Fields here: kind, name, with, retry, next, on."),
    (GOOD + "    next: [b]\n", 8, "a", "next", "'next' must be a text"),
    (GOOD + "    next: a\n    on: {next: a}\n", 8, "a", "next", "given twice"),
    (GOOD + "    on: a\n", 8, "a", "on", "'on' must be a mapping"),
    (GOOD + "    on:\n      error: 5\n", 9, "a", "on.error", "The link 'error' must name a step"),
    (GOOD + "    with: 5\n", 8, "a", "with", "'with' must be a mapping"),
    (GOOD + "    retry: 5\n", 8, "a", "retry", "'retry' must be a mapping"),
    (GOOD + "    retry: {tries: 5}\n", 8, "a", "retry.tries", "'tries' is not a field of a retry rule"),
    (GOOD + "    retry:\n      factor: fast\n", 9, "a", "retry.factor", "'factor' must be a number"),
    (GOOD + "    retry:\n      max_attempts: 1.5\n", 9, "a", "retry.max_attempts", "whole number"),
    (GOOD + "    retry:\n      max_attempts: true\n", 9, "a", "retry.max_attempts", "must be a number"),
    (GOOD + "trigger: {path: x}\n", 8, None, "trigger", "'kind' is missing from 'trigger'"),
    (GOOD + "trigger: webhook\n", 8, None, "trigger", "'trigger' must be a mapping"),
    (GOOD + "vars: [1]\n", 8, None, "vars", "'vars' must be a mapping"),
    (GOOD + "sensitive: iban\n", 8, None, "sensitive", "must be a list of paths"),
]


class TestReadFlowFile:
    @pytest.mark.parametrize(("text", "line", "words"), SYNTAX)
    def test_refuses_what_is_not_of_the_format(self, text: str | bytes, line: int | None, words: str) -> None:
        result = read_flow_file(text)
        assert result.definition is None
        assert [(found.line, found.code) for found in result.findings] == [(line, "flow_file.syntax")]
        assert words in result.findings[0].message

    @pytest.mark.parametrize(("text", "line", "step", "field", "words"), SHAPES)
    def test_names_line_step_and_field(
        self, text: str, line: int | None, step: str | None, field: str | None, words: str
    ) -> None:
        result = read_flow_file(text)
        assert result.definition is None
        first = result.findings[0]
        assert (first.line, first.step, first.field) == (line, step, field)
        assert words in first.message
        assert first.message.endswith((".", "?", "'"))

    def test_reports_every_fault_in_the_order_of_the_file(self) -> None:
        result = read_flow_file(GOOD + "    nxt: b\n  b:\n    kind: 5\nfoo: 1\n")
        assert [found.line for found in result.findings] == [8, 10, 11]

    def test_accepts_the_smallest_file(self) -> None:
        assert read_flow_file(GOOD).findings == []


class TestParseFlowFile:
    def test_raises_with_all_findings(self) -> None:
        with pytest.raises(FlowFileError) as caught:
            parse_flow_file(GOOD + "    nxt: b\nfoo: 1\n")
        assert caught.value.code == "flow_file.invalid"
        assert caught.value.message.startswith("Line 8: 'nxt' is not a field of a step.")
        assert caught.value.message.endswith("(and 1 more)")
        assert [row["line"] for row in caught.value.details["findings"]] == [8, 9]


class TestDefinitionFromData:
    def test_refuses_unknown_fields(self) -> None:
        with pytest.raises(FlowFileError, match="'nxt' is not a field of a step"):
            definition_from_data(
                {"format": 1, "flow": "f", "name": "F", "team": "t", "steps": {"a": {"kind": "set", "nxt": "b"}}}
            )
