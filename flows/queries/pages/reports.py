"""The figures of the report page: ages, cycle times, breaches, steps and teams, from the event log. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.reports.figures import AgeBand, Slice, Times, count_by_age, cut, spread, sum_up
from cases.reports.log import MOST, CaseSpan, Scope, WorkSpan, read_cases, read_work
from cases.sla.queries.report import ReportFilter, list_ended
from flows.definition.flow_file.shape import definition_from_data
from flows.definition.model import key_words
from flows.models import Flow, Wait
from flows.queries.pages.inbox import read_uuid
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can

OLDEST = 5
BY_HAND = "Asked by hand"


@dataclass(frozen=True, kw_only=True)
class CycleSlice:
    """The cases that were closed in a slice of the period."""

    slice: Slice
    times: Times


@dataclass(frozen=True, kw_only=True)
class BreachSlice:
    """The clocks that ended in a slice of the period."""

    slice: Slice
    met: int
    late: int

    @property
    def late_percent(self) -> int:
        """The share that was late, 0 without any."""
        return round(100 * self.late / (self.met + self.late)) if self.late else 0


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """A step that asks people, and how long it was waited for. ``flow_key`` and ``step`` are "" for what people ask.

    ``total`` is all the waiting in it by the end of the period; ``href`` is "" where the reader may not open the flow.
    """

    flow_key: str
    step: str
    flow: str
    label: str
    href: str
    times: Times
    waiting: int
    total: timedelta


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """What a team was asked. ``slug`` is "" for what was asked of people of several teams or of none."""

    slug: str
    name: str
    came: int
    answered: int
    open: int
    late: int
    times: Times


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it. ``open_cases`` are those open at the end of the period, oldest first. ``is_cut``: more than counts."""

    scope: Scope
    ages: Sequence[AgeBand]
    open_cases: Sequence[CaseSpan]
    cycle: Times
    cycles: Sequence[CycleSlice]
    breaches: Sequence[BreachSlice]
    steps: Sequence[StepLine]
    teams: Sequence[TeamLine]
    is_cut: bool

    @property
    def oldest(self) -> Sequence[CaseSpan]:
        """The first of the open cases."""
        return self.open_cases[:OLDEST]

    @property
    def ended(self) -> int:
        """How many clocks ended."""
        return sum(part.met + part.late for part in self.breaches)

    @property
    def late(self) -> int:
        """How many of them were late."""
        return sum(part.late for part in self.breaches)

    @property
    def late_percent(self) -> int:
        """The share that was late, 0 without any."""
        return round(100 * self.late / self.ended) if self.ended else 0


def make_report(person: Person, scope: Scope) -> Report:
    """This will count what the person may see of a period. Sixteen queries, however much there is."""
    cases, work = read_cases(person, scope), read_work(person, scope)
    open_cases = [case for case in cases if case.is_open]
    slices = cut(scope.since_at, scope.until_at)
    closed = [case for case in cases if case.ended_at is not None]
    return Report(
        scope=scope,
        ages=count_by_age([case.begun_at for case in open_cases], scope.until_at),
        open_cases=open_cases,
        cycle=sum_up(case.last_until(scope.until_at) for case in closed),
        cycles=[
            CycleSlice(slice=part, times=sum_up(case.last_until(scope.until_at) for case in ended))
            for part, ended in spread(closed, slices, lambda case: case.ended_at or scope.until_at)
        ],
        breaches=_count_breaches(person, scope, slices),
        steps=_rank_steps(person, work, scope.until_at),
        teams=_count_teams(work, scope),
        is_cut=max(len(cases), len(work)) >= MOST,
    )


def _count_breaches(person: Person, scope: Scope, slices: Sequence[Slice]) -> list[BreachSlice]:
    wanted = ReportFilter(since_at=scope.since_at, until_at=scope.until_at, case_type=scope.case_type, team=scope.team)
    ended = list(list_ended(person, wanted).values_list("ended_at", "state")[:MOST])
    return [
        BreachSlice(
            slice=part,
            met=sum(state == "met" for _, state in rows),
            late=sum(state != "met" for _, state in rows),
        )
        for part, rows in spread(ended, slices, lambda row: row[0] or scope.until_at)
    ]


