"""Random edits for hypothesis: lists of operations that mostly fit the flow they are made for, and some that do not."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st

from flows.definition.editing import EditFault, apply_ops
from flows.definition.editing.applying import OPERATIONS
from flows.registry import kind_specs

PATIENT = (HealthCheck.too_slow, HealthCheck.filter_too_much)  # other tests take the processor beside these
OPERATION_NAMES = tuple(OPERATIONS)
KEYS = ("ask", "tell", "done", "one", "two", "three")
PORTS = ("next", "approved", "rejected", "error", "each", "left", "default")
KINDS = ("set", "task.approve", "choose", "parallel", "join", "for_each", "stop", "http.request")
NAMES = ("title", "words", "rule", "json", "x")

keys = st.sampled_from(KEYS)
ports = st.sampled_from(PORTS)
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, "", "text", "= steps.ask.outcome & 'steps.ask'", "= steps.one.x + steps.`two`.y", "= ("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
places = st.lists(st.integers(-900, 900), min_size=2, max_size=2)
ends = st.fixed_dictionaries({"step": keys | st.just("trigger"), "port": ports})
notes = st.sampled_from(["n1", "n2"])
ops: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"op": st.just("add_step"), "key": keys, "kind": st.sampled_from(KINDS)},
        optional={"after": ends, "at": places, "with": st.dictionaries(st.sampled_from(NAMES), values, max_size=2)},
    ),
    st.fixed_dictionaries(
        {"op": st.just("delete_steps"), "keys": st.lists(keys, min_size=1, max_size=3), "heal": st.booleans()}
    ),
    st.fixed_dictionaries({"op": st.just("connect"), "source": keys, "port": ports, "target": keys}),
    st.fixed_dictionaries({"op": st.just("disconnect"), "source": keys, "port": ports}),
    st.fixed_dictionaries(
        {
            "op": st.just("set"),
            "target": keys.map(lambda key: f"steps/{key}"),
            "path": st.tuples(st.just("with"), st.sampled_from(NAMES)).map(list)
            | st.tuples(st.just("with"), st.just("json"), st.sampled_from("abc")).map(list)
            | st.just(["name"])
            | st.just(["retry", "max_attempts"]),
            "value": values,
        }
    ),
    st.fixed_dictionaries(
        {
            "op": st.just("set"),
            "target": st.just("flow"),
            "path": st.sampled_from([["name"], ["description"], ["vars", "a"], ["sensitive"], ["on_error"]]),
            "value": st.none() | st.sampled_from(["ask", "text"]) | st.lists(st.sampled_from(["steps.ask.x"])),
        }
    ),
    st.fixed_dictionaries({"op": st.just("set_trigger"), "kind": st.sampled_from(["manual", "webhook"])}),
    st.just({"op": "remove_trigger"}),
    st.fixed_dictionaries({"op": st.just("rename_step"), "key": keys, "to": keys}),
    st.fixed_dictionaries({"op": st.just("change_kind"), "key": keys, "kind": st.sampled_from(KINDS)}),
    st.fixed_dictionaries({"op": st.just("move"), "positions": st.dictionaries(keys, places, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"op": st.just("move_step"), "key": keys, "after": ends}),
    st.fixed_dictionaries(
        {"op": st.just("put_note"), "id": st.sampled_from(["n1", "n2"]), "text": st.text(max_size=3)}
    ),
    st.fixed_dictionaries({"op": st.just("delete_note"), "id": st.sampled_from(["n1", "n2"])}),
    st.fixed_dictionaries(
        {"op": st.just("put_group"), "id": st.sampled_from(["g1", "g2"]), "steps": st.lists(keys, max_size=2)}
    ),
    st.fixed_dictionaries(
        {
            "op": st.just("paste"),
            "fragment": st.fixed_dictionaries(
                {"steps": st.dictionaries(keys, st.just({"kind": "set", "next": "one"}), min_size=1, max_size=3)}
            ),
        },
        optional={"after": ends},
    ),
)
edits = st.lists(ops, min_size=1, max_size=3)


def edit_all(document: dict[str, Any], sequence: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The documents after each edit that could be made, the first one included."""
    documents = [document]
    for each in sequence:
        try:
            documents.append(apply_ops(documents[-1], each, kind_specs()).document)
        except EditFault:
            continue
    return documents
