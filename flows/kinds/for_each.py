"""The kind ``for_each``: does its body once for each item. Shape and settings; the engine moves the tokens."""

from __future__ import annotations

from flows.definition.expressions import ExpressionError
from flows.definition.items import ItemList, ItemRange, make_items
from flows.definition.kind import KindSpec, Loop, Outcome, Setting, StepCall, StepError
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words
from flows.definition.sentences import Segments, choice, given, options_of, tell
from flows.definition.validation.faults import key_fault
from flows.kinds.instant import Instant

MAX_PARALLEL = 50
ROOTS = ("trigger", "steps", "vars", "case", "run")
_PARALLEL = f"'parallel' says how many items are dealt with at once: a whole number from 1 to {MAX_PARALLEL}."


def is_parallel(value: JSON) -> bool:
    """Whether ``value`` can be the number of items at once."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_PARALLEL


def _describe(step: Step) -> str:
    many = step.settings.get("parallel", 1)
    pace = "one after the other" if many == 1 else f"up to {data_words(many)} at once"
    return f"For each of {data_words(step.settings.get('items'))}, {pace}"


_FAILS = options_of(
    ("stop", "the first that fails ends it"), ("collect", "the others go on when one fails", "Errors are kept by item")
)


def _tell(step: Step) -> Segments:
    settings = step.settings
    many = settings.get("parallel", 1)
    pace = "one after the other" if many == 1 else f"up to {data_words(many)} at once"
    return tell(
        "for each of {items}{name}, {pace}; {fails}",
        items=choice("items", settings, missing="nothing yet"),
        name=given(", called {it}", "as", settings),
        pace=choice("parallel", {"parallel": many}, words=pace),
        fails=choice("on_error", {"on_error": settings.get("on_error") or "stop"}, options=_FAILS),
    )


def _check(step: Step) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    if "each" not in step.links:
        faults.append(("This step does nothing for its items. Link its first step under 'on:' as 'each'.", ""))
    name = step.settings.get("as")
    if isinstance(name, str):
        message = key_fault(name, "an item")
        if name in ROOTS:
            message = f"'{name}' means something else in expressions. Choose another name for the item."
        if message:
            faults.append((message, "/as"))
    many = step.settings.get("parallel")
    if many is not None and not isinstance(many, str) and not is_parallel(many):
        faults.append((_PARALLEL, "/parallel"))
    return faults


class ForEach(Instant):
    """Goes through ``items``: ``each`` leads into the body, ``next`` goes on after the last one."""

    spec = KindSpec(
        key="for_each",
        label="For each",
        group="logic",
        icon="repeat",
        family="scope",
        describe=_describe,
        summary="once for every item",
        sentence=_tell,
        settings=(
            Setting(
                name="items",
                type="items",
                label="Items",
                help="A list; the body runs once for each item, which it calls item. A range such as [1..1000] may "
                "have ten million; a stored file may hold a JSON list, JSON lines or CSV.",
                required=True,
                sample="= trigger.body.lines",
            ),
            Setting(
                name="as",
                type="text",
                label="Name of an item",
                advanced=True,
                help="Another name for item, for bodies inside bodies.",
                literal=True,
                sample="line",
            ),
            Setting(
                name="parallel",
                type="number",
                label="At once",
                otherwise=1,
                advanced=True,
                help=f"How many items are dealt with at once, 1 to {MAX_PARALLEL}; 1 without it.",
                sample=5,
            ),
            Setting(
                name="on_error",
                type="choice",
                label="When one fails",
                help="Stop: the first item that fails ends it. Go on and collect: the others go on, and the output "
                "says by number what was wrong with each.",
                literal=True,
                choices=("stop", "collect"),
                labels={"stop": "Stop", "collect": "Go on and collect"},
                otherwise="stop",
                sample="collect",
            ),
        ),
        ports=("each", "next"),
        opens_scope=True,
        outer_ports=("next",),
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Open the loop. Raises StepError ``for_each.not_a_list`` and ``for_each.parallel``."""
        items, many = call.settings.get("items"), call.settings.get("parallel", 1)
        if not isinstance(items, (ItemList, ItemRange)):  # given by a person who mended the step
            try:
                items = make_items(items)
            except ExpressionError as error:
                raise StepError("for_each.not_a_list", f"{error.message}.") from error
        if not is_parallel(many):
            raise StepError("for_each.parallel", f"{_PARALLEL} Here it is {many}.")
        return Loop(
            items=items,
            name=str(call.settings.get("as") or ""),
            parallel=many,
            stops=call.settings.get("on_error") != "collect",
        )


FOR_EACH = ForEach()