def _rank_steps(person: Person, work: Sequence[WorkSpan], at: datetime) -> list[StepLine]:
    """Where most of the waiting was, first."""
    by_origin: dict[str, list[WorkSpan]] = {}
    for span in work:
        by_origin.setdefault(span.origin or span.task_id, []).append(span)
    places = _find_steps(by_origin)
    by_step: dict[tuple[str, str], list[tuple[timedelta, bool]]] = {}
    for origin, spans in by_origin.items():
        begun = min(span.begun_at for span in spans)
        is_open = any(span.is_open for span in spans)
        until = at if is_open else max(span.ended_at or at for span in spans)
        by_step.setdefault(places.get(origin, ("", "")), []).append((until - begun, is_open))
    flows = _read_flows({flow for flow, _ in by_step if flow})
    lines = [_make_line(person, place, waits, flows) for place, waits in by_step.items()]
    return sorted(lines, key=lambda line: (-line.total, line.flow, line.label))


def _make_line(
    person: Person,
    place: tuple[str, str],
    waits: Sequence[tuple[timedelta, bool]],
    flows: dict[str, tuple[Flow, dict[str, str]]],
) -> StepLine:
    flow_key, step = place
    flow, titles = flows.get(flow_key, (None, {}))
    may_open = flow is not None and can(person, Action.FLOW_READ, flow.team_id)
    return StepLine(
        flow_key=flow_key,
        step=step,
        flow=flow.name if flow is not None else "",
        label=titles.get(step) or (key_words(step) if step else BY_HAND),
        href=f"/flows/{flow_key}/" if may_open else "",
        times=sum_up(took for took, is_open in waits if not is_open),
        waiting=sum(is_open for _, is_open in waits),
        total=sum((took for took, _ in waits), timedelta()),
    )


def _find_steps(origins: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The flow and the step that asked, by the wait they asked from."""
    ids = [found for origin in origins if (found := read_uuid(origin)) is not None]
    found_steps: dict[str, tuple[str, str]] = {}
    for begin in range(0, len(ids), 500):
        rows = Wait.objects.filter(id__in=ids[begin : begin + 500]).values_list("id", "run__flow__key", "step_key")
        found_steps |= {str(wait_id): (flow_key, step) for wait_id, flow_key, step in rows}
    return found_steps


def _read_flows(keys: set[str]) -> dict[str, tuple[Flow, dict[str, str]]]:
    """Each flow with the titles of its steps as its live version has them."""
    found: dict[str, tuple[Flow, dict[str, str]]] = {}
    for flow in Flow.objects.filter(key__in=keys).select_related("live_version"):
        live = flow.live_version
        steps = definition_from_data(live.document).steps if live is not None else {}
        found[flow.key] = (flow, {key: step.title for key, step in steps.items()})
    return found


def _count_teams(work: Sequence[WorkSpan], scope: Scope) -> list[TeamLine]:
    """Those with most open work first."""
    names = dict(Team.objects.values_list("slug", "name"))
    by_team: dict[str, list[WorkSpan]] = {}
    for span in work:
        by_team.setdefault(span.team, []).append(span)
    lines = [
        TeamLine(
            slug=slug,
            name=names.get(slug, slug) or "People by name",
            came=sum(span.begun_at >= scope.since_at for span in spans),
            answered=sum(span.is_answered for span in spans),
            open=sum(span.is_open for span in spans),
            late=sum(span.is_open and span.was_late(scope.until_at) for span in spans),
            times=sum_up(span.last_until(scope.until_at) for span in spans if span.is_answered),
        )
        for slug, spans in by_team.items()
    ]
    return sorted(lines, key=lambda line: (-line.open, -line.came, line.name))
