"""Stored requests as one person may see them. Those for unknown addresses belong to no team: auditors and admins."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from flows.errors import NotFound
from flows.models import Run, StoredRequest
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where


def list_requests(person: Person, *, outcome: str = "", flow: str = "", q: str = "") -> QuerySet[StoredRequest]:
    """This will give the requests, newest first, without their bodies. Page with ``("-received_at", "-id")``.

    ``outcome`` is a word of ``StoredRequest.Outcome``; ``q`` is part of the path or of the reason, or a run's id, or
    the whole business key or case number of the run it started.
    """
    rows = requests_visible_to(person)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if flow:
        rows = rows.filter(trigger__flow__key=flow)
    if q.strip():
        rows = rows.filter(_matches(q.strip()))
    return _with_parts(rows).defer("body").order_by("-received_at", "-id")


def get_request_for(person: Person, request_id: uuid.UUID) -> StoredRequest:
    """This will give the stored request whole. Raises NotFound, for strangers too."""
    found = _with_parts(requests_visible_to(person)).filter(id=request_id).first()
    if found is None:
        raise NotFound("request")
    return found


def count_requests(person: Person, *, flow: str = "", q: str = "", cap: int = 1_000) -> dict[str, int]:
    """This will count what ``list_requests`` gives by outcome, each up to ``cap``. A query an outcome."""
    return {
        outcome: list_requests(person, outcome=outcome, flow=flow, q=q).order_by()[:cap].count()
        for outcome in StoredRequest.Outcome.values
    }


def list_same_reason(person: Person, found: StoredRequest, *, limit: int = 5) -> list[StoredRequest]:
    """This will give the newest other requests to the same address that were refused for the same reason."""
    rows = list_requests(person, outcome=found.outcome).filter(path=found.path, reason=found.reason)
    return list(rows.exclude(id=found.id)[:limit])


def get_request_of_run(run_id: uuid.UUID) -> StoredRequest | None:
    """This will give the request that started the run, without its body; None for a run that no request started.

    The caller has checked that the reader may see the run.
    """
    rows = StoredRequest.objects.filter(run_id=run_id, code="").exclude(outcome=StoredRequest.Outcome.DUPLICATE)
    return rows.defer("body").order_by("received_at", "id").first()


def requests_visible_to(person: Person) -> QuerySet[StoredRequest]:
    """This will give the requests that the person may see, in no order. One query."""
    return limit_to_teams(StoredRequest.objects.all(), team_ids_where(person, Action.REQUEST_READ))


def _matches(text: str) -> Q:
    runs = Run.objects.filter(Q(business_key=text[:300]) | Q(case_number=text[:40])).order_by().values("id")
    found = Q(path__icontains=text) | Q(reason__icontains=text) | Q(run_id__in=runs)
    try:
        return found | Q(run_id=uuid.UUID(text))
    except ValueError:
        return found


def _with_parts(rows: QuerySet[StoredRequest]) -> QuerySet[StoredRequest]:
    return rows.select_related("trigger__flow", "replayed_by")
