"""Which links a flow may have: the rules of connecting, each with the sentence that says why not and what instead."""

from __future__ import annotations

from flows.definition.editing.document import (
    TRIGGER,
    get_link,
    get_step,
    say_title,
    set_link,
    shape_document,
    steps_of,
)
from flows.definition.editing.errors import EditFault
from flows.definition.editing.work import Op, Work, check_new_key
from flows.definition.scopes import link_fault
from flows.definition.words import did_you_mean


def connect(work: Work, op: Op) -> str:
    """``connect``: lead a port to a step; ``replace: false`` refuses a port that leads somewhere already."""
    source, target = work.now_called(op.text("source")), work.now_called(op.text("target"))
    port = op.text("port", "next")
    check_link(work, source, port, target)
    there = get_link(work.data, source, port)
    if op.data.get("replace") is False and there not in (None, target):
        raise EditFault(
            "edit.port_taken",
            f"'{port}' of '{say_title(work.data, source)}' leads to '{say_title(work.data, there)}' already. "
            "Replace that link, or use another port.",
        )
    fault = link_fault(shape_document(work.data), work.kinds, source=source, port=port, target=target)
    if fault is not None:
        raise EditFault("edit.scope", fault)
    set_link(work.data, source, port, target)
    ending = "" if port == "next" else f" by '{port}'"
    return f"Lead {say_title(work.data, source)}{ending} to {say_title(work.data, target)}"


def disconnect(work: Work, op: Op) -> str:
    """``disconnect``: a port leads nowhere from then on."""
    source, port = work.now_called(op.text("source")), op.text("port", "next")
    if source == TRIGGER:
        if not steps_of(work.data):
            raise EditFault("edit.nothing", "Nothing follows the start yet.")
        raise EditFault("edit.start_needed", "A flow begins somewhere. Lead the start to another step instead.")
    get_step(work.data, source)
    if get_link(work.data, source, port) is None:
        raise EditFault("edit.nothing", f"'{port}' of '{say_title(work.data, source)}' leads nowhere already.")
    set_link(work.data, source, port, None)
    return f"Remove the link '{port}' of {say_title(work.data, source)}"


def check_link(work: Work, source: str, port: str, target: str) -> None:
    """Raises EditFault for a link that no flow may have: to the trigger, to itself, from an unknown port …"""
    if target == TRIGGER:
        raise EditFault("edit.trigger_target", "Nothing leads to the start: it begins the flow. Choose a step.")
    get_step(work.data, target)
    if source == TRIGGER:
        return
    get_step(work.data, source)
    if source == target:
        raise EditFault(
            "edit.self_loop",
            f"'{say_title(work.data, source)}' cannot follow itself. To repeat it, put 'For each' or a step between.",
        )
    check_port(work, source, port)


def check_port(work: Work, source: str, port: str) -> None:
    """Raises EditFault ``edit.unknown_port`` for a port that the step does not have."""
    spec = work.spec_of(source)
    if port == "error" or spec is None:
        return
    if spec.free_ports:
        check_new_key(port, "a port")
        return
    exits = work.exits_of(source)
    title = say_title(work.data, source)
    if not exits:
        raise EditFault("edit.unknown_port", f"Nothing follows '{title}': it ends the run.")
    if port not in exits:
        hint = did_you_mean(port, (*exits, "error"), what="Ports")
        raise EditFault("edit.unknown_port", f"'{title}' has no port '{port}'.{hint}")
