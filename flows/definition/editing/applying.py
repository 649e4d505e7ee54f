"""Applies a list of operations to a document, all or nothing, and says in words what they did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import thread_time
from typing import Any

from flows.definition.editing import connecting, drawing, pasting, setting, stepping
from flows.definition.editing.delta import Delta, copy_data, make_delta
from flows.definition.editing.document import Data, open_document, shape_document
from flows.definition.editing.errors import EditFault
from flows.definition.editing.work import Op, Work, malformed
from flows.definition.flow_file.data import file_data
from flows.definition.flow_file.order import key_orders
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition
from flows.definition.words import did_you_mean

MAX_OPS = 2_000
MAX_SECONDS = 10.0  # of processor time
OPERATIONS: Mapping[str, Callable[[Work, Op], str]] = {
    "add_step": stepping.add_step,
    "delete_steps": stepping.delete_steps,
    "connect": connecting.connect,
    "disconnect": connecting.disconnect,
    "set": setting.set_value,
    "set_trigger": setting.set_trigger,
    "remove_trigger": setting.remove_trigger,
    "rename_step": stepping.rename_step,
    "change_kind": stepping.change_kind,
    "move": stepping.move_places,
    "move_step": stepping.move_step,
    "put_note": drawing.put_note,
    "delete_note": drawing.delete_note,
    "put_group": drawing.put_group,
    "delete_group": drawing.delete_group,
    "paste": pasting.paste,
    "replace": pasting.replace,
}


@dataclass(frozen=True, kw_only=True)
class Applied:
    """``document`` is canonical, with ``order``; ``definition`` says the same, ``delta`` what differs from before.

    ``renamed``: proposed to given key. ``label`` says what was done.
    """

    document: Data
    definition: FlowDefinition
    delta: Delta
    renamed: Mapping[str, str]
    label: str


def apply_ops(document: Mapping[str, Any], ops: Sequence[Mapping[str, Any]], kinds: Mapping[str, KindSpec]) -> Applied:
    """The document after all operations, the given one left as it was. Raises EditFault, which says which one.

    The result is well-shaped whatever the operations are; it may have faults that validation tells.
    """
    if not ops:
        raise EditFault("edit.nothing", "There is nothing to change.")
    if len(ops) > MAX_OPS:
        raise EditFault("edit.malformed", f"One edit may have {MAX_OPS:,} changes; this one has {len(ops):,}.")
    before = open_document(document)
    work = Work(data=copy_data(before), kinds=kinds)
    labels: list[str] = []
    ends_at_s = thread_time() + MAX_SECONDS
    for index, op in enumerate(ops):
        if thread_time() > ends_at_s:
            raise EditFault("edit.too_much", "This is too much for one edit. Make it in several parts.", index=index)
        try:
            labels.append(_apply(work, op))
        except EditFault as fault:
            raise EditFault(fault.code, fault.message, index=index) from fault
    try:
        definition = shape_document(work.data)
    except EditFault as fault:
        raise EditFault(fault.code, fault.message, index=len(ops) - 1) from fault
    after = file_data(definition)
    return Applied(
        document={**after, "order": key_orders(after)},
        definition=definition,
        delta=make_delta(before, after),
        renamed=dict(work.renamed),
        label=_say(labels),
    )


def _apply(work: Work, op: Mapping[str, Any]) -> str:
    if not isinstance(op, Mapping):
        raise malformed("a change must be a mapping with 'op'")
    read = Op(data=op)
    do = OPERATIONS.get(read.name)
    if do is None:
        hint = did_you_mean(read.name, OPERATIONS, what="Changes")
        raise EditFault("edit.unknown_op", f"There is no change '{read.name}'.{hint}")
    return do(work, read)


def _say(labels: Sequence[str]) -> str:
    kinds = list(dict.fromkeys(labels))
    return kinds[0][:200] if len(kinds) == 1 else f"{kinds[0]} and more"[:200]
