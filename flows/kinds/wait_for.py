"""The kind ``wait_for``: parks the run until a message with this name and key comes. It looks for none itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flows.definition.due import due_after
from flows.definition.expressions import is_expression
from flows.definition.kind import Advance, KindSpec, Outcome, Park, Setting, StepCall, StepError, WaitSpec
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, duration_text
from flows.definition.sampling.examples import give_message
from flows.definition.sentences import Segment, Segments, choice, tell
from flows.definition.words import type_words
from integrator.lib.clock import ClockError
from integrator.lib.ids import new_uuid

NAME_MAX_CHARS = 200
KEY_MAX_CHARS = 300


def message_words(name: str, key: str) -> str:
    """``“payment” for 4711``: how people read which message is meant."""
    return f"“{name}” for {key}"


def _describe(step: Step) -> str:
    name, key = data_words(step.settings.get("message")), data_words(step.settings.get("key"))
    text = f"Wait for the message {message_words(name, key)}"
    timeout = step.settings.get("timeout")
    return text if timeout in (None, "") else f"{text}, at most {duration_text(timeout)}"


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "wait for the message {message} for {key}{timeout}",
        message=choice("message", settings, missing="not named yet"),
        key=choice("key", settings, missing="no key yet"),
        timeout=tell(", {it}", it=_tell_timeout(settings)),
    )


def _tell_timeout(settings: Mapping[str, JSON]) -> Segment:
    words = f"at most {duration_text(settings.get('timeout'))}"
    return choice("timeout", settings, words=words, missing="for as long as it takes")


def _check(step: Step) -> list[tuple[str, str]]:
    faults = []
    for name, limit in (("message", NAME_MAX_CHARS), ("key", KEY_MAX_CHARS)):
        value = step.settings.get(name)
        if isinstance(value, str) and not is_expression(value) and not 0 < len(value.strip()) <= limit:
            faults.append(
                (f"'{name}' must have 1 to {limit} characters. Write a shorter text, and no empty one.", f"/{name}")
            )
    if "timeout" in step.links and step.settings.get("timeout") is None:
        faults.append(("The exit 'timeout' is linked, but nothing says how long to wait. Add 'timeout: P2D'.", ""))
    return faults


class WaitFor:
    """``message`` and ``key`` name what is awaited; it may have come before. With ``timeout`` it leaves late ones."""

    spec = KindSpec(
        key="wait_for",
        label="Wait for a message",
        group="logic",
        icon="mail",
        family="pure",
        describe=_describe,
        summary="until somebody sends it",
        sentence=_tell,
        example=give_message,
        ports=("next", "timeout"),
        settings=(
            Setting(
                name="message",
                type="text",
                label="Message",
                help="The name that the sender gives the message, at most 200 characters.",
                required=True,
                sample="payment-received",
            ),
            Setting(
                name="key",
                label="Key",
                help="A text or number that says whose message it is, such as an order number; at most 300 characters.",
                required=True,
                sample="= trigger.body.order_id",
            ),
            Setting(
                name="timeout",
                type="duration",
                label="Wait at most",
                help="Elapsed time, such as P2D; then it leaves by `timeout`. Without it the step waits for ever.",
                sample="P2D",
            ),
        ),
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Park until the message comes, or the time is over. A message that came before is taken when this lands."""
        name = _read_text(call.settings.get("message"), "message", NAME_MAX_CHARS)
        key = _read_text(call.settings.get("key"), "key", KEY_MAX_CHARS)
        due = _due_at(call.settings.get("timeout"), call)
        subject = message_words(name, key)
        return Park(wait=WaitSpec(kind="message", wait_id=new_uuid(), subject=subject, due_at=due, message=(name, key)))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """The message came (``next``, with it as output), or the time was over (``timeout``)."""
        message = news.get("message")
        if message is None:
            return Advance(port="timeout")
        return Advance(output={name: value for name, value in message.items() if name != "ref"})


def _read_text(value: JSON, name: str, limit: int) -> str:
    text = json.dumps(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise StepError(
            f"message.bad_{name}",
            f"'{name}' must be a text or a number, but is {type_words(value)}. Pick the field that holds it.",
            details={"at": f"/{name}"},
        )
    if not 0 < len(text.strip()) <= len(text) <= limit:
        raise StepError(
            f"message.bad_{name}",
            f"'{name}' must have 1 to {limit} characters, but has {len(text.strip())}. Pick another field.",
            details={"at": f"/{name}"},
        )
    return text


def _due_at(value: JSON, call: StepCall) -> datetime | None:
    if value is None:
        return None
    try:
        return due_after(value, call.now, call.calendar_of)
    except (ClockError, OverflowError) as error:
        raise StepError("wait.bad_time", f"'timeout' cannot be used: {error}", details={"at": "/timeout"}) from error


WAIT_FOR = WaitFor()
