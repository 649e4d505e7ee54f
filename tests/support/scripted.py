"""A kind and a connector for tests whose answers are scripted: what the target did, call by call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.definition.effect import EffectAnswer, EffectCall
from flows.definition.kind import Advance, EffectRequest, KindSpec, Outcome, Send, Setting, StepCall, StepError
from flows.definition.model import Step

Answer = EffectAnswer | Callable[[EffectCall], EffectAnswer]

FAILED_503 = EffectAnswer(error=StepError("http.status", "hub.example answered 503.", retryable=True))
FAILED_400 = EffectAnswer(error=StepError("http.status", "hub.example answered 400."))
CUT_OFF = EffectAnswer(error=StepError("outbound.timeout", "No answer in 30 s.", retryable=True), is_unknown=True)


@dataclass
class ScriptedConnector:
    """Gives its answers in turn, the last one for ever, and keeps the calls."""

    answers: list[Answer] = field(default_factory=list)
    calls: list[EffectCall] = field(default_factory=list)

    def send(self, call: EffectCall) -> EffectAnswer:
        """One scripted answer."""
        self.calls.append(call)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        return answer(call) if callable(answer) else answer


class ScriptedKind:
    """An outside step: ``repeat`` as set, everything else scripted."""

    spec = KindSpec(
        key="test.send",
        label="Send",
        group="systems",
        icon="send",
        family="outside",
        describe=lambda step: "Sends",
        settings=(Setting(name="repeat"), Setting(name="value"), Setting(name="host")),
    )

    def execute(self, call: StepCall) -> Outcome:
        """Plan the scripted effect."""
        return Send(
            effect=EffectRequest(
                connector="scripted",
                request={"value": call.settings.get("value")},
                repeat=call.settings.get("repeat", "ask"),
                timeout_s=30.0,
                host=call.settings.get("host", "hub.example"),
            )
        )

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """The answer is the output."""
        return Advance(output=news["output"])


SEND = ScriptedKind()
CONNECTOR = ScriptedConnector()
