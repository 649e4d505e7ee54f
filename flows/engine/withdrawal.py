"""Withdrawing the human work of a wait that nobody needs any more."""

from __future__ import annotations

import uuid

from cases.operations import withdraw_by_origin_in
from flows.definition.kind import LocalWrite, WriteContext
from integrator.events.actors import Actor


def withdraw_tasks(wait_id: uuid.UUID, reason: str) -> LocalWrite:
    """A write that withdraws the open tasks asked for by this wait and tells their people why."""

    def write(context: WriteContext) -> None:
        withdraw_by_origin_in(origin=str(wait_id), reason=reason, actor=Actor("system", "engine"), now=context.now)

    return write
