"""Putting a run that began on an open case onto that case's timeline."""

from __future__ import annotations

import uuid

from cases.operations import link_correlation_in
from flows.definition.kind import LocalWrite, WriteContext


def link_case(number: str, run_id: uuid.UUID) -> LocalWrite:
    """A write that makes the timeline of the case tell of the run too."""

    def write(context: WriteContext) -> None:
        link_correlation_in(number, str(run_id))

    return write
