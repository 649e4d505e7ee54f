"""The sample data of a flow under design as values: what stands for the trigger, and for each step's output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.definition.expressions import ExpressionError, compile_value
from flows.definition.model import JSON, FlowDefinition
from flows.definition.scopes import Scopes
from integrator.lib.clock import parse_instant

Source = Literal["request", "run", "pasted", "listen", "try", "schema", "kind"]
MADE_UP: frozenset[str] = frozenset({"schema", "kind"})
PREVIEW_ROOTS = ("trigger", "steps", "vars", "case", "item", "run")
SAMPLE_TIME = "2026-03-14T09:30:00Z"
SAMPLE_CASE: Mapping[str, JSON] = {
    "number": "C-2026-000123",
    "type": "example",
    "title": "An example case",
    "status": "open",
    "priority": "normal",
    "team": "example",
    "owner": None,
    "business_key": "A-1001",
    "milestones": [],
    "data": {},
    "opened_at": SAMPLE_TIME,
    "closed_at": None,
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One value, and where it is from. ``said`` is a phrase for people: "request CH-20417", "made from the schema".

    ``is_pinned``: its author chose it. ``is_made_up``: nobody ever sent it.
    """

    value: JSON
    source: Source
    said: str
    is_pinned: bool = False

    @property
    def is_made_up(self) -> bool:
        """Whether it comes from a schema or kind alone."""
        return self.source in MADE_UP


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The trigger's ``{body, headers, query, files}`` and the outputs by step key; sensitive values are covered.

    ``case`` is the case as the last step that touched it left it, None where the flow opens none.
    """

    trigger: Sample
    steps: Mapping[str, Sample] = field(default_factory=dict)
    case: Mapping[str, JSON] | None = None
    run: Mapping[str, JSON] = field(default_factory=dict)

    def make_roots(self, definition: FlowDefinition, step: str, scopes: Scopes) -> dict[str, JSON]:
        """What the expressions of a step may read, with these samples in place of a run's data.

        Outputs that the step cannot see are left out. ``item`` is the first item of the innermost loop round it.
        """
        outputs = {key: sample.value for key, sample in self.steps.items() if key != step and scopes.sees(step, key)}
        roots: dict[str, JSON] = {
            "trigger": self.trigger.value,
            "steps": outputs,
            "vars": dict(definition.vars),
            "run": dict(self.run),
        }
        if self.case is not None:
            roots["case"] = dict(self.case)
        self._add_items(roots, definition, scopes.openers_of(step))
        return roots

    def _add_items(self, roots: dict[str, JSON], definition: FlowDefinition, openers: tuple[str, ...]) -> None:
        """Outermost first, so that an inner loop over a part of an outer item finds that item."""
        for key in openers:
            settings = definition.steps[key].settings
            if "items" not in settings:
                continue
            found = first_item(settings["items"], roots)
            roots["item"] = found
            name = settings.get("as")
            if isinstance(name, str) and name:
                roots[name] = found


def first_item(items: JSON, roots: Mapping[str, JSON]) -> JSON:
    """The first item that a loop's setting gives with these roots; None where it gives none or fails."""
    try:
        found = compile_value(items).evaluate(roots, now=parse_instant(SAMPLE_TIME), want="list")
    except ExpressionError:
        return None
    return found[0] if isinstance(found, list) and found else None
