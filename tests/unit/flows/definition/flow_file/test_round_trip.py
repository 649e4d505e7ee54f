"""The flow file keeps every definition, byte for byte once canonical."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flows.definition.flow_file import (
    definition_from_data,
    definition_to_data,
    file_data,
    parse_flow_file,
    read_flow_file,
    semantic_digest,
    write_flow_file,
)
from flows.definition.model import FlowDefinition, RetryPolicy, Step, TriggerDefinition
from tests.unit.flows.samples import APPROVAL, make_flow, make_step

TRICKY_TEXTS = [
    "yes", "No", "on", "null", "~", "true", "1", "1.0", "0x1F", "0o17", "1_000", "12:30:00", "1e3", ".inf", "-", "?",
    "2026-01-01", "2026-01-01T10:00:00Z", "= expr", "== text", "= 'a: ' & b", "=", "<<", "&a", "*a", "!x", "%y", "@z",
    "`q`", "", " lead", "trail ", "a: b", "a #b", "ends:", "[x]", "{x}", "- item", "#no", "'q'", '"q"', "tab\tx",
    "line\nnext", "line\n", "two\n\n", "\nlead", " x\ny", "a\n b\nc", "a\n  \nb", "a\r\nb", "nel\x85x", "ls\u2028x",
    "bom\ufeffx", "\x07", "emoji 😀", "é", "---", "...", "a\n---\nb", "# a\n# b", "trail \nx", "\ufffe", "\U0001ffff",
]  # fmt: skip

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    TRICKY_TEXTS
)
filled = texts.filter(lambda text: bool(text.strip()))
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(texts, values, max_size=4)
rests = st.none() | st.lists(values, min_size=1, max_size=3) | st.dictionaries(texts, values, min_size=1, max_size=3)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True) | filled
retries = st.builds(
    RetryPolicy,
    max_attempts=st.integers(1, 100),
    first_delay_s=st.floats(0, 1e6),
    factor=st.floats(1, 100),
    max_delay_s=st.floats(0, 1e6),
)
steps = st.builds(
    Step,
    key=st.just(""),
    kind=filled,
    name=texts,
    settings=mappings,
    links=st.dictionaries(st.just("next") | keys, filled, max_size=3),
    retry=st.none() | retries,
)
triggers = st.builds(
    TriggerDefinition, kind=filled, settings=mappings.map(lambda m: {k: m[k] for k in m if k != "kind"})
)


@st.composite
def definitions(draw: st.DrawFn) -> FlowDefinition:
    """Any definition that a file can say, sensible or not."""
    drawn = draw(st.dictionaries(keys, steps, min_size=1, max_size=4))
    named = {key: Step(**{**step.__dict__, "key": key}) for key, step in drawn.items()}
    return FlowDefinition(
        key=draw(filled),
        name=draw(filled),
        team=draw(filled),
        start=draw(st.sampled_from([next(iter(named)), *named])),
        steps=named,
        description=draw(texts),
        vars=draw(mappings),
        trigger=draw(st.none() | triggers),
        requested_by=draw(st.none() | filled),
        sensitive=tuple(draw(st.lists(filled, max_size=2))),
        forms=draw(mappings),
        on_error=draw(rests),
        notes=draw(rests),
        layout=draw(rests),
        tests=draw(rests),
    )


def exact(definition: FlowDefinition) -> str:
    """The definition with the types of its numbers and the order of its keys."""
    return json.dumps(definition_to_data(definition))


def as_jsonb(value: Any) -> Any:
    """The value as PostgreSQL gives it back: keys of mappings by length, then by bytes."""
    if isinstance(value, dict):
        return {key: as_jsonb(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key.encode()))}
    return [as_jsonb(each) for each in value] if isinstance(value, list) else value


class TestWriteFlowFile:
    @settings(max_examples=200, deadline=None)
    @given(definitions())
    def test_keeps_every_definition(self, definition: FlowDefinition) -> None:
        text = write_flow_file(definition)
        read = parse_flow_file(text)
        assert read == definition
        assert exact(read) == exact(definition)
        assert write_flow_file(read) == text

    @settings(max_examples=100, deadline=None)
    @given(definitions())
    def test_stored_data_keeps_every_definition(self, definition: FlowDefinition) -> None:
        stored = as_jsonb(json.loads(json.dumps(definition_to_data(definition))))
        assert definition_from_data(stored) == definition
        assert write_flow_file(definition_from_data(stored)) == write_flow_file(definition)

    @pytest.mark.parametrize("text", TRICKY_TEXTS)
    def test_keeps_a_text_a_text(self, text: str) -> None:
        flow = make_flow(make_step("a", settings={"value": text, "list": [text, [text]], text: 1}))
        read = parse_flow_file(write_flow_file(flow))
        assert read.steps["a"].settings == {"value": text, "list": [text, [text]], text: 1}

    @pytest.mark.parametrize("text", ["yes", "no", "on", "Off", "2026-01-01", "1_000", "12:30:00", "0777", "="])
    def test_is_not_misread_by_tools_of_yaml_1_1(self, text: str) -> None:
        written = write_flow_file(make_flow(make_step("a", settings={"value": text})))
        old = YAML(typ="safe", pure=True)
        old.version = (1, 1)  # type: ignore[assignment]
        assert old.load(written)["steps"]["a"]["with"]["value"] == text

    def test_quotes_only_where_needed(self) -> None:
        texts = {"a": "plain text", "b": "= trigger.body.title", "c": "yes", "d": "1.0", "e": "a: b", "f": "team:legal"}
        written = write_flow_file(make_flow(make_step("s", settings=texts)))
        body = written.split("with:\n")[1]
        assert [line.strip() for line in body.splitlines()] == [
            "a: plain text",
            "b: = trigger.body.title",
            'c: "yes"',
            'd: "1.0"',
            'e: "a: b"',
            "f: team:legal",
        ]

    def test_writes_lines_as_a_literal_block(self) -> None:
        written = write_flow_file(make_flow(make_step("s", settings={"text": "Dear all,\n\n  we ask.\n"})))
        assert "      text: |\n        Dear all,\n\n          we ask.\n" in written

    def test_writes_next_apart_and_the_other_ports_under_on(self) -> None:
        flow = make_flow(make_step("a", links={"error": "b", "next": "b"}), make_step("b"))
        assert "    next: b\n    on:\n      error: b\n" in write_flow_file(flow)

    def test_leaves_out_the_start_when_it_is_the_first_step(self) -> None:
        first, second = make_step("a"), make_step("b", links={"next": "a"})
        assert "start:" not in write_flow_file(make_flow(first, second))
        assert "\nstart: b\nsteps:\n" in write_flow_file(make_flow(first, second, start="b"))

    def test_has_the_order_of_the_contract(self) -> None:
        flow = make_flow(
            make_step("a"), make_step("b"), start="b", description="d", vars={"v": 1}, requested_by="= body.by",
            sensitive=("trigger.body.iban",), forms={"f": {}}, on_error={"x": 1}, notes="n", layout={"a": [0, 0]},
            tests=[{"t": 1}],
        )  # fmt: skip
        top = [line.split(":")[0] for line in write_flow_file(flow).splitlines() if line[0] not in " -"]
        expected = (
            "format flow name team description vars trigger requested_by sensitive forms start steps on_error notes "
            "layout tests"
        )
        assert " ".join(top) == expected

    def test_is_stable_for_the_contracts_own_example(self) -> None:
        once = write_flow_file(parse_flow_file(APPROVAL))
        assert write_flow_file(parse_flow_file(once)) == once
        assert parse_flow_file(once) == parse_flow_file(APPROVAL)

    def test_uses_the_long_form_for_long_keys(self) -> None:
        flow = make_flow(make_step("a", settings={"k" * 2000: {"x" * 2000: [{"y" * 2000: 1}]}}))
        assert parse_flow_file(write_flow_file(flow)) == flow


class TestReadFlowFile:
    def test_reads_the_contracts_own_example(self) -> None:
        flow = parse_flow_file(APPROVAL)
        assert (flow.key, flow.start, list(flow.steps)) == (
            "content-approval",
            "open_case",
            ["open_case", "review", "reply", "close"],
        )
        assert flow.steps["review"].links == {"approved": "reply", "rejected": "reply"}
        assert flow.steps["reply"].retry == RetryPolicy(max_attempts=5, first_delay_s=1, factor=2, max_delay_s=300)
        assert flow.trigger is not None
        assert flow.trigger.settings["auth"] == {"kind": "standard_webhooks", "secret": "demo-content"}

    @pytest.mark.parametrize("indent", [None, 2, "\t"])
    def test_reads_json(self, indent: Any) -> None:
        flow = parse_flow_file(APPROVAL)
        assert parse_flow_file(json.dumps(file_data(flow), indent=indent)) == flow

    def test_reads_json_with_pairs_of_escapes(self) -> None:
        data = file_data(make_flow(make_step("a", settings={"x": "😀 \u2028 \x7f"})))
        assert parse_flow_file(json.dumps(data)).steps["a"].settings["x"] == "😀 \u2028 \x7f"

    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("yes", "yes"), ("on", "on"), ("2026-01-01", "2026-01-01"), ("0o17", 15), ("0x1F", 31), ("007", 7),
            ("1e3", 1000.0), ("1_000", "1_000"), ("true", True), ("null", None), ("~", None), ("", None), ("+5", 5),
            ("12345678901234567890", 12345678901234567890), ("1:30", "1:30"), ("= a.b", "= a.b"), (".5", 0.5),
            ("'1'", "1"), ('"true"', "true"), ("0777", 777),
        ],
    )  # fmt: skip
    def test_takes_scalars_by_the_core_schema_of_yaml_1_2(self, written: str, value: Any) -> None:
        text = APPROVAL.replace("priority: high", f"priority: {written}")
        read = parse_flow_file(text).steps["open_case"].settings["priority"]
        assert (read, type(read)) == (value, type(value))
        assert not isinstance(read, date)

    def test_takes_keys_as_text(self) -> None:
        text = APPROVAL.replace("priority: high", "priority: {1: a, true: b, null: c}")
        assert parse_flow_file(text).steps["open_case"].settings["priority"] == {"1": "a", "true": "b", "null": "c"}

    def test_drops_a_byte_order_mark(self) -> None:
        assert read_flow_file(b"\xef\xbb\xbf" + APPROVAL.encode()).findings == []

    def test_gives_the_line_of_each_place(self) -> None:
        lines = read_flow_file(APPROVAL).lines
        assert lines[("trigger", "auth", "secret")] == 8
        assert lines[("steps", "review", "with", "show", 1)] == 24


class TestSemanticDigest:
    def test_leaves_out_notes_and_layout(self) -> None:
        plain = make_flow(make_step("a"))
        drawn = make_flow(make_step("a"), notes={"a": "why"}, layout={"a": [1, 2]})
        assert semantic_digest(plain) == semantic_digest(drawn)
        assert len(semantic_digest(plain)) == 64

    def test_does_not_see_the_order_of_keys(self) -> None:
        first = make_flow(make_step("a", settings={"x": 1, "y": 2}))
        second = make_flow(make_step("a", settings={"y": 2, "x": 1}))
        assert semantic_digest(first) == semantic_digest(second)

    @pytest.mark.parametrize(
        "change",
        [{"name": "Other"}, {"vars": {"x": 1}}, {"description": "d"}, {"steps": {"a": make_step("a", name="A")}}],
    )
    def test_sees_every_other_change(self, change: dict[str, Any]) -> None:
        assert semantic_digest(make_flow(make_step("a"), **change)) != semantic_digest(make_flow(make_step("a")))
