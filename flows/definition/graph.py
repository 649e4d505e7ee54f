"""The links of a flow as a graph: who follows whom, what can be reached. Links to unknown steps are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flows.definition.model import FlowDefinition


def successors(definition: FlowDefinition) -> dict[str, tuple[str, ...]]:
    """For each step the steps its links lead to, in the order of the links, each once."""
    return {
        key: tuple(dict.fromkeys(target for target in step.links.values() if target in definition.steps))
        for key, step in definition.steps.items()
    }


def predecessors(definition: FlowDefinition) -> dict[str, tuple[str, ...]]:
    """For each step the steps that link to it; any step may fail, and so lead to the flow's ``on_error``."""
    found: dict[str, list[str]] = {key: [] for key in definition.steps}
    for key, targets in successors(definition).items():
        for target in targets:
            found[target].append(key)
    handler = error_step(definition)
    if handler is not None:
        known = set(found[handler])
        found[handler].extend(key for key in definition.steps if key != handler and key not in known)
    return {key: tuple(sources) for key, sources in found.items()}


def error_step(definition: FlowDefinition) -> str | None:
    """The step that takes over when another one fails; None where the flow names none that exists."""
    handler = definition.on_error
    return handler if isinstance(handler, str) and handler in definition.steps else None


def entries(definition: FlowDefinition) -> tuple[str, ...]:
    """Where a run can begin to walk: the start, and the step for errors."""
    start = (definition.start,) if definition.start in definition.steps else ()
    handler = error_step(definition)
    return tuple(dict.fromkeys((*start, handler))) if handler is not None else start


def reachable_steps(definition: FlowDefinition) -> frozenset[str]:
    """The steps that some way from the start, or from the step for errors, leads to; both included."""
    return _walk(entries(definition), successors(definition))


def steps_behind_errors(definition: FlowDefinition) -> frozenset[str]:
    """The steps that the step for errors leads to, itself included; none without one."""
    handler = error_step(definition)
    return _walk((handler,), successors(definition)) if handler is not None else frozenset()


class Ancestry:
    """Answers which steps can have run before another one; each answer is computed once."""

    def __init__(self, definition: FlowDefinition) -> None:
        self._before = predecessors(definition)
        self._known: dict[str, frozenset[str]] = {}

    def steps_before(self, step: str) -> frozenset[str]:
        """The steps with a way to ``step``; ``step`` itself only when it lies on a loop."""
        if step not in self._known:
            self._known[step] = _walk(self._before.get(step, ()), self._before)
        return self._known[step]


def reading_order(definition: FlowDefinition) -> list[str]:
    """The reachable steps so that each comes after what leads to it (loops apart), branches whole and in link order.

    What only the step for errors leads to stands behind the rest.
    """
    following = successors(definition)
    order: list[str] = []
    for entry in entries(definition):
        found = _reverse_postorder(entry, lambda key: reversed(following[key]))
        order.extend(key for key in found if key not in order)
    return order


def _walk(starts: Iterable[str], following: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen: set[str] = set(starts)
    todo = list(seen)
    while todo:
        for target in following[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return frozenset(seen)


def _reverse_postorder(start: str, targets: Callable[[str], Iterable[str]]) -> list[str]:
    seen = {start}
    finished: list[str] = []
    stack = [(start, iter(targets(start)))]
    while stack:
        key, rest = stack[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            finished.append(key)
            stack.pop()
            continue
        seen.add(following)
        stack.append((following, iter(targets(following))))
    return finished[::-1]
