"""The kind ``respond``: answers the caller who waits at the flow's address. Its trigger says ``respond: true``."""

from __future__ import annotations

from flows.definition.kind import Answer, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import JSON, Step
from flows.definition.phrases import picked_words
from flows.definition.sampling.examples import give_answered
from flows.definition.sentences import Segments, choice, tell
from flows.kinds.instant import Instant

OK = 200
WITHOUT_BODY = frozenset({204, 205, 304})
_NUMBERS = "a whole number from 200 to 599"


def is_status(value: JSON) -> bool:
    """Whether this can be the status of an answer (RFC 9110 section 15; 1xx is no final answer)."""
    return isinstance(value, int) and not isinstance(value, bool) and OK <= value <= 599


def _describe(step: Step) -> str:
    status, given = step.settings.get("status"), step.settings.get("json")
    what = f" with {picked_words(given)}" if given is not None else ""
    return f"Answer the caller{what}{f', status {status}' if is_status(status) else ''}"


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "answer the caller with {json}, status {status}",
        json=choice("json", settings, words=picked_words(settings.get("json")), missing="nothing"),
        status=choice("status", settings, missing="200"),
    )


def _check(step: Step) -> list[tuple[str, str]]:
    status = step.settings.get("status")
    if isinstance(status, int) and not is_status(status):
        return [(f"'status' must be {_NUMBERS}, such as 200.", "/status")]
    if isinstance(status, int) and status in WITHOUT_BODY and step.settings.get("json") is not None:
        return [(f"An answer with status {status} has no content. Remove 'json', or choose another status.", "/json")]
    return []


class Respond(Instant):
    """``status`` (200 without one) and ``json``. The first answer of a run counts; a later one is only logged."""

    spec = KindSpec(
        key="respond",
        label="Answer the caller",
        group="logic",
        icon="message",
        family="local",
        describe=_describe,
        summary="while they wait",
        sentence=_tell,
        example=give_answered,
        settings=(
            Setting(
                name="status",
                type="number",
                label="Status",
                otherwise=OK,
                help=f"{_NUMBERS}; 200 without one.".capitalize(),
                sample=200,
            ),
            Setting(
                name="json", type="mapping", label="Answer", help="What the caller gets, as JSON.", sample={"ok": True}
            ),
        ),
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Hand the answer over. An evaluated ``status`` must be a final status of HTTP."""
        status = call.settings.get("status")
        status = OK if status is None else status
        if not is_status(status):
            raise StepError("respond.bad_status", f"'status' must be {_NUMBERS}.", details={"at": "/status"})
        body = call.settings.get("json")
        return Answer(status=status, body=body, output={"status": status, "json": body})


RESPOND = Respond()
