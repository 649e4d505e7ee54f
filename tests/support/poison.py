"""A kind for tests that kills its own process where the data says so: what a fault in native code would look like."""

from __future__ import annotations

import os
import signal

from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall
from flows.kinds.instant import Instant


class Poison(Instant):
    """``deadly: true`` kills the worker with SIGKILL in the middle of its burst; anything else does nothing."""

    spec = KindSpec(
        key="test.poison",
        label="Poison",
        group="logic",
        icon="skull",
        family="pure",
        describe=lambda _step: "Kill the worker, maybe",
        settings=(Setting(name="deadly", type="flag", label="Deadly"),),
    )

    def execute(self, call: StepCall) -> Outcome:
        if call.settings.get("deadly") is True:
            os.kill(os.getpid(), signal.SIGKILL)
        return Advance(output=None)


POISON = Poison()
