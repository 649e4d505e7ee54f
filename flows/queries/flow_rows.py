"""What the list of flows tells of each beside its row: failures, next time, tags, whose drafts. A query for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from flows.models import Draft, Flow, FlowTag, TriggerState
from flows.queries.flows import flows_visible_to
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

COUNTED_DAYS = 30
COUNTED_RUNS = 100  # of each flow the newest: the cost stays the same however busy it is
MAX_OPTIONS = 100
_SHIFT = 1_000
_FAILURES = """
SELECT f.id, (
  SELECT COUNT(*) * 1000 + COALESCE(SUM(CASE WHEN x.status = 'failed' OR x.open_incidents > 0 THEN 1 ELSE 0 END), 0)
  FROM (
    SELECT r.status, r.open_incidents FROM flows_run r
    WHERE r.flow_id = f.id AND r.started_at >= %s AND NOT r.is_test
    ORDER BY r.started_at DESC, r.id DESC LIMIT 100
  ) x
) FROM flows_flow f WHERE f.id IN ({ids})
"""


@dataclass(frozen=True, kw_only=True)
class FlowRow:
    """A flow of the list. ``run_count`` are the runs counted, the newest ``COUNTED_RUNS`` of 30 days at most.

    ``authors`` have a draft of it; empty for those who may not draft there.
    """

    flow: Flow
    run_count: int
    bad_count: int
    next_at: datetime | None
    tags: tuple[str, ...]
    authors: tuple[str, ...]

    @property
    def bad_percent(self) -> int:
        """How many of a hundred failed or need a person; 0 without runs, at least 1 when there was one."""
        return max(1, round(100 * self.bad_count / self.run_count)) if self.bad_count else 0


def make_flow_rows(person: Person, flows: Sequence[Flow], *, now: datetime) -> list[FlowRow]:
    """This will tell more of the flows of one page. Four queries, one more for the rights."""
    ids = [flow.pk for flow in flows]
    if not ids:
        return []
    bad, tags = _count_failures(ids, now - timedelta(days=COUNTED_DAYS)), _collect_tags(ids)
    times = TriggerState.objects.filter(trigger__flow__in=ids, next_at__isnull=False)
    next_at = dict(times.values_list("trigger__flow_id", "next_at"))
    authors = _collect_authors(person, ids)
    return [
        FlowRow(
            flow=flow,
            run_count=bad.get(flow.pk, (0, 0))[0],
            bad_count=bad.get(flow.pk, (0, 0))[1],
            next_at=next_at.get(flow.pk),
            tags=tuple(tags.get(flow.pk, ())),
            authors=tuple(authors.get(flow.pk, ())),
        )
        for flow in flows
    ]


def list_tags(person: Person) -> list[str]:
    """This will give the tags of the flows that the person may see, by name, at most a hundred."""
    visible = FlowTag.objects.filter(flow__in=flows_visible_to(person))
    return list(visible.order_by("name").values_list("name", flat=True).distinct()[:MAX_OPTIONS])


def list_flow_teams(person: Person) -> list[tuple[str, str]]:
    """This will give (short name, name) of the teams that have flows the person may see."""
    flows = flows_visible_to(person).order_by("team__name", "team__slug")
    return list(flows.values_list("team__slug", "team__name").distinct())


def _count_failures(ids: Sequence[int], since_at: datetime) -> dict[int, tuple[int, int]]:
    """(runs, bad ones) by flow. Raw: the newest rows of each of several flows are beyond the query builder."""
    statement = _FAILURES.format(ids=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(since_at), *ids])
        return {flow_id: divmod(int(both), _SHIFT) for flow_id, both in cursor.fetchall()}


def _collect_tags(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for flow_id, name in FlowTag.objects.filter(flow__in=ids).order_by("name").values_list("flow_id", "name"):
        found.setdefault(flow_id, []).append(name)
    return found


def _collect_authors(person: Person, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Draft.objects.filter(flow__in=ids, author__isnull=False).select_related("author").defer("document")
    drafts = limit_to_teams(rows, team_ids_where(person, Action.FLOW_DRAFT), field="flow__team_id")
    for draft in drafts.order_by("flow_id", "author__username", "id"):
        found.setdefault(draft.flow_id, []).append("you" if draft.author_id == person.pk else str(draft.author))
    return found
