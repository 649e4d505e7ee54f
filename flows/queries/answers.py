"""How runs stand whose callers wait: what was answered, or that nothing will be any more."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from flows.models import Run


@dataclass(frozen=True, kw_only=True)
class RunReply:
    """``status`` None: the run ended as ``run_status`` without an answer. ``body`` is JSON text."""

    run_status: str
    status: int | None = None
    body: str = ""


def list_replies(run_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RunReply]:
    """This will give what there is to say of these runs; those that go on without an answer are left out. One query."""
    rows = Run.objects.filter(Q(answer__isnull=False) | Q(status__in=Run.FINAL), id__in=run_ids)
    return {
        run_id: RunReply(run_status=run_status, status=status, body=body or "")
        for run_id, run_status, status, body in rows.order_by().values_list(
            "id", "status", "answer__status", "answer__body"
        )
    }
