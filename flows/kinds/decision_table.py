"""The kind ``decision_table``: hands what it is given to a published decision table and puts out the row's results.

Errors: ``decision.no_row  decision.two_rows  decision.input_missing  decision.input_wrong``, those of ``find_table``.
"""

from __future__ import annotations

from flows.definition.decision_tables.checking import KEY
from flows.definition.decision_tables.deciding import DecisionError, decide
from flows.definition.expressions import is_expression
from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step
from flows.definition.phrases import picked_words
from flows.definition.sentences import Segments, choice, tell
from flows.definition.words import type_words
from flows.kinds.instant import Instant


def _describe(step: Step) -> str:
    given = step.settings.get("input")
    by = f" by {picked_words(given)}" if given is not None else ""
    return f"Look up the decision table {step.settings.get('table') or 'not chosen yet'}{by}"


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "look up the decision table {table} by {input}",
        table=choice("table", settings, missing="not chosen yet"),
        input=choice("input", settings, words=picked_words(settings.get("input")), missing="nothing yet"),
    )


def _check(step: Step) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    table, given = step.settings.get("table"), step.settings.get("input")
    if isinstance(table, str) and not is_expression(table) and not KEY.match(table):
        found.append(("'table' is the key of a decision table, such as triage-rules.", "/table"))
    if given is not None and not isinstance(given, dict) and not is_expression(given):
        found.append((f"'input' must be a mapping of the table's inputs, but is {type_words(given)}.", "/input"))
    return found


class DecisionTableKind(Instant):
    """The live version of ``table`` decides at the moment of the step; the visit keeps which one it was.

    The output is what the row gives: a mapping of the table's outputs, for a table that collects a list of them.
    """

    spec = KindSpec(
        key="decision_table",
        label="Decision table",
        group="logic",
        icon="table",
        family="pure",
        describe=_describe,
        summary="rules by the row",
        sentence=_tell,
        settings=(
            Setting(
                name="table",
                type="text",
                label="Decision table",
                names="table",
                help="The key of a published decision table of the same team.",
                required=True,
                literal=True,
                sample="triage",
            ),
            Setting(
                name="input",
                type="mapping",
                label="Input",
                help="A value for each input of the table, by its name. More than it needs does no harm.",
                required=True,
                sample={"amount": "= trigger.body.amount", "region": "= trigger.body.region"},
            ),
        ),
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Decide by the version that is live now."""
        if call.find_table is None:
            raise StepError("decision.unavailable", "Decision tables cannot be looked up from here.")
        live = call.find_table(str(call.settings.get("table")))
        try:
            decision = decide(live.compiled, call.settings.get("input"))
        except DecisionError as error:
            details = {**error.details, "version": live.version}
            raise StepError(error.code, error.message, details=details) from error
        return Advance(output=decision.result, facts={"version": live.version, "rows": list(decision.rows)})


DECISION_TABLE = DecisionTableKind()
