"""What kinds that never wait share: they refuse news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.definition.kind import Outcome, StepError
from flows.definition.model import Step


class Instant:
    """A kind that is done as soon as it is executed."""

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Refuse: the step was not waiting. Raises ``StepError`` with code ``step.not_waiting``."""
        raise StepError("step.not_waiting", f"'{step.title}' was not waiting for anything.")
