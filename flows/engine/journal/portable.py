"""The journal through the ORM: for SQLite, where writers are serial, and as the plain reading of what a landing is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from flows.definition.kind import WriteContext
from flows.engine.bells import ring_effects, ring_runs
from flows.engine.journal import families, loops, parts
from flows.engine.journal.reading import HELD_KINDS, read_claimed
from flows.engine.messages import land_messages
from flows.engine.rows import ClaimedRun, Landing
from flows.models import Run, Signal, StepVisit
from integrator.database.clock import get_database_now
from integrator.events.log import record_many
from integrator.lib.veil import veiled


class PortableJournal:
    """Writes one run after the other; correct on any database."""

    def claim(
        self, *, limit: int, lease_s: float, struck: bool, avoid: Sequence[int] = (), only: Sequence[int] = ()
    ) -> list[ClaimedRun]:
        """Take ready runs: unread news, no lease, and not held unless a person has answered."""
        versions = Q() if struck else _are_of(avoid, only)
        if not _find_unread(get_database_now(), versions, struck=struck).exists():  # without the writer's lock
            return []
        with transaction.atomic():
            now = get_database_now()
            ids = list(dict.fromkeys(_find_unread(now, versions, struck=struck)[: limit * WINDOW]))[
                : 1 if struck else limit
            ]
            found = {run.id: run for run in Run.objects.filter(id__in=ids).select_related("flow", "team")}
            Run.objects.filter(id__in=ids).update(
                fence=F("fence") + 1, strikes=F("strikes") + 1, lease_until=now + timedelta(seconds=lease_s)
            )
        runs = [found[run_id] for run_id in ids]
        for run in runs:
            run.fence += 1
            run.strikes += 1
        return read_claimed(runs, now) if runs else []

    def land(self, landings: Sequence[Landing]) -> set[uuid.UUID]:
        """One transaction: first compare-and-set on (run, fence), then everything of the runs still held."""
        with transaction.atomic():
            over = [landing for landing in landings if landing.is_over and _release(landing)]
            held = self.update_runs([landing for landing in landings if not landing.is_over])
            for landing in sorted(held, key=lambda each: each.case_number):  # so that no two lock cases crosswise
                with veiled(landing.veil):
                    for write in landing.writes:
                        write(WriteContext(now=landing.now))
            self.write_visits(held)
            self.write_signals([*held, *over])
            loops.write_loops(held)
            parts.write_waits(held)
            land_messages(held, over)
            parts.write_effects(held)
            parts.write_incidents(held)
            families.write_children(held)
            families.write_answers(held)
            record_many([event for landing in held for event in landing.events])
            if any(landing.effects or landing.resent_effects for landing in held):
                ring_effects()
            if any(landing.goes_on or landing.children or landing.news for landing in held):
                ring_runs()
        return {landing.run_id for landing in [*held, *over]}

    def let_go(self, run_id: uuid.UUID, fence: int) -> None:
        """Give the run back as it was. One that landed after all (its commit went through unheard) stays as it is."""
        with transaction.atomic():
            Run.objects.filter(id=run_id, fence=fence, lease_until__isnull=False).update(
                lease_until=None, strikes=F("strikes") - 1
            )

    def update_runs(self, landings: Sequence[Landing]) -> list[Landing]:
        """Compare-and-set of each run row; returns the landings whose lease was still ours."""
        return [landing for landing in landings if _update_run(landing)]

    def write_visits(self, held: Sequence[Landing]) -> None:
        """Insert new visits, update those of earlier bursts."""
        StepVisit.objects.bulk_create(
            StepVisit(**{name: getattr(row, name) for name in row.__slots__})
            for landing in held
            for row in landing.visits.values()
        )
        for landing in held:
            for change in landing.changes.values():
                columns = {name: value for name in CHANGED if (value := getattr(change, name)) is not None}
                StepVisit.objects.filter(id=change.id).update(
                    status=change.status, attempt=F("attempt") + change.more_attempts, **columns
                )

    def write_signals(self, held: Sequence[Landing]) -> None:
        """Consume by exact id; a run that goes on sends itself one."""
        for landing in held:
            for signal_id, ignored in landing.consumed.items():
                Signal.objects.filter(id=signal_id).update(consumed_at=landing.now, ignored=ignored[:200])
        Signal.objects.bulk_create(
            Signal(run_id=landing.run_id, kind=Signal.Kind.CONTINUE, created_at=landing.now)
            for landing in held
            if landing.goes_on
        )


WINDOW = 6  # signals looked at for each run that may be claimed
CHANGED = ("output", "error", "port", "ended_at")


def _are_of(avoid: Sequence[int], only: Sequence[int]) -> Q:
    wanted = Q(version_id__in=only) if only else Q()
    return wanted & ~Q(version_id__in=avoid) if avoid else wanted


def _find_unread(now: datetime, versions: Q, *, struck: bool) -> QuerySet[Signal, uuid.UUID]:
    """Runs that may be claimed, by their oldest news. Found from the unread signals: ended runs cost nothing.

    No join: SQLite would begin it with whichever table it takes for the smaller one, and read every run there is.
    """
    may_be_claimed = (
        Run.objects.alias(news=ExpressionWrapper(OuterRef("kind"), output_field=CharField()))
        .filter(versions, id=OuterRef("run_id"))
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
        .filter(Q(is_held=False) | Q(news__in=HELD_KINDS))
        .filter(**{"strikes__gt": 0} if struck else {"strikes": 0})
    )
    return (
        Signal.objects.filter(Exists(may_be_claimed), consumed_at__isnull=True)
        .order_by("id")
        .values_list("run_id", flat=True)
    )


def _release(landing: Landing) -> bool:
    """A final state never changes; the lease alone is given back."""
    return bool(Run.objects.filter(id=landing.run_id, fence=landing.fence).update(lease_until=None, strikes=0))


def _update_run(landing: Landing) -> bool:
    return bool(
        Run.objects.filter(id=landing.run_id, fence=landing.fence, lease_until__isnull=False).update(
            status=landing.status,
            state=landing.state,
            waiting_for=landing.waiting_for,
            open_incidents=landing.open_incidents,
            case_number=landing.case_number,
            error=landing.error,
            output=landing.output,
            ended_at=landing.ended_at,
            is_held=landing.is_held,
            lease_until=None,
            strikes=0,
        )
    )
