"""The kind ``subflow``: runs another flow of the same team as a run of its own, and goes on with what it gives back.

Errors: ``subflow.too_deep  subflow.invalid_input  subflow.failed  subflow.cancelled``, and those of ``find_flow``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.definition.kind import Advance, FlowFacts, KindSpec, Outcome, Setting, StartChild, StepCall, StepError
from flows.definition.model import JSON, Step
from flows.definition.phrases import picked_words
from flows.definition.sentences import Segments, choice, tell
from integrator.lib.schema import SchemaError, compile_schema

MAX_DEPTH = 10
LATEST = "latest"


def _describe(step: Step) -> str:
    version = step.settings.get("version", LATEST)
    which = f" in version {version}" if isinstance(version, int) else ""
    given = step.settings.get("input")
    handed = f", handing over {picked_words(given)}" if given is not None else ""
    return f"Run the flow {step.settings.get('flow') or 'not chosen yet'}{which} and wait for its end{handed}"


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "run the flow {flow}, version {version}, and wait for its end, handing over {input}",
        flow=choice("flow", settings, missing="not chosen yet"),
        version=choice("version", settings, missing=LATEST),
        input=choice("input", settings, words=picked_words(settings.get("input")), missing="nothing"),
    )


def _check(step: Step) -> list[tuple[str, str]]:
    version = step.settings.get("version", LATEST)
    is_number = isinstance(version, int) and not isinstance(version, bool) and version >= 1
    if version is None or version == LATEST or is_number:
        return []
    return [("'version' must be latest, or the number of a published version such as 3.", "/version")]


class Subflow:
    """``flow`` and ``version`` are fixed when the flow is published; which version ``latest`` is, when the step begins.

    The child sees ``input`` as ``trigger.body``; the output is what its ``stop`` gives as ``output``, null without one.
    """

    spec = KindSpec(
        key="subflow",
        label="Run another flow",
        group="logic",
        icon="sitemap",
        family="local",
        describe=_describe,
        summary="and wait for its end",
        sentence=_tell,
        settings=(
            Setting(
                name="flow",
                type="text",
                label="Flow",
                names="flow",
                help="The key of a published flow of the same team.",
                required=True,
                literal=True,
                sample="book-invoice",
            ),
            Setting(
                name="version",
                label="Version",
                names="flow_version",
                otherwise="latest",
                advanced=True,
                help="latest (without one, too), or the number of a version. It is fixed when the step begins.",
                literal=True,
                sample="latest",
            ),
            Setting(
                name="input",
                type="mapping",
                label="Input",
                help="What the other flow sees as trigger.body. It must meet the schema of that flow's trigger.",
                sample={"amount": "= trigger.body.amount"},
            ),
        ),
        check=_check,
        may_pass=True,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Find the version and check the input now; the other run starts when this one lands."""
        if call.run.depth >= MAX_DEPTH:
            raise StepError(
                "subflow.too_deep",
                f"This run is {MAX_DEPTH} flows deep already, and no more are started. See whether the flows start "
                "each other in a circle.",
            )
        if call.find_flow is None:
            raise StepError("subflow.unavailable", "Other flows cannot be started from here.")
        version = call.settings.get("version")
        flow = call.find_flow(str(call.settings.get("flow")), version if isinstance(version, int) else None)
        given = call.settings.get("input")
        _check_input(flow, given)
        return StartChild(flow=flow, input=given)

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """The other run ended: take its output, or fail with its error and its id."""
        if news.get("status") == "completed":
            return Advance(output=news.get("output"))
        error: JSON = news.get("error")
        details = {"run": news.get("run"), "flow": news.get("flow"), "error": error}
        if news.get("status") == "cancelled":
            message = f"The run of '{news.get('flow')}' was cancelled. Try again to start another, or skip the step."
            raise StepError("subflow.cancelled", message, details=details)
        said = error.get("message") if isinstance(error, dict) else None
        raise StepError(
            "subflow.failed",
            f"The run of '{news.get('flow')}' failed: {said or 'it gives no reason'}",
            retryable=True,
            details=details,
        )


def _check_input(flow: FlowFacts, given: JSON) -> None:
    if flow.schema is None:
        return
    try:
        faults = compile_schema(flow.schema).faults(given)
    except SchemaError as error:
        raise StepError("subflow.bad_schema", f"The schema of '{flow.key}' cannot be used: {error}") from error
    if faults:
        first = f"{faults[0].pointer or 'the input'} {faults[0].message}"
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise StepError(
            "subflow.invalid_input",
            f"The input does not fit the flow '{flow.key}': {first}{more}. Change 'input', or that flow's schema.",
            details={"errors": [{"pointer": fault.pointer, "message": fault.message} for fault in faults]},
        )


SUBFLOW = Subflow()
