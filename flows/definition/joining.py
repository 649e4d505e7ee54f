"""What a call does besides starting a run: it may be a message that a run waits for, or belong to an open case. Pure.

The shapes, checks and words of ``correlate`` and ``on_existing``; what is done about them is in operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.kind import Finding, Setting
from flows.definition.model import JSON
from flows.definition.phrases import data_words
from flows.definition.places import finding_at
from flows.definition.words import did_you_mean, type_words

ON_EXISTING = ("new", "ignore", "feed")
MESSAGE_FIELDS = ("message", "key")
NAME_MAX_CHARS = 200

JOINING_SETTINGS = (
    Setting(
        name="correlate",
        type="group",
        label="A message for a run that waits",
        advanced=True,
        fields=(
            Setting(name="message", type="text", label="Message", literal=True, required=True),
            Setting(name="key", label="Whose message it is", required=True),
        ),
        help="A run that waits for this message gets the body; only where none waits a run starts.",
        sample={"message": "payment-received", "key": "= body.order_id"},
    ),
    Setting(
        name="on_existing",
        label="When such a case is open already",
        advanced=True,
        labels={"new": "Start a run on it", "ignore": "Start nothing", "feed": "Hand it to that case"},
        type="choice",
        literal=True,
        choices=ON_EXISTING,
        help=(
            "What happens when the team has an open case with this business key. `new`: a run starts on that case. "
            "`ignore`: the call is kept, and nothing starts. `feed`: the body goes as a message to the runs of that "
            "case, under the name and key of `correlate`, else under the flow's key and the business key."
        ),
        sample="feed",
    ),
)


def check_joining(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    """Findings about ``correlate`` and ``on_existing`` that their types alone cannot give."""
    if settings.get("on_existing") is not None and settings.get("business_key") is None:
        yield finding_at(
            ("trigger", "on_existing"),
            "'on_existing' looks for an open case by its business key. Add 'business_key:', such as '= body.order_id'.",
        )
    correlate = settings.get("correlate")
    if correlate is not None:
        yield from _check_correlate(correlate)


def _check_correlate(correlate: JSON) -> Iterator[Finding]:
    path = ("trigger", "correlate")
    if not isinstance(correlate, dict):
        yield finding_at(path, f"'correlate' must have 'message' and 'key', but is {type_words(correlate)}.")
        return
    for name in correlate:
        if name not in MESSAGE_FIELDS:
            hint = did_you_mean(name, MESSAGE_FIELDS, what="Fields") or " Remove it."
            yield finding_at((*path, name), f"'{name}' is not a field of 'correlate'.{hint}")
    message, key = correlate.get("message"), correlate.get("key")
    if not isinstance(message, str) or not 0 < len(message.strip()) <= NAME_MAX_CHARS or is_expression(message):
        yield finding_at(
            (*path, "message") if "message" in correlate else path,
            f"'message' must be the fixed name of a message, 1 to {NAME_MAX_CHARS} characters, as in 'wait_for'.",
        )
    if not is_expression(key):
        yield finding_at(
            (*path, "key") if "key" in correlate else path,
            "'key' must be an expression that picks from the body whose message it is, such as '= body.order_id'.",
        )


def say_joining(settings: Mapping[str, JSON]) -> str:
    """Sentences that follow what starts a run, each after a full stop; empty where every call starts one."""
    text = ""
    correlate = settings.get("correlate")
    if isinstance(correlate, dict):
        name, key = data_words(correlate.get("message")), data_words(correlate.get("key"))
        text += f". Where a run waits for the message “{name}” for that {key}, it goes there instead"
    business_key = data_words(settings.get("business_key"))
    match settings.get("on_existing"):
        case "ignore":
            text += f". While a case with that {business_key} is open, nothing starts"
        case "feed":
            text += f". While a case with that {business_key} is open, it goes to that case instead"
        case "new":
            text += f". While a case with that {business_key} is open, the run joins it"
    return text
