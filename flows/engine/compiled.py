"""A published version made ready to execute: kinds resolved, expressions compiled, links planned. Cached by version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.expressions import CompiledValue, compile_value
from flows.definition.flow_file import definition_from_data
from flows.definition.items import CompiledItems, compile_items
from flows.definition.kind import Kind, KindSpec, Setting
from flows.definition.model import FlowDefinition, Step
from flows.definition.own_forms import with_own_forms
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.sensitive import NOTHING_SENSITIVE, SensitivePaths, compile_sensitive
from flows.engine.planner import FlowPlan
from flows.registry import get_kind, kind_specs

CACHE_SIZE = 500


@dataclass(frozen=True, kw_only=True)
class CompiledCase:
    """One arm of a ``choose``: its condition and the port it leaves by."""

    when: CompiledValue
    port: str


@dataclass(frozen=True, kw_only=True)
class CompiledStep:
    """A step with its behaviour. ``literals`` go to the kind as written, ``cases`` one by one when asked."""

    step: Step
    kind: Kind
    spec: KindSpec
    values: Mapping[str, CompiledValue | CompiledItems]
    literals: Mapping[str, Any]
    cases: Mapping[str, tuple[CompiledCase, ...]]
    references: frozenset[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class CompiledFlow:
    """Everything a burst needs to know of a version."""

    version_id: int
    number: int
    definition: FlowDefinition
    plan: FlowPlan
    steps: Mapping[str, CompiledStep]
    sensitive: SensitivePaths = NOTHING_SENSITIVE


def compile_flow(
    definition: FlowDefinition,
    *,
    version_id: int,
    number: int,
    compile_one: Callable[[Step], CompiledStep] | None = None,
) -> CompiledFlow:
    """Compile a valid definition. Raises ExpressionError or KeyError where validation was not done first.

    ``compile_one`` compiles a step in place of ``compile_step``, for who can do with a faulty one.
    """
    definition = with_own_forms(definition)
    scopes = compute_scopes(definition, kind_specs())
    steps = {key: (compile_one or compile_step)(step) for key, step in definition.steps.items()}
    plan = FlowPlan(
        start=definition.start,
        links=_link(definition, scopes),
        joins=dict(scopes.joins),
        modes={key: step.settings.get("mode", "all") for key, step in definition.steps.items() if step.kind == "join"},
        on_error=definition.on_error if isinstance(definition.on_error, str) else None,
    )
    return CompiledFlow(
        version_id=version_id,
        number=number,
        definition=definition,
        plan=plan,
        steps=steps,
        sensitive=compile_sensitive(definition),
    )


def _link(definition: FlowDefinition, scopes: Scopes) -> dict[str, Mapping[str, str]]:
    """The links by step; a join goes on as its opener does where it has no ``next`` of its own."""
    links: dict[str, Mapping[str, str]] = {key: step.links for key, step in definition.steps.items()}
    for opener, join in scopes.joins.items():
        spec = get_kind(definition.steps[opener].kind).spec
        links[join] = {
            **{port: links[opener][port] for port in spec.outer_ports if port in links[opener]},
            **links[join],
        }
    return links


def compile_step(step: Step) -> CompiledStep:
    """Resolve the kind and compile the settings of one step. Raises as ``compile_flow``."""
    kind = get_kind(step.kind)
    shapes = {setting.name: setting for setting in kind.spec.settings}
    values: dict[str, CompiledValue | CompiledItems] = {}
    literals: dict[str, Any] = {}
    cases: dict[str, tuple[CompiledCase, ...]] = {}
    for name, raw in step.settings.items():
        shape = shapes.get(name, Setting(name=name))
        if shape.lazy:
            cases[name] = tuple(CompiledCase(when=compile_value(arm["when"]), port=arm["port"]) for arm in raw)
        elif shape.literal:
            literals[name] = raw
        elif shape.type == "items":
            values[name] = compile_items(raw)
        else:
            values[name] = compile_value(raw)
    compiled = [*values.values(), *(arm.when for arms in cases.values() for arm in arms)]
    references = frozenset().union(*(value.references for value in compiled)) if compiled else frozenset()
    return CompiledStep(
        step=step, kind=kind, spec=kind.spec, values=values, literals=literals, cases=cases, references=references
    )


class CompiledFlows:
    """Compiled versions by id, newest used kept. A published version never changes, so nothing here goes stale."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._flows: OrderedDict[int, CompiledFlow] = OrderedDict()

    def get(self, version_id: int) -> CompiledFlow:
        """The compiled version; one query on a miss."""
        with self._lock:
            found = self._flows.get(version_id)
            if found is not None:
                self._flows.move_to_end(version_id)
                return found
        compiled = _load(version_id)
        with self._lock:
            self._flows[version_id] = compiled
            while len(self._flows) > self._size:
                self._flows.popitem(last=False)
        return compiled

    def clear(self) -> None:
        """Forget all, for tests that roll versions back."""
        with self._lock:
            self._flows.clear()


def _load(version_id: int) -> CompiledFlow:
    from flows.models import FlowVersion  # lazy: the rest of this module is pure and tested without a database

    version = FlowVersion.with_tries.only("number", "document").get(pk=version_id)
    return compile_flow(definition_from_data(version.document), version_id=version_id, number=version.number)


COMPILED = CompiledFlows()
NO_FLOW = CompiledFlow(  # for runs that are only cancelled or let go: that needs no definition, and it may be at fault
    version_id=0,
    number=0,
    definition=FlowDefinition(key="", name="", team="", start="", steps={}),
    plan=FlowPlan(start="", links={}, joins={}, modes={}),
    steps={},
)
