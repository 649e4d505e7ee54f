"""Makes up the data of a whole flow: the trigger's from its schema, each step's output from its kind. Pure.

Steps are gone through in reading order, so that a step's made output can use those before it. What cannot be worked out
is None: a sample must never fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.definition.expressions import ExpressionError, bound_together, compile_value
from flows.definition.graph import reading_order
from flows.definition.kind import ExampleCall, KindSpec
from flows.definition.model import JSON, FlowDefinition, Step, TriggerDefinition
from flows.definition.own_forms import with_own_forms
from flows.definition.sampling.samples import SAMPLE_CASE, SAMPLE_TIME, Sample, Samples
from flows.definition.sampling.schema import make_sample
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.start_forms import find_body_schema
from flows.definition.trigger import TriggerSpec
from integrator.lib.clock import parse_instant

CASE_KINDS = "case."
SECONDS = 3.0  # of computing, for the expressions of a whole flow


def sample_trigger(definition: FlowDefinition, triggers: Mapping[str, TriggerSpec]) -> Sample:
    """This will make ``{body, headers, query, files}`` as the flow's trigger may hand it over; without one, empty."""
    trigger = with_own_forms(definition).trigger
    made = _make_body(trigger, triggers) if trigger is not None else None
    has_schema = trigger is not None and find_body_schema(trigger.settings) is not None
    said = "made from the schema" if has_schema else "made up" if made is not None else "nothing yet"
    value = {"body": made if made is not None else {}, "headers": {}, "query": {}, "files": []}
    return Sample(value=value, source="schema", said=said)


def sample_visits(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], known: Samples, *, scopes: Scopes | None = None
) -> Samples:
    """This will complete ``known`` so that every reachable step has an output, and the flow's case where it opens one.

    Known outputs stay; made ones come after them in their reading, so an expression over a known one is worked out.
    """
    definition = with_own_forms(definition)
    scopes = scopes or compute_scopes(definition, kinds)
    with bound_together(SECONDS):
        made = _go_through(definition, kinds, known, scopes)
        loops = _list_loops(definition, kinds, known)
        if not loops:
            return made
        ended = {key: Sample(value=_end_loop(key, made, scopes), source="kind", said="made up") for key in loops}
        return _go_through(definition, kinds, replace(known, steps={**known.steps, **ended}), scopes)


def _go_through(definition: FlowDefinition, kinds: Mapping[str, KindSpec], known: Samples, scopes: Scopes) -> Samples:
    made, case = dict(known.steps), known.case
    for key in reading_order(definition):
        step, spec = definition.steps[key], kinds.get(definition.steps[key].kind)
        if spec is not None and key not in made:
            so_far = replace(known, steps=made, case=case)
            value = _make_output(definition, spec, step, so_far, scopes)
            made[key] = Sample(value=value, source="kind", said="made up")
        if step.kind.startswith(CASE_KINDS) and key in made and isinstance(made[key].value, Mapping):
            case = {**SAMPLE_CASE, **made[key].value}
    return replace(known, steps=made, case=case)


def _list_loops(definition: FlowDefinition, kinds: Mapping[str, KindSpec], known: Samples) -> list[str]:
    """The loops whose output is not known: it can be made only after their bodies."""
    specs = {key: kinds.get(step.kind) for key, step in definition.steps.items() if key not in known.steps}
    return [key for key, spec in specs.items() if spec is not None and spec.opens_scope and spec.outer_ports]


def _end_loop(key: str, made: Samples, scopes: Scopes) -> JSON:
    """What the last step of the body gave, as a list of one."""
    inside = [each for each in made.steps if scopes.opener_of(each) == key]
    return {"results": [made.steps[inside[-1]].value if inside else None], "errors": {}}


def _make_body(trigger: TriggerDefinition, triggers: Mapping[str, TriggerSpec]) -> JSON:
    schema = find_body_schema(trigger.settings)
    if isinstance(schema, Mapping):
        return make_sample(schema)
    spec = triggers.get(trigger.kind)
    return spec.example(trigger.settings) if spec is not None and spec.example is not None else None


def _make_output(definition: FlowDefinition, spec: KindSpec, step: Step, so_far: Samples, scopes: Scopes) -> JSON:
    if spec.closes_scope:
        return _join_outputs(step.key, so_far, scopes)
    if spec.example is None:
        return None
    roots = so_far.make_roots(definition, step.key, scopes)
    literal = {setting.name for setting in spec.settings if setting.literal}
    settings = {name: value if name in literal else work_out(value, roots) for name, value in step.settings.items()}
    return spec.example(ExampleCall(step=step, settings=settings, case=so_far.case))


def work_out(value: JSON, roots: Mapping[str, JSON]) -> JSON:
    """A settings value with these roots, member by member; what fails is None."""
    if isinstance(value, dict):
        return {name: work_out(below, roots) for name, below in value.items()}
    if isinstance(value, list):
        return [work_out(below, roots) for below in value]
    try:
        return compile_value(value).evaluate(roots, now=parse_instant(SAMPLE_TIME))
    except ExpressionError:
        return None


def _join_outputs(key: str, so_far: Samples, scopes: Scopes) -> dict[str, JSON]:
    """What a join gives: the outputs of all steps in the scope it closes, by their keys."""
    opener = next((each for each, join in scopes.joins.items() if join == key), None)
    inside = (each for each in so_far.steps if opener is not None and scopes.opener_of(each) == opener)
    return {each: so_far.steps[each].value for each in inside}
