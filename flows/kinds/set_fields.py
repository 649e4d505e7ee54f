"""The kind ``set``: works out some fields and keeps them as the step's output."""

from __future__ import annotations

from flows.definition.kind import Advance, KindSpec, Outcome, StepCall
from flows.definition.model import Step
from flows.definition.phrases import picked_words
from flows.definition.sampling.examples import give_settings
from flows.definition.sentences import ALL_SETTINGS, Segment, Segments, tell
from flows.kinds.instant import Instant


def _describe(step: Step) -> str:
    return f"Set {picked_words(step.settings)}" if step.settings else "Set nothing yet"


def _tell(step: Step) -> Segments:
    names = picked_words(step.settings) if step.settings else "nothing yet"
    return tell("set {it}", it=Segment(text=names, setting=ALL_SETTINGS, is_missing=not step.settings))


def _check(step: Step) -> list[tuple[str, str]]:
    return [] if step.settings else [("This step sets no field. Write the fields it shall set under 'with:'.", "")]


class SetFields(Instant):
    """``with:`` holds any fields; the output is these fields, evaluated."""

    spec = KindSpec(
        key="set",
        label="Set fields",
        group="logic",
        icon="pencil",
        family="pure",
        describe=_describe,
        summary="work out values",
        sentence=_tell,
        example=give_settings,
        open_settings=True,
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Leave by ``next`` with the fields."""
        return Advance(output=dict(call.settings))


SET = SetFields()
