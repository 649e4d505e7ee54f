"""What both journals write for other runs than the one that lands: children, news for parent and child, answers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flows.engine.rows import ChildRow, Landing
from flows.models import Run, RunAnswer, RunInput, Signal


def write_children(held: Sequence[Landing]) -> None:
    """Start the children, and send the news of ended children and the orders to cancelled ones."""
    children = [row for landing in held for row in landing.children.values()]
    signals = [
        Signal(run_id=row.run_id, kind=row.kind, subject=row.subject, data=row.data, created_at=landing.now)
        for landing in held
        for row in landing.news
    ]
    if children:
        Run.objects.bulk_create(_make_run(row) for row in children)
        RunInput.objects.bulk_create(RunInput(run_id=row.id, trigger=row.trigger) for row in children)
        signals += [Signal(run_id=row.id, kind=Signal.Kind.START, created_at=row.started_at) for row in children]
    if signals:
        Signal.objects.bulk_create(signals)


def _make_run(row: ChildRow) -> Run:
    columns = {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "trigger"}
    return Run(**columns, status_token=secrets.token_hex(16))


def write_answers(held: Sequence[Landing]) -> None:
    """Keep what callers who wait are to be told. The state of a run lets only its first answer come this far."""
    RunAnswer.objects.bulk_create(
        RunAnswer(run_id=landing.run_id, status=answer.status, body=answer.body, answered_at=landing.now)
        for landing in held
        if (answer := landing.answer) is not None
    )
