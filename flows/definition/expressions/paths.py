"""Paths: steps, filters, wildcards, bindings, grouping. The library's algorithms, made to pay for what they build."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from jsonata.utils import Utils

from .bounds import ITEM_BYTES
from .core import Core
from .errors import FailedExpression
from .numbers import is_number
from .syntax import Node, is_index

_TUPLE_BYTES = 256


class Paths(Core):
    """How an evaluation moves through data."""

    def evaluate_name(self, expr: Node, input: Any, environment: Any) -> Any:
        """A member of the context."""
        return self.lookup(input, str(expr.value))

    def lookup(self, value: Any, key: str) -> Any:
        """A member of an object, or of each object in a list as one sequence; None when there is none."""
        if isinstance(value, dict):
            return value.get(key)
        if not isinstance(value, list):
            return None
        found = Utils.create_sequence()
        for item in value:
            self.bounds.tick()
            member = self.lookup(item, key)
            if member is not None:
                self._extend(found, member)
        return found

    def _extend(self, sequence: list[Any], value: Any) -> None:
        if isinstance(value, list):
            self.bounds.spend(ITEM_BYTES * len(value))
            sequence.extend(value)
        else:
            sequence.append(value)

    def evaluate_step(self, expr: Node, input: Any, environment: Any, last_step: bool) -> Any:
        """One step of a path over every item; results are flattened into one sequence."""
        if expr.type == "sort":
            ordered = self.evaluate_sort_expression(expr, input, environment)
            return ordered if expr.stages is None else self.evaluate_stages(expr.stages, ordered, environment)
        results = []
        for item in input if isinstance(input, list) else [input]:  # `[…][0]` as a first step gives one value
            result = self.eval(expr, item, environment)
            for stage in expr.stages or ():
                result = self.evaluate_filter(stage.expr, result, environment)
            if result is not None:
                results.append(result)
        if last_step and len(results) == 1 and isinstance(results[0], list) and not Utils.is_sequence(results[0]):
            return results[0]
        sequence = Utils.create_sequence()
        for result in results:
            if isinstance(result, Utils.JList) and result.cons:
                sequence.append(result)
            else:
                self._extend(sequence, result)
        return sequence

    def evaluate_filter(self, predicate: Node, input: Any, environment: Any) -> Any:
        """What a predicate keeps: by position when it gives numbers, else where it is true. Missing data is false."""
        items = [] if input is None else input if isinstance(input, list) else [input]
        tuples = isinstance(items, Utils.JList) and items.tuple_stream
        if predicate.type == "number":
            return self._pick(items, math.floor(predicate.value), tuples=tuples)
        kept = Utils.create_sequence()
        kept.tuple_stream = tuples
        by_index = not items and is_index(predicate, certain=False)
        was_quiet, self.quiet = self.quiet, True
        try:
            for index, item in enumerate(items):
                frame = self.create_frame_from_tuple(environment, item) if tuples else environment
                result = self.eval(predicate, item["@"] if tuples else item, frame)
                positions = _positions(result, len(items))
                by_index = positions is not None and not isinstance(result, list) and (by_index or index == 0)
                if (index in positions) if positions is not None else self.truth(result):
                    kept.append(item)
        finally:
            self.quiet = was_quiet
        self._picked_by_index = by_index
        return kept

    def _pick(self, items: list[Any], index: int, *, tuples: bool) -> Any:
        self._picked_by_index = True
        picked = Utils.create_sequence()
        picked.tuple_stream = tuples
        if -len(items) <= index < len(items):
            item = items[index]
            if isinstance(item, list):
                return item
            picked.append(item)
        return picked

    def evaluate_tuple_step(self, expr: Node, input: Any, tuple_bindings: Any, environment: Any) -> Any:
        """One step of a path that carries bindings (`@`, `#`, `%`) along with each item."""
        if expr.type == "sort":
            return super().evaluate_tuple_step(expr, input, tuple_bindings, environment)
        stream = Utils.create_sequence()
        stream.tuple_stream = True
        items = input if isinstance(input, list) else [input]
        for binding in [{"@": item} for item in items] if tuple_bindings is None else tuple_bindings:
            found = self.eval(expr, binding["@"], self.create_frame_from_tuple(environment, binding))
            if found is None:
                continue
            rows = found if isinstance(found, list) else [found]
            carries = isinstance(rows, Utils.JList) and rows.tuple_stream
            for index, row in enumerate(rows):
                self.bounds.spend(_TUPLE_BYTES)
                stream.append({**binding, **row} if carries else _bound(expr, binding, row, index))
        return stream if expr.stages is None else self.evaluate_stages(expr.stages, stream, environment)

    def evaluate_sort_expression(self, expr: Node, input: Any, environment: Any) -> Any:
        """`^(…)`: items in order, each term evaluated once an item; those without a value come last."""
        rows: list[Any] = list(input)
        tuples = isinstance(input, Utils.JList) and input.tuple_stream
        for term in reversed(expr.terms):
            keyed = []
            for row in rows:
                frame = self.create_frame_from_tuple(environment, row) if tuples else environment
                keyed.append((self.eval(term.expression, row["@"] if tuples else row, frame), row))
            present = [pair for pair in keyed if pair[0] is not None]
            if not (all(is_number(key) for key, _ in present) or all(isinstance(key, str) for key, _ in present)):
                raise FailedExpression("^(…) sorts by numbers only or by texts only")
            present.sort(key=itemgetter(0), reverse=term.descending)
            rows = [row for _, row in present] + [row for key, row in keyed if key is None]
        ordered = Utils.JList(rows)
        ordered.sequence = ordered.tuple_stream = tuples
        return ordered

    def reduce_tuple_stream(self, tuple_stream: Any) -> Any:
        """The bindings of grouped items as one, each a list of all values."""
        if not isinstance(tuple_stream, list):
            return tuple_stream
        columns: dict[str, Any] = {}
        for key in tuple_stream[0]:
            column = Utils.JList()
            for row in tuple_stream:
                self._extend(column, row[key])
            columns[key] = column if len(tuple_stream) > 1 else tuple_stream[0][key]
        return columns

    def evaluate_wildcard(self, expr: Node, input: Any, environment: Any = None) -> Any:
        """`*`: every member of an object, or every item of a list, lists among them flattened."""
        found = Utils.create_sequence()
        members: Iterable[Any] = ()
        if isinstance(input, dict):
            members = input.values()
        elif isinstance(input, list):
            members = input
        for member in members:
            self._flatten_into(found, member)
        return found

    def _flatten_into(self, found: list[Any], value: Any) -> None:
        if not isinstance(value, list):
            found.append(value)
            return
        self.bounds.spend(ITEM_BYTES * len(value))
        for item in value:
            self._flatten_into(found, item)

    def evaluate_descendants(self, expr: Node, input: Any, environment: Any = None) -> Any:
        """`**`: the context and everything in it."""
        found = Utils.create_sequence()
        if input is not None:
            self._descend(input, found)
        return found[0] if len(found) == 1 else found

    def _descend(self, value: Any, found: list[Any]) -> None:
        self.bounds.spend(ITEM_BYTES)
        if not isinstance(value, list):
            found.append(value)
        for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._descend(member, found)

    def evaluate_group_expression(self, expr: Node, input: Any, environment: Any) -> dict[str, Any]:
        """`{key: value}`: an object from the context, or one entry for each different key of many items."""
        items = input if isinstance(input, list) else [input]
        tuples = isinstance(items, Utils.JList) and items.tuple_stream
        groups: dict[str, tuple[int, list[Any]]] = {}
        for item in items or ([] if tuples else [None]):
            frame = self.create_frame_from_tuple(environment, item) if tuples else environment
            context = item["@"] if tuples else item
            for index, (key_node, _) in enumerate(expr.lhs_object):
                if not items and key_node.type != "string":
                    continue
                key = self.needed(key_node, self.eval(key_node, context, frame))
                if key is not None:
                    self._add_to_group(groups, key, index, item)
        return self._group_values(expr, groups, environment, tuples=tuples)

    def _add_to_group(self, groups: dict[str, tuple[int, list[Any]]], key: Any, index: int, item: Any) -> None:
        if not isinstance(key, str):
            raise FailedExpression("A key of an object must be text; use $string(…)")
        known = groups.setdefault(key, (index, []))
        if known[0] != index:
            raise FailedExpression("Two keys of an object are the same")
        known[1].append(item)

    def _group_values(
        self, expr: Node, groups: dict[str, tuple[int, list[Any]]], environment: Any, *, tuples: bool
    ) -> dict[str, Any]:
        result = {}
        for key, (index, members) in groups.items():
            context, frame = members[0], environment
            if tuples:
                bindings = dict(self.reduce_tuple_stream(members))
                context = bindings.pop("@")
                frame = self.create_frame_from_tuple(environment, bindings)
            elif len(members) > 1:
                context = Utils.JList()
                for member in members:
                    self._extend(context, member)
            node = expr.lhs_object[index][1]
            value = self.needed(node, self.eval_value(node, context, frame))
            if value is not None:
                result[key] = value
        return result


def _bound(expr: Node, binding: dict[str, Any], row: Any, index: int) -> dict[str, Any]:
    bound = dict(binding)
    if expr.focus is not None:
        bound[expr.focus] = row
    else:
        bound["@"] = row
    if expr.index is not None:
        bound[expr.index] = index
    if expr.ancestor is not None:
        bound[expr.ancestor.label] = binding["@"]
    return bound


def _positions(result: Any, length: int) -> set[int] | None:
    """The positions a predicate names, counted from the start, or None when it gives no numbers."""
    if is_number(result):
        result = [result]
    if not isinstance(result, list) or not result or not all(is_number(position) for position in result):
        return None
    floors = [math.floor(position) for position in result]
    return {floor + length if floor < 0 else floor for floor in floors}
