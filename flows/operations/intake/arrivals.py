"""A call on its way in: what was made of it before it is known whether it is a repeat, and what its caller is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flows.operations.intake.calls import InboundCall
from flows.operations.intake.listeners import Listener
from flows.operations.intake.reading import CallFacts

ACCEPTED = 202


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What the caller is told: ``{run, case, status_url}``, with ``duplicate`` on a repeat.

    ``may_wait``: the run is surely one that such a call started, so that its answer is for this caller.
    """

    answer: dict[str, Any]
    is_duplicate: bool = False
    may_wait: bool = True


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An authenticated call that fits, and the ids of what it will become unless it is a repeat.

    ``trigger`` is what the run gets to see; ``fields`` are those of the stored request that do not depend on what
    becomes of the call.
    """

    listener: Listener
    call: InboundCall
    facts: CallFacts
    trigger: Mapping[str, Any]
    fields: Mapping[str, Any]
    run_id: UUID
    status_token: str

    @property
    def key(self) -> tuple[int, str] | None:
        """What tells repeats; None when each call is a new one."""
        return (self.listener.trigger_id, self.facts.dedupe_key) if self.facts.dedupe_key is not None else None
