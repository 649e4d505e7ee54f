"""Toy kinds, as small as a kind can be: one that works, and one whose failures pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step


class Shout:
    """Says words loudly, several times."""

    spec = KindSpec(
        key="toy.shout",
        label="Shout",
        group="logic",
        icon="speakerphone",
        family="pure",
        describe=lambda step: f"Shouts {step.settings.get('times', 1)} times",
        settings=(
            Setting(name="words", type="text", required=True, help="What to shout."),
            Setting(name="times", type="number", literal=True),
        ),
    )

    def execute(self, call: StepCall) -> Outcome:
        """The words in capitals."""
        return Advance(output=" ".join([str(call.settings["words"]).upper()] * int(call.settings.get("times", 1))))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Never called: it does not wait."""
        raise StepError("toy.not_waiting", "A shout does not wait.")


class Stumble:
    """Fails by something that passes as often as its ``failures`` say, counted in the process."""

    spec = KindSpec(
        key="toy.stumble",
        label="Stumble",
        group="logic",
        icon="refresh",
        family="pure",
        describe=lambda step: "Stumbles",
        settings=(Setting(name="failures", type="number", required=True, literal=True),),
        may_pass=True,
    )
    seen = 0

    def execute(self, call: StepCall) -> Outcome:
        """Fail, or say after how many failures it went well."""
        if self.seen < int(call.settings["failures"]):
            self.seen += 1
            raise StepError("toy.stumbled", "It stumbled. Try again.", retryable=True)
        return Advance(output=self.seen)

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Never called: it does not wait."""
        raise StepError("toy.not_waiting", "A stumble does not wait.")


SHOUT = Shout()
STUMBLE = Stumble()
