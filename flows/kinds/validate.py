"""The kind ``validate``: holds a value against a JSON Schema and leaves by ``next`` or ``invalid``."""

from __future__ import annotations

from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step
from flows.definition.phrases import data_words
from flows.definition.sampling.examples import give_value
from flows.definition.sentences import Segments, choice, tell
from flows.kinds.instant import Instant
from integrator.lib.schema import SchemaError, compile_schema


def _describe(step: Step) -> str:
    return f"Check that {data_words(step.settings.get('value'))} has the right shape"


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "check that {value} has {schema}",
        value=choice("value", settings, missing="nothing yet"),
        schema=choice("schema", settings, words="the right shape", missing="a shape not said yet"),
    )


class Validate(Instant):
    """``value`` against ``schema`` (2020-12): the output is the value, or ``{errors: [{pointer, message}]}``."""

    spec = KindSpec(
        key="validate",
        label="Validate",
        group="logic",
        icon="checks",
        family="pure",
        describe=_describe,
        summary="has it the right shape",
        sentence=_tell,
        example=give_value,
        settings=(
            Setting(name="value", label="Value", help="What is checked.", required=True, sample="= trigger.body"),
            Setting(
                name="schema",
                type="schema",
                label="Schema",
                help="A JSON Schema that the value must meet.",
                required=True,
                literal=True,
                sample={"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}},
            ),
        ),
        ports=("next", "invalid"),
    )

    def execute(self, call: StepCall) -> Outcome:
        """Leave by ``next`` with the value, or by ``invalid`` with every fault."""
        value = call.settings["value"]
        try:
            faults = compile_schema(call.settings["schema"]).faults(value)
        except SchemaError as error:
            raise StepError("validate.bad_schema", f"The schema cannot be used: {error}") from error
        if not faults:
            return Advance(output=value)
        errors = [{"pointer": fault.pointer, "message": fault.message} for fault in faults]
        return Advance(port="invalid", output={"errors": errors})


VALIDATE = Validate()
