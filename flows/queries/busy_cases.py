"""Which cases runs still work on, for those below who must leave them alone meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from flows.models import Run


def list_busy_cases(numbers: Sequence[str]) -> set[str]:
    """Those of the numbers that a run works on which has not ended. One query."""
    runs = Run.objects.filter(case_number__in=numbers, ended_at__isnull=True)
    return set(runs.order_by().values_list("case_number", flat=True))
