"""Events, seals and samples as the API gives them. Reads names of teams, decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.models import AuditSample
from cases.queries.packs import PacksState
from cases.sampling import METHOD
from integrator.events.models import Seal
from integrator.events.queries import EventRow
from integrator.events.statements import hash_seal
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Team


def tell_events(rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """The rows, their teams by short name. One query, none without teams."""
    ids = {row.team_id for row in rows if row.team_id is not None}
    slugs = dict(Team.objects.filter(pk__in=ids).values_list("pk", "slug")) if ids else {}
    return [_tell_event(row, slugs.get(row.team_id or 0)) for row in rows]


def tell_event(row: EventRow, seal: Seal | None) -> dict[str, Any]:
    """One event with all that it holds."""
    changes = {field: list(pair) for field, pair in row.changes.items()}
    return {**tell_events([row])[0], "data": row.data, "changes": changes, "seal": tell_seal(seal)}


def tell_seal(seal: Seal | None) -> dict[str, Any] | None:
    """A seal; None while there is none."""
    if seal is None:
        return None
    return {"number": seal.number, "sealed_at": to_rfc3339(seal.sealed_at), "digest": hash_seal(seal)}


def tell_sample(sample: AuditSample) -> dict[str, Any]:
    """A sample without the words of its events."""
    return {
        "id": str(sample.pk),
        "seed": sample.seed,
        "method": METHOD,
        "size": sample.size,
        "population": sample.population,
        "head": sample.head_id,
        "search": sample.search,
        "events": sample.event_ids,
        "drawn_at": to_rfc3339(sample.drawn_at),
    }


def tell_packs(state: PacksState) -> dict[str, Any]:
    """How far the packs of a sample are."""
    return {
        "state": state.state,
        "done": state.done,
        "total": state.total,
        "failed": [{"event": event_id, "reason": reason} for event_id, reason in state.failed],
        "kept_until": to_rfc3339(state.kept_until) if state.kept_until else None,
    }


def _tell_event(row: EventRow, team: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": to_rfc3339(row.at),
        "name": row.name,
        "label": row.label,
        "summary": row.summary,
        "actor": row.actor_id,
        "actor_name": row.actor,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "correlation": row.correlation,
        "team": team,
    }
