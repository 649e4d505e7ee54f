"""What every view of the designer's data works on: one's own draft with its samples, and what a step of it may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from flows.definition.completion import Readable, Surroundings, Wanted, list_items, list_readable
from flows.definition.flow_file import definition_from_data
from flows.definition.kind import Setting
from flows.definition.model import JSON, FlowDefinition
from flows.definition.own_forms import with_own_forms
from flows.definition.sampling import Sample, Samples
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.start_forms import find_body_schema
from flows.definition.trigger import CALL_ROOTS
from flows.definition.validation.expressions import STEP_ROOTS
from flows.models import Flow
from flows.queries.drafts import get_designed_flow, get_own_draft
from flows.queries.samples import get_samples
from flows.registry import kind_specs, trigger_specs
from integrator.people.access import get_reader
from integrator.people.models import Person

TRIGGER, FLOW = "trigger", "flow"
CASE_KINDS = "case."
_WANTED: Mapping[str, Wanted] = {
    "text": "text",
    "url": "text",
    "duration": "text",
    "instant": "text",
    "number": "number",
    "flag": "flag",
    "items": "list",
}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One person's draft of a flow, and the samples they design it with."""

    flow: Flow
    person: Person
    definition: FlowDefinition
    samples: Samples
    revision: int

    @cached_property
    def scopes(self) -> Scopes:
        """Where each step lives."""
        return compute_scopes(self.definition, kind_specs())

    def readable(self, step: str) -> list[Readable]:
        """The steps whose output this step may read."""
        return list_readable(self.definition, kind_specs(), step, scopes=self.scopes)

    def items(self, step: str) -> list[tuple[str, str]]:
        """What items of loops round the step are called, with the loop."""
        return list_items(self.definition, self.scopes, step) if step in self.definition.steps else []

    def roots(self, step: str, setting: str = "") -> dict[str, JSON]:
        """The sample data that an expression there reads."""
        if step not in self.definition.steps:
            names = self._intake_roots(step, setting)
            return {name: self._intake_value(name) for name in names}
        readable = {each.key for each in self.readable(step)}
        roots = self.samples.make_roots(self.definition, step, self.scopes)
        roots["steps"] = {key: value for key, value in roots["steps"].items() if key in readable}
        if not any(self.definition.steps[key].kind.startswith(CASE_KINDS) for key in readable):
            roots.pop("case", None)
        return roots

    def surroundings(self, step: str, setting: str = "") -> Surroundings:
        """What an expression there may use."""
        roots = self.roots(step, setting)
        if step not in self.definition.steps:
            is_open = self.samples.trigger.is_made_up and not self._is_body_known
            guessed = [(name,) for name in roots if is_open or (self.samples.trigger.is_made_up and not roots[name])]
            return Surroundings(roots=roots, known_roots=tuple(roots), guessed=guessed)
        names = tuple(name for name, _ in self.items(step))
        known = tuple(name for name in STEP_ROOTS if name != "item")
        return Surroundings(
            roots=roots,
            known_roots=(*known, *names),
            steps=tuple(self.definition.steps),
            readable=tuple(roots["steps"]),
            titles={key: each.title for key, each in self.definition.steps.items()},
            guessed=list(self._guessed(roots, names)),
        )

    def wanted(self, step: str, setting: str) -> Wanted:
        """What a setting (``with.title``) needs; anything below a setting may be anything."""
        names = setting.split(".")
        names = names[1:] if names[0] == "with" else names
        if len(names) != 1:
            return "any"
        found = next((each for each in self._settings(step) if each.name == names[0]), None)
        return _WANTED.get(found.type, "any") if found is not None else "any"

    def title(self, step: str) -> str:
        """What people call a step, the trigger or the flow."""
        if step == TRIGGER:
            trigger = self.definition.trigger
            spec = trigger_specs().get(trigger.kind) if trigger else None
            return spec.label if spec else "What starts it"
        return self.definition.steps[step].title if step in self.definition.steps else self.definition.name

    def icon(self, step: str) -> str:
        """The icon of a step or of the trigger."""
        if step == TRIGGER:
            trigger = self.definition.trigger
            spec = trigger_specs().get(trigger.kind) if trigger else None
            return spec.icon if spec else "bolt"
        kind = kind_specs().get(self.definition.steps[step].kind)
        return kind.icon if kind else "square"

    def sample_of(self, step: str) -> Sample | None:
        """The sample of a step's output or of the trigger."""
        return self.samples.trigger if step == TRIGGER else self.samples.steps.get(step)

    @property
    def _is_body_known(self) -> bool:
        """Whether nothing can come that the made-up body lacks: a form's fields, a schema that allows no others."""
        trigger = self.definition.trigger
        if trigger is None:
            return False
        schema = find_body_schema(trigger.settings)
        is_closed = isinstance(schema, Mapping) and schema.get("additionalProperties") is False
        return is_closed or (schema is not None and "form" in trigger.settings)

    def _settings(self, step: str) -> tuple[Setting, ...]:
        if step == TRIGGER:
            trigger = self.definition.trigger
            spec = trigger_specs().get(trigger.kind) if trigger else None
            return spec.settings if spec else ()
        found = self.definition.steps.get(step)
        kind = kind_specs().get(found.kind) if found else None
        return kind.settings if kind else ()

    def _intake_roots(self, step: str, setting: str) -> tuple[str, ...]:
        trigger = self.definition.trigger
        spec = trigger_specs().get(trigger.kind) if trigger else None
        if spec is None:
            return CALL_ROOTS
        return spec.roots_for(setting.removeprefix("with.").split(".")[0]) if step == TRIGGER else spec.roots

    def _intake_value(self, name: str) -> JSON:
        value = self.samples.trigger.value
        return value.get("body" if name == "event" else name) if isinstance(value, Mapping) else None

    def _guessed(self, roots: Mapping[str, JSON], items: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Where the samples are made up and may lack what comes: all that a schema does not name, and what is empty."""
        if self.samples.trigger.is_made_up:
            yield from find_empty(roots["trigger"], ("trigger",))
            if not self._is_body_known:
                yield ("trigger", "body")
            yield from (("trigger", "headers"), ("trigger", "query"))
        for key, value in roots["steps"].items():
            if self.samples.steps[key].is_made_up:
                yield from find_empty(value, ("steps", key))
        for name in ("case", *items):
            yield from find_empty(roots.get(name), (name,))


def open_bench(request: HttpRequest, key: str) -> Bench:
    """This will read the reader's own draft and its samples. Raises NotFound, Forbidden."""
    person = get_reader(request)
    flow = get_designed_flow(person, key)
    draft = get_own_draft(flow, person)
    definition = with_own_forms(definition_from_data(draft.document))
    samples = get_samples(flow, person, definition)
    return Bench(flow=flow, person=person, definition=definition, samples=samples, revision=draft.revision)


def find_empty(value: JSON, path: tuple[str, ...], depth: int = 6) -> Iterator[tuple[str, ...]]:
    """The paths at which a value holds nothing: None, an empty list or mapping."""
    if isinstance(value, list) and value:
        value = value[0]
    if value is None or value in ({}, []):
        yield path
    elif isinstance(value, Mapping) and depth > 0:
        for name, below in value.items():
            yield from find_empty(below, (*path, str(name)), depth - 1)
