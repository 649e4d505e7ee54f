"""Events as a pack holds them: columns, salt, payload, and the audit path to the root of their seal. Reads only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from integrator.events.evidence.trees import SealTrees
from integrator.events.keys import load_signing_key, rotation_body
from integrator.events.models import Event, Seal, SealKeyRotation
from integrator.events.queries import describe_events
from integrator.events.statements import seal_body

FORMAT = "integrator-evidence/1"


@dataclass(frozen=True, kw_only=True)
class Proven:
    """``events`` and ``seals`` as plain JSON; ``unsealed_count`` is how many no seal covers yet."""

    events: list[dict[str, Any]]
    seals: dict[str, Any]
    unsealed_count: int


def prove_events(rows: QuerySet[Event], trees: SealTrees | None = None) -> Proven:
    """This will give the events, oldest first, each with its proof; those not yet sealed say so by ``seal`` None.

    Reads the rows of every seal it needs once; whoever proves more gives the same ``trees`` again.
    """
    trees = trees or SealTrees()
    events = list(rows.select_related("payload").order_by("id"))
    told = {row.id: row for row in describe_events(events)}
    written = [
        {**_write_event(event), "label": told[event.id].label, "summary": told[event.id].summary,
         **trees.prove(event.id)}
        for event in events
    ]  # fmt: skip
    unsealed = sum(row["seal"] is None for row in written)
    numbers = sorted({row["seal"] for row in written if row["seal"] is not None})
    return Proven(events=written, seals=_write_seals(numbers), unsealed_count=unsealed)


def read_data(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of an event of a pack; empty once erased."""
    payload = event.get("payload")
    stored = json.loads(payload) if isinstance(payload, str) else {}
    data = stored.get("data") if isinstance(stored, dict) else None
    return data if isinstance(data, dict) else {}


def _write_event(event: Event) -> dict[str, Any]:
    stored = getattr(event, "payload", None)
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "name": event.name,
        "actor": event.actor,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "correlation": event.correlation,
        "team_id": event.team_id,
        "tx": event.tx,
        "depth": event.depth,
        "digest": bytes(event.digest).hex(),
        "salt": bytes(stored.salt).hex() if stored else None,
        "payload": stored.payload if stored else None,
    }


def _write_seals(numbers: Sequence[int]) -> dict[str, Any]:
    """The seals with their signatures, and what ties their keys to the one that signs now."""
    rotations = [
        {**rotation_body(one), "old_signature": one.old_signature, "new_signature": one.new_signature}
        for one in SealKeyRotation.objects.order_by("id")
    ]
    seals = Seal.objects.filter(number__in=numbers).order_by("number")
    return {
        "public_key": load_signing_key().public.to_pem(),
        "rotations": rotations,
        "seals": [{"body": seal_body(seal), "signature": seal.signature} for seal in seals],
    }
