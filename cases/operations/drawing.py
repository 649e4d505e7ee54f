"""Draws samples of the event log and keeps how they were drawn."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from cases.errors import CaseInvalid
from cases.models import AuditSample
from cases.sampling import draw
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.lib.ids import new_uuid
from integrator.people.models import Person

MAX_SIZE = 500
MAX_SEED = 100


def draw_sample(
    *, rows: QuerySet[Event], search: Mapping[str, str], size: int, seed: str, person: Person, now: datetime
) -> AuditSample:
    """This will draw ``size`` of the events that the caller narrowed to, and keep seed, search and the log's head.

    An empty seed is made up and written down. Raises CaseInvalid for a size that is none, or an empty population.
    """
    if not 1 <= size <= MAX_SIZE:
        raise CaseInvalid("audit.size", f"A sample has 1 to {MAX_SIZE} events. Narrow the search for more of them.")
    seed = seed.strip()[:MAX_SEED].replace("\x00", "") or secrets.token_hex(8)
    head = Event.objects.aggregate(head=Max("id"))["head"] or 0
    ids = rows.filter(id__lte=head).order_by("id").values_list("id", flat=True)
    drawn = draw(ids.iterator(chunk_size=5_000), size=size, seed=seed)
    if not drawn.population:
        raise CaseInvalid("audit.empty", "No event matches, so there is nothing to draw from. Loosen the search.")
    with transaction.atomic(durable=True):
        sample = AuditSample.objects.create(
            id=new_uuid(),
            seed=seed,
            size=size,
            search=dict(search),
            head_id=head,
            population=drawn.population,
            event_ids=list(drawn.ids),
            drawn_by=person,
            drawn_at=now,
        )
        record(
            "audit.sampled",
            actor=Actor.person(person),
            subject=("sample", sample.pk),
            data={"size": len(drawn.ids), "population": drawn.population, "seed": seed, "filters": dict(search),
                  "head": head},
        )  # fmt: skip
    return sample
