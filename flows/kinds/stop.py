"""The kind ``stop``: ends the whole run, as completed or as failed."""

from __future__ import annotations

from flows.definition.kind import Finish, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step
from flows.definition.phrases import data_words, picked_words
from flows.definition.sentences import Segments, choice, given, options_of, tell
from flows.kinds.instant import Instant


def _describe(step: Step) -> str:
    failed = step.settings.get("failed") is True
    message = step.settings.get("message")
    said = f", saying “{data_words(message)}”" if message else ""
    return f"End the run as failed{said}" if failed else f"End the run{said}"


_ENDS = options_of(
    (None, "as completed", "The run counts as done"), (True, "as failed", "The run counts as failed; a case stays open")
)


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "end the run {failed}{message}{output}",
        failed=choice("failed", settings, missing="as completed", options=_ENDS),
        message=given(", saying “{it}”", "message", settings),
        output=given(", giving back {it}", "output", settings, picked_words(settings.get("output"))),
    )


class Stop(Instant):
    """``failed``, ``message`` and ``output`` (anything) become the run's result; other branches are cancelled."""

    spec = KindSpec(
        key="stop",
        label="Stop",
        group="logic",
        icon="player-stop",
        family="pure",
        describe=_describe,
        summary="end the whole run",
        sentence=_tell,
        settings=(
            Setting(
                name="failed", type="flag", label="As failed", otherwise=False, help="Count it as failed.", sample=True
            ),
            Setting(name="message", type="text", label="Message", help="Why it ends, for people.", sample="Not needed"),
            Setting(
                name="output",
                type="mapping",
                label="Output",
                help="What the run gives back.",
                sample={"status": "done"},
            ),
        ),
        ports=(),
    )

    def execute(self, call: StepCall) -> Outcome:
        """End the run. An evaluated ``failed`` must be true or false."""
        failed = call.settings.get("failed")
        if not isinstance(failed, bool | None):
            raise StepError("stop.bad_flag", "'failed' must be true or false.", details={"at": "/failed"})
        message = call.settings.get("message")
        return Finish(
            failed=bool(failed),
            message="" if message is None else str(message),
            output=call.settings.get("output"),
        )


STOP = Stop()
