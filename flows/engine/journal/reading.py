"""Reading what a claimed run needs: signals, trigger data, names. Shared by both journals."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from flows.engine.rows import ClaimedRun, SignalRow
from flows.models import Run, RunInput, Signal

MAX_SIGNALS = 1_000
HELD_KINDS = (Signal.Kind.RELEASE, Signal.Kind.CANCEL)  # what a held run reads; all else waits until it goes on


def read_claimed(runs: Sequence[Run], now: datetime) -> list[ClaimedRun]:
    """The claimed runs with their unread signals and inputs. Two queries; ``runs`` come with flow and team joined."""
    ids = [run.id for run in runs]
    signals = read_signals(ids)
    inputs = read_inputs(ids)
    return [
        ClaimedRun(
            id=run.id,
            flow_id=run.flow_id,
            flow_key=run.flow.key,
            flow_name=run.flow.name,
            version_id=run.version_id,
            team_id=run.team_id,
            team=run.team.slug,
            state=run.state,
            fence=run.fence,
            status=run.status,
            started_at=run.started_at,
            business_key=run.business_key,
            requested_by=run.requested_by,
            case_number=run.case_number,
            reserved_case_number=run.reserved_case_number,
            strikes=run.strikes,
            is_held=run.is_held,
            is_test=run.is_test,
            environment=run.environment,
            open_incidents=run.open_incidents,
            trigger=inputs.get(run.id, ""),
            signals=tuple(signals[run.id]),
            now=now,
            parent_id=run.parent_id,
            depth=run.depth,
        )
        for run in runs
    ]


def read_signals(run_ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[SignalRow]]:
    """Unread signals by run, oldest first, at most ``MAX_SIGNALS`` a run (the rest is read after the landing)."""
    found: defaultdict[uuid.UUID, list[SignalRow]] = defaultdict(list)
    rows = (
        Signal.objects.filter(run_id__in=run_ids, consumed_at__isnull=True)
        .order_by("id")
        .values_list("run_id", "id", "kind", "subject", "data")
    )
    for run_id, pk, kind, subject, data in rows.iterator(chunk_size=2_000):
        if len(found[run_id]) < MAX_SIGNALS:
            found[run_id].append(SignalRow(id=pk, kind=kind, subject=subject, data=data))
    return found


def read_inputs(run_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What the triggers of these runs handed over, as JSON text."""
    return dict(RunInput.objects.filter(run_id__in=run_ids).values_list("run_id", "trigger"))
