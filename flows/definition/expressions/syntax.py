"""From text to syntax tree with the library's parser, and the shape of that tree. Decides nothing about meaning."""

from __future__ import annotations

import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

_recursion_limit = sys.getrecursionlimit()

from jsonata.jexception import JException  # noqa: E402 (its package raises the recursion limit of the whole process)
from jsonata.parser import Parser  # noqa: E402

from .bounds import MAX_DEPTH, MAX_SOURCE_BYTES  # noqa: E402
from .errors import ExpressionError, InvalidExpression  # noqa: E402
from .numbers import EXACT_LIMIT  # noqa: E402
from .regex import compile_regex  # noqa: E402
from .words import SyntaxFault, find_habit, say_syntax  # noqa: E402

# Deep enough for MAX_DEPTH levels of evaluation, and no deeper: C code of other packages relies on a low limit.
sys.setrecursionlimit(max(_recursion_limit, 2500))

Node = Any  # jsonata.parser.Parser.Symbol

TREES_PER_THREAD = 256  # a node takes about 3 KB

_SHOWN_PART = "(…)"
_DIGITS_AT_END = re.compile(r"[0-9]+\Z")
_PLACEHOLDER = re.compile(r"\{+\w+\}+")
_ONE_CHILD = ("expression", "lhs", "rhs", "condition", "then", "_else", "body", "procedure", "pattern", "update")


class _Trees(threading.local):
    """One thread's trees and its parser, which every node refers to; a parser each would take more than the trees."""

    def __init__(self) -> None:
        self.by_source: OrderedDict[str, Node] = OrderedDict()
        self.parser = Parser()

    def parse(self, source: str) -> Node:
        parser = self.parser
        parser.errors, parser.ancestry, parser.ancestor_label, parser.ancestor_index = [], [], 0, 0
        try:
            return parser.parse(source, compile_regex)
        finally:
            parser.source = parser.lexer = parser.node = None


_trees = _Trees()


def tree_of(source: str) -> Node:
    """This thread's own tree for a source, parsed at first use and kept for the TREES_PER_THREAD used last."""
    trees = _trees.by_source
    tree = trees.get(source)
    if tree is None:
        tree = trees[source] = parse(source)
        if len(trees) > TREES_PER_THREAD:
            trees.popitem(last=False)
    else:
        trees.move_to_end(source)
    return tree


def parse(source: str) -> Node:
    """A new tree; raises InvalidExpression, with `details["position"]` (characters from 0) where one is known."""
    if len(source.encode("utf-8", "replace")) > MAX_SOURCE_BYTES:
        raise InvalidExpression(f"An expression may have {MAX_SOURCE_BYTES} bytes; move parts of it into earlier steps")
    if not source.strip():
        raise InvalidExpression("The expression is empty; write one after the =", details={"position": 0})
    try:
        tree = _trees.parse(source)
    except ExpressionError:
        raise
    except JException as error:
        raise _syntax_error(source, error) from error
    except RecursionError as error:
        raise InvalidExpression(f"The expression nests more than {MAX_DEPTH} levels deep") from error
    except Exception as error:
        raise invalid_at(find_habit(source) or say_syntax(source, "S0207", len(source), None, None)) from error
    _check_tree(source, tree)
    return tree


def _syntax_error(source: str, error: JException) -> InvalidExpression:
    # The library says where a token ended; a negative place is none.
    position = min(max(error.location, 0), len(source))
    fault = find_habit(source) or say_syntax(source, str(error.error), position, error.current, error.expected)
    return invalid_at(fault)


def invalid_at(fault: SyntaxFault) -> InvalidExpression:
    """The refusal that says this; ``details`` has ``position``, ``length`` and perhaps ``instead``."""
    details: dict[str, Any] = {"position": fault.position, "length": fault.length}
    return InvalidExpression(
        fault.message, details=details if fault.instead is None else {**details, "instead": fault.instead}
    )


def _check_tree(source: str, tree: Node) -> None:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise InvalidExpression(f"The expression nests more than {MAX_DEPTH} levels deep")
        for node in level:
            if node.type == "number":
                _check_number(source, node)
        level = [child for node in level for child in children(node)]


def _check_number(source: str, node: Node) -> None:
    if abs(node.value) < EXACT_LIMIT:
        return
    digits = _DIGITS_AT_END.search(source, 0, node.position)
    if abs(node.value) > EXACT_LIMIT or digits is None or int(digits.group()) != EXACT_LIMIT:
        raise InvalidExpression(
            "A number beyond 2^53 in an expression would lose digits; keep it in vars or as text",
            details={"position": node.position},
        )


def children(node: Node) -> Iterator[Node]:
    """The nodes directly under one, in no promised order."""
    for name in _ONE_CHILD:
        child = getattr(node, name, None)
        if child is not None:
            yield child
    if node.delete is not None:
        yield node.delete
    for group in (node.steps, node.expressions, node.terms):
        yield from group or ()
    if node.type in ("function", "partial"):
        yield from node.arguments or ()
    for stage in (*(node.predicate or ()), *(node.stages or ())):
        if stage.expr is not None:
            yield stage.expr
    for pair in (*(node.lhs_object or ()), *((node.group.lhs_object if node.group else None) or ())):
        yield from pair


def descendants(node: Node) -> Iterator[Node]:
    """A node and everything under it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def dotted(node: Node) -> str | None:
    """How the author wrote a reference (`trigger.body.amount`, `$x`), or None for anything that is no plain one."""
    if node.type == "variable":
        return f"${node.value}"
    if node.type != "path":
        return None
    names = [_shown_step(step) for step in node.steps]
    return None if names[0] == _SHOWN_PART else ".".join(names)


def _shown_step(step: Node) -> str:
    if step.type == "sort":
        return "^(…)"
    if step.type not in ("name", "variable"):
        return _SHOWN_PART
    filters = [stage.expr for stage in (*(step.predicate or ()), *(step.stages or ()))]
    shown = "".join(f"[{item.value}]" if item and item.type == "number" else "[…]" for item in filters)
    return ("$" if step.type == "variable" else "") + str(step.value) + shown


def is_plain_step(step: Node) -> bool:
    """True for a name in a path with no filter, order, binding or group on it."""
    return step.type == "name" and not (
        step.predicate or step.stages or step.group or step.focus or step.index or step.tuple or step.keep_array
    )


def ends_in_list(node: Node) -> bool:
    """True when the author says list: the expression ends in a filter or in `[]`."""
    if node.keep_array or node.keep_singleton_array:
        return True
    return last_filter(node) is not None


def last_filter(node: Node) -> Node | None:
    """The predicate an expression ends in, unless that is a plain index such as `[0]`."""
    if node.group is not None:
        return None
    stages = node.predicate
    if not stages and node.type == "path":
        stages = node.steps[-1].stages
    if not stages or stages[-1].type != "filter" or is_index(stages[-1].expr, certain=True):
        return None
    return stages[-1].expr


def is_index(predicate: Node, *, certain: bool) -> bool:
    """Whether a predicate picks by position: surely (a number), or with certain=False also when it likely does."""
    if predicate.type == "number":
        return True
    if certain:
        return False
    arithmetic = predicate.type in ("binary", "unary") and predicate.value in ("+", "-", "*", "/", "%")
    return predicate.type == "variable" or arithmetic


def safe_reason(error: JException) -> str:
    """A run-time error of the library in words, without the data it would quote."""
    template = JException.error_codes.get(error.error)
    return _PLACEHOLDER.sub("…", template) if template else "the expression does not fit its data"
