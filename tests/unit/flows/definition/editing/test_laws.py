"""Whatever is done to a draft: it stays a flow, every edit can be taken back, and its file says the same."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.editing import (
    EditFault,
    apply_delta,
    apply_ops,
    claims_of,
    close_document,
    make_delta,
    open_document,
    revert_delta,
)
from flows.definition.flow_file import (
    definition_from_data,
    definition_to_data,
    parse_flow_file,
    semantic_digest,
    write_flow_file,
)
from flows.registry import kind_specs
from tests.support.drafts import CHAIN
from tests.support.edits import OPERATION_NAMES, PATIENT, edit_all, edits

BASE = definition_to_data(parse_flow_file(CHAIN))
histories = st.lists(edits, min_size=1, max_size=8)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "ask", "steps/ask"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["with", "steps", "step", "port", "kind", "ask", "on"]), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    "key keys kind name with at after on heal source port target path value to positions id text size title steps "
    "fragment document retry replace"
)
strange_ops = st.fixed_dictionaries(
    {"op": st.sampled_from(OPERATION_NAMES)}, optional={name: junk for name in FIELDS.split()}
)


def attempt(ops: list[dict[str, Any]]) -> tuple[EditFault | None, dict[str, Any]]:
    """Why the operations are refused (None: they are not), and the document behind them."""
    try:
        return None, apply_ops(BASE, ops, kind_specs()).document
    except EditFault as fault:
        return fault, BASE


class TestLawsOfEditing:
    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories)
    def test_every_draft_is_a_flow_in_its_canonical_form(self, history: list[Any]) -> None:
        for document in edit_all(BASE, history):
            definition = definition_from_data(document)
            assert json.dumps(definition_to_data(definition)) == json.dumps(document)
            assert definition.start in definition.steps or not definition.steps

    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories)
    def test_no_link_leads_nowhere(self, history: list[Any]) -> None:
        definition = definition_from_data(edit_all(BASE, history)[-1])
        assert all(target in definition.steps for step in definition.steps.values() for target in step.links.values())
        assert definition.on_error is None or definition.on_error in definition.steps

    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories)
    def test_taking_everything_back_gives_the_first_draft_to_the_byte(self, history: list[Any]) -> None:
        documents = edit_all(BASE, history)
        opened = [open_document(document) for document in documents]
        deltas = [make_delta(before, after) for before, after in pairwise(opened)]
        stored = json.loads(json.dumps(deltas))
        data = opened[-1]
        for delta, wanted in zip(stored[::-1], documents[-2::-1], strict=True):
            data = revert_delta(data, delta)
            assert json.dumps(close_document(data)) == json.dumps(wanted)
        for delta, wanted in zip(stored, documents[1:], strict=True):
            data = apply_delta(data, delta)
            assert json.dumps(close_document(data)) == json.dumps(wanted)

    @settings(max_examples=50, deadline=None, suppress_health_check=PATIENT)
    @given(histories)
    def test_its_file_read_again_does_the_same(self, history: list[Any]) -> None:
        definition = definition_from_data(edit_all(BASE, history)[-1])
        if definition.steps:
            read = parse_flow_file(write_flow_file(definition))
            assert semantic_digest(read) == semantic_digest(definition)
            assert read == definition

    @settings(max_examples=150, deadline=None, suppress_health_check=PATIENT)
    @given(st.lists(strange_ops, min_size=1, max_size=3))
    def test_what_is_no_edit_is_refused_in_words(self, ops: list[dict[str, Any]]) -> None:
        fault, document = attempt(ops)
        if fault is None:
            assert claims_of(ops) is not None
            definition_from_data(document)
        else:
            assert (fault.code[:5], fault.message[-1] in ".?") == ("edit.", True)
