"""What the audit page searches by beside the log's own columns: flow, outcome, amount. Rights come with the rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import Q, QuerySet

from cases.models import DecidedEvent
from flows.models import Run
from integrator.events.models import Event
from integrator.events.periods import find_id_range
from integrator.events.queries import EventFilter
from integrator.people.rights import ALL, TeamScope, limit_to_teams

RUNS_SEARCHED = 2_000


@dataclass(frozen=True, kw_only=True)
class AuditFilter(EventFilter):
    """``flow_id`` finds what happened to a flow and in its newest 2,000 runs of the period; ``outcome``,
    ``amount_from`` and ``amount_to`` (inclusive) find decisions.
    """

    flow: str = ""
    flow_id: int | None = None
    outcome: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None

    def apply(self, rows: QuerySet[Event], *, teams: TeamScope = ALL) -> QuerySet[Event]:
        """``rows`` narrowed to what matches; an unknown flow matches nothing."""
        found = super().apply(rows, teams=teams)
        if self.flow:
            found = found.filter(self._of_flow()) if self.flow_id is not None else found.none()
        return found.filter(id__in=self._decided(teams)) if self._is_by_decision() else found

    def describe(self) -> dict[str, str]:
        """The members that are set, as text; the flow by its key."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "flow_id"}
        return {name: str(value) for name, value in values.items() if value not in ("", None)}

    def _is_by_decision(self) -> bool:
        return bool(self.outcome) or self.amount_from is not None or self.amount_to is not None

    def _decided(self, teams: TeamScope) -> QuerySet[DecidedEvent, int]:
        first, before = find_id_range(self.since_at, self.until_at)
        rows = limit_to_teams(DecidedEvent.objects.order_by("-event_id"), teams)
        if first is not None:
            rows = rows.filter(event_id__gte=first)
        if before is not None:
            rows = rows.filter(event_id__lt=before)
        if self.outcome:
            rows = rows.filter(outcome=self.outcome)
        if self.amount_from is not None:
            rows = rows.filter(amount__gte=self.amount_from)
        if self.amount_to is not None:
            rows = rows.filter(amount__lte=self.amount_to)
        return rows.values_list("event_id", flat=True)

    def _of_flow(self) -> Q:
        runs = Run.objects.filter(flow_id=self.flow_id or 0)
        if self.until_at is not None:
            runs = runs.filter(started_at__lt=self.until_at)
        ids = runs.order_by("-started_at", "-id").values_list("id", flat=True)[:RUNS_SEARCHED]
        own = Q(subject_type="flow", subject_id=str(self.flow_id))
        return own | Q(correlation__in=[str(run_id) for run_id in ids])
