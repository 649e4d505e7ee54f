"""My flows on the start page: each with its last run and the runs of the last hours as bars. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.models import Draft, Flow, Run
from flows.queries import list_flows
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

FLOWS_SHOWN = 8
RUNS_COUNTED = 2_000
HOURS = 12
BAR_HEIGHT = 20


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The runs of one hour, as an SVG rectangle; ``is_bad``: one of them needs a person."""

    x: int
    y: int
    height: int
    is_bad: bool


@dataclass(frozen=True, kw_only=True)
class FlowLine:
    """A flow of mine. ``bars`` is empty when there were too many runs to draw; ``has_draft``: mine is under way."""

    flow: Flow
    has_draft: bool
    run_count: int
    incident_count: int
    bars: tuple[Bar, ...]

    @property
    def live_words(self) -> str:
        """``Live v7``; empty before the first publish."""
        return f"Live v{self.flow.live_version.number}" if self.flow.live_version else ""


def list_flow_lines(person: Person, *, now: datetime) -> tuple[list[FlowLine], bool]:
    """This will give the first flows whose drafts the person may change, and whether there are more. Four queries."""
    scope = team_ids_where(person, Action.FLOW_DRAFT)
    rows = list(limit_to_teams(list_flows(person), scope)[: FLOWS_SHOWN + 1])
    shown = rows[:FLOWS_SHOWN]
    drafts = set(Draft.objects.filter(author=person, flow__in=shown).values_list("flow_id", flat=True))
    counts = _count_runs(shown, now=now)
    lines = [_line_of(flow, counts.get(flow.pk, []), has_draft=flow.pk in drafts) for flow in shown]
    return lines, len(rows) > FLOWS_SHOWN


def _count_runs(flows: Sequence[Flow], *, now: datetime) -> dict[int, list[tuple[int, bool]]]:
    """For each flow (hours ago, needs a person) of each run of the last hours; the newest ``RUNS_COUNTED`` at most."""
    rows = Run.objects.filter(flow__in=flows, started_at__gte=now - timedelta(hours=HOURS))
    newest = rows.order_by("-started_at", "-id").values_list("flow_id", "started_at", "open_incidents")
    found: dict[int, list[tuple[int, bool]]] = {}
    for flow_id, started_at, incidents in newest[:RUNS_COUNTED]:
        hours = min(HOURS - 1, max(0, int((now - started_at).total_seconds() // 3_600)))
        found.setdefault(flow_id, []).append((hours, incidents > 0))
    return found


def _line_of(flow: Flow, runs: Sequence[tuple[int, bool]], *, has_draft: bool) -> FlowLine:
    return FlowLine(
        flow=flow,
        has_draft=has_draft,
        run_count=len(runs),
        incident_count=sum(is_bad for _, is_bad in runs),
        bars=tuple(draw_bars(runs)),
    )


def draw_bars(runs: Sequence[tuple[int, bool]]) -> list[Bar]:
    """A bar an hour, the oldest at the left; the highest fills the height, an empty hour leaves a line."""
    by_hour = [[is_bad for hours, is_bad in runs if hours == HOURS - 1 - place] for place in range(HOURS)]
    highest = max((len(hour) for hour in by_hour), default=0)
    bars = []
    for place, hour in enumerate(by_hour):
        height = max(1, round(len(hour) / highest * (BAR_HEIGHT - 1))) if highest else 1
        bars.append(Bar(x=place * 8, y=BAR_HEIGHT - height, height=height, is_bad=any(hour)))
    return bars
