"""Files that go with data to a run: from another run, to a child, a repeat or a replay; from a call that joined it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.definition.kind import LocalWrite
from integrator.files.facts import find_file_ids
from integrator.files.operations import Subject, hang_found_in


def carry_files(ids: Sequence[uuid.UUID], *, from_run: uuid.UUID, to_run: uuid.UUID) -> LocalWrite:
    """The write that hangs those of ``ids`` that are the first run's on the second one too."""
    return lambda context: _carry(ids, from_run, to_run, context.now)


def carry_trigger_files_in(trigger: Any, *, from_run: uuid.UUID, to_run: uuid.UUID, now: datetime) -> None:
    """This will hang the files of what a trigger handed over on the new run as well. No query where there are none."""
    if ids := find_file_ids(trigger):
        _carry(ids, from_run, to_run, now)


def hand_over_files_in(ids: Sequence[uuid.UUID], *, from_run: uuid.UUID, to_request: uuid.UUID, now: datetime) -> None:
    """This will hang what was kept for a run that never comes on the call that brought it. No query without ids."""
    on = [Subject("request", str(to_request))]
    hang_found_in(ids, belonging_to=[Subject("run", str(from_run))], on=on, now=now)


def carry_request_files_in(data: Any, *, request_id: uuid.UUID, to_runs: Sequence[uuid.UUID], now: datetime) -> None:
    """This will hang the files of a call on the runs that hear of it too. No query where there are none in its data."""
    if ids := find_file_ids(data):
        on = [Subject("run", str(run_id)) for run_id in to_runs]
        hang_found_in(ids, belonging_to=[Subject("request", str(request_id))], on=on, now=now)


def _carry(ids: Sequence[uuid.UUID], from_run: uuid.UUID, to_run: uuid.UUID, now: datetime) -> None:
    hang_found_in(ids, belonging_to=[Subject("run", str(from_run))], on=[Subject("run", str(to_run))], now=now)
