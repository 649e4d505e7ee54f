"""Pairs openers of scopes with their joins, statically, and finds links that break a scope.

Each step is walked with the stack of openers it lies in: an opener pushes itself, a join pops the innermost. A join
therefore closes the innermost opener whose every way out that does not end leads to it; whatever reaches a step with
two different stacks has entered or left a scope elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.definition.graph import error_step
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import FlowDefinition
from flows.definition.places import finding_at, link_path

Stack = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """Which scope each step lives in and which join closes each opener. Meaningful only without ``findings``."""

    stacks: Mapping[str, Stack]
    joins: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    def join_of(self, opener: str) -> str | None:
        """The join that closes ``opener``; None when all its branches end by themselves."""
        return self.joins.get(opener)

    def opener_of(self, step: str) -> str | None:
        """The innermost opener ``step`` lives in; None at the top (and for unreachable steps). A join lives outside."""
        stack = self.stacks.get(step, ())
        return stack[-1] if stack else None

    def openers_of(self, step: str) -> Stack:
        """All openers round ``step``, outermost first."""
        return self.stacks.get(step, ())

    def depth_of(self, step: str) -> int:
        """How many scopes lie round ``step``."""
        return len(self.stacks.get(step, ()))

    def sees(self, reader: str, step: str) -> bool:
        """Whether ``reader`` can see the output of ``step``: it lives in the same scope or in one round it."""
        own = self.stacks.get(step, ())
        return self.stacks.get(reader, ())[: len(own)] == own


def compute_scopes(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Scopes:
    """The scopes of all reachable steps; steps of unknown kinds count as ordinary ones."""
    walk = _walked(definition, kinds)
    return Scopes(stacks=walk.stacks, joins=walk.joins, findings=tuple(walk.findings))


def link_fault(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], *, source: str, port: str, target: str
) -> str | None:
    """Why a link would break a scope, judged by the flow without it; None when it would not.

    A ``source`` that is no step is the trigger: its link names the start.
    """
    if source in definition.steps:
        step = definition.steps[source]
        links = {name: to for name, to in step.links.items() if name != port}
        bare = replace(definition, steps={**definition.steps, source: replace(step, links=links)})
        walk = _walked(bare, kinds)
        if source in walk.stacks and target in walk.arrivals:
            stack = walk.leaving(source, port)
            return None if walk.arrivals[target] == stack else walk.refusal(source, port, target, stack)
        after = replace(
            definition, steps={**definition.steps, source: replace(step, links={**step.links, port: target})}
        )
    else:
        after = replace(definition, start=target)
    known = {tuple(finding.details["path"]) for finding in _walked(definition, kinds).findings}
    fresh = (finding for finding in _walked(after, kinds).findings if finding.step and finding.field != "kind")
    return next((finding.message for finding in fresh if tuple(finding.details["path"]) not in known), None)


def _walked(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> _Walk:
    walk = _Walk(definition=definition, kinds=kinds)
    if definition.start in definition.steps:
        walk.run(definition.start)
    handler = error_step(definition)
    if handler is not None:
        walk.enter_for_errors(handler)
    return walk


@dataclass(kw_only=True)
class _Walk:
    definition: FlowDefinition
    kinds: Mapping[str, KindSpec]
    stacks: dict[str, Stack] = field(default_factory=dict)  # where a step lives
    arrivals: dict[str, Stack] = field(default_factory=dict)  # with which stack it was first reached
    joins: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def enter_for_errors(self, handler: str) -> None:
        """A failure leaves all scopes, so the step it goes to must stand outside of them."""
        if handler not in self.arrivals:
            self.run(handler)
        elif self.arrivals[handler]:
            opener = self.arrivals[handler][-1]
            message = (
                f"'{handler}' lies in the branches of '{opener}', but a failure leaves all branches. "
                "Name a step outside of them as 'on_error'."
            )
            self.findings.append(finding_at(("on_error",), message, code="definition.scope"))

    def run(self, start: str) -> None:
        """Walk from ``start``, which is reached with no scope open."""
        self._arrive(start, ())
        todo = deque([start])
        while todo:
            key = todo.popleft()
            for port, target in self.definition.steps[key].links.items():
                if target not in self.definition.steps:
                    continue
                stack = self.leaving(key, port)
                if target not in self.arrivals:
                    self._arrive(target, stack)
                    todo.append(target)
                elif self.arrivals[target] != stack:
                    self._refuse_link(key, port, stack)

    def _spec(self, key: str) -> KindSpec | None:
        return self.kinds.get(self.definition.steps[key].kind)

    def leaving(self, key: str, port: str) -> Stack:
        """With which openers a link leaves. An opener that fails or is through has nothing open: its ``error`` and its
        outer ports leave with the stack it lives in."""
        spec = self._spec(key)
        inner = spec and spec.opens_scope and port != "error" and port not in spec.outer_ports
        return (*self.stacks[key], key) if inner else self.stacks[key]

    def _arrive(self, key: str, stack: Stack) -> None:
        self.arrivals[key] = stack
        spec = self._spec(key)
        if spec is None or not spec.closes_scope:
            self.stacks[key] = stack
            return
        self.stacks[key] = stack[:-1]
        if not stack:
            self._fault(
                key,
                f"'{key}' joins nothing: no 'parallel' or 'for_each' step leads to it. Remove it or put one before it.",
            )
            return
        first = self.joins.setdefault(stack[-1], key)
        if first != key:
            self._fault(
                key,
                f"'{stack[-1]}' already has the join '{first}', so '{key}' cannot join it too. "
                "Lead all its branches to one join.",
            )

    def _fault(self, key: str, message: str) -> None:
        self.findings.append(finding_at(("steps", key, "kind"), message, code="definition.scope"))

    def _refuse_link(self, key: str, port: str, stack: Stack) -> None:
        message = self.refusal(key, port, self.definition.steps[key].links[port], stack)
        self.findings.append(finding_at(link_path(key, port), message, code="definition.scope"))

    def refusal(self, key: str, port: str, target: str, stack: Stack) -> str:
        """Why a link that leaves with ``stack`` cannot lead to ``target``, which is reached with another one."""
        there = self.arrivals[target]
        if there[: len(stack)] == stack:
            problem = f"goes into {self._inside(there[len(stack)])} from outside"
            remedy = f"Link to '{there[len(stack)]}' instead, so that {self._starts(there[len(stack)])}"
        elif stack[: len(there)] == there:
            problem = f"leaves {self._inside(stack[len(there)])} without its join"
            remedy = f"Lead it to the join of '{stack[len(there)]}' first, or let the branch end"
            if self._is_loop(stack[len(there)]):
                remedy += f". What comes after the last item follows the port 'next' of '{stack[len(there)]}'"
        else:
            problem = f"goes from {self._inside(stack[-1])} into {self._inside(there[-1])}"
            remedy = "Join the first before the second begins"
        return f"The link '{port}' from '{key}' to '{target}' {problem}. {remedy}."

    def _is_loop(self, opener: str) -> bool:
        spec = self._spec(opener)
        return bool(spec and spec.outer_ports)

    def _inside(self, opener: str) -> str:
        return f"the {'body' if self._is_loop(opener) else 'branches'} of '{opener}'"

    def _starts(self, opener: str) -> str:
        return "it runs for each item" if self._is_loop(opener) else "all its branches start"
